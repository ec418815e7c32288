"""Messages as the NLU reads them, written the way nlu_data writes them."""

import re
from typing import Any

from nlu.wire import Entity, Intent, Parse, Sentiment
from shop.reading import Reading

_SPAN = re.compile(r"\[([^]]+)]\((\w+)(?::([^)!]+))?(!)?\)")
_NUMBERS = {"price_min", "price_max", "rating", "quantity", "ordinal"}


def a_parse(intent: str, annotated: str = "", **values: Any) -> Parse:
    """What the NLU makes of a message.

    Args:
        intent: what it means.
        annotated: the text, with `[surface](entity)`, `[surface](entity:value)`, and a `!` before
            the bracket closes for what is refused; `?` as value means that the shop has none.
        values: entities of a button, which stand nowhere in the text.
    """
    entities: list[Entity] = []
    text, end = "", 0
    for span in _SPAN.finditer(annotated):
        text += annotated[end : span.start()]
        surface, entity, value, refused = span.groups()
        entities.append(
            Entity(
                entity=entity,
                value=_value(entity, value, surface),
                start=len(text),
                end=len(text) + len(surface),
                role="exclude" if refused else "include",
                known=value != "?",
            )
        )
        text += surface
        end = span.end()
    text += annotated[end:]
    entities += [
        Entity(entity=name, value=value, start=0, end=0, source="payload")
        for name, given in values.items()
        for value in (given if isinstance(given, list) else [given])
    ]
    said = Intent(name=intent, confidence=0.9)
    return Parse(
        text=text,
        intent=said,
        intent_ranking=[said],
        entities=entities,
        sentiment=Sentiment(label="neutral", score=0.0, confidence=1.0),
    )


def a_reading(annotated: str, *, intent: str = "search_product", **values: Any) -> Reading:
    """A message, read."""
    return Reading(a_parse(intent, annotated, **values))


def _value(entity: str, value: str | None, surface: str) -> str | float:
    text = surface.lower() if value in (None, "?") else str(value)
    return float(text) if entity in _NUMBERS else text
