"""What a message names, as the dialogue uses it: the parse, grouped by field."""

from dataclasses import dataclass
from typing import Any, get_args

from nlu.wire import Entity, Parse
from recommender.wire import Order
from shop.phrases import Phrases, load_phrases

_WISHES = frozenset(
    {"brand", "color", "size", "material", "feature", "price_min", "price_max", "rating"}
)
_STEPS = frozenset(
    {"cheap", "well_rated", "cheaper", "dearer", "bigger", "smaller", "on_sale"}
    | {f"sort_{order}" for order in get_args(Order)}
)
# Signals about how goods are asked for; they say nothing of the goods.
_MANNER = frozenset(
    {
        *("along", "anew", "around", "back", "correction", "gift", "instead", "much", "onward"),
        *("own", "same", "stocked"),
    }
)
_ORDERS: tuple[Order, ...] = get_args(Order)
_SORTED = {f"sort_{order}" for order in _ORDERS}
# "Cheapest first" points at none of those shown, and asks for no cheaper ones.
_UNSORTED = frozenset({*_ORDERS, "cheaper", "dearer"})


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing that a message names.

    Attributes:
        value: normalised to the shop's own words where it has any.
        word: what the shopper wrote, lower case.
        known: False for goods that the shop does not have.
        start, end: where it stands in the text; both 0 for a button's.
    """

    value: Any
    word: str
    known: bool = True
    start: int = 0
    end: int = 0


class Reading:
    """One message, read.

    Attributes:
        spoken: the text where the shopper wrote it, and nothing where they pressed a button.
    """

    def __init__(self, parse: Parse, *, phrases: Phrases | None = None) -> None:
        self.parse = parse
        self.text = parse.text
        self.intent = parse.intent.name
        self.phrases = phrases or load_phrases()
        # A button's title is our own wording: only its payload counts.
        self._free = not (parse.tapped or any(e.source == "payload" for e in parse.entities))
        self.spoken = self.text if self._free else ""
        signals = self.phrases.signals(self.spoken)
        self.signals = signals - _UNSORTED if signals & _SORTED else signals
        self.dropped = self.phrases.dropped(self.spoken) | {str(m.value) for m in self.named("any")}

    def named(self, field: str) -> list[Mention]:
        """What is wished for, in the order said. A pronoun names nobody new."""
        mentions = self._mentions(field, role="include")
        if field == "occasion":
            return self._joined(mentions)
        if field != "recipient":
            return mentions
        people = self._joined(mentions)
        return [person for person in people if person.word not in self.phrases.pronouns]

    def refused(self, field: str) -> list[Mention]:
        """What is not wanted."""
        return self._mentions(field, role="exclude")

    def first(self, field: str) -> Any:
        """The value of the first mention; None when there is none."""
        mentions = self.named(field)
        return mentions[0].value if mentions else None

    def number(self, field: str) -> float | None:
        """The last amount named: shoppers correct themselves from left to right."""
        numbers = [n for m in self.named(field) if (n := _as_number(m.value)) is not None]
        return numbers[-1] if numbers else None

    def ordinals(self) -> list[int]:
        """Places in the list that was shown: 1 is the first, -1 the last."""
        return [int(n) for m in self.named("ordinal") if (n := _as_number(m.value)) is not None]

    def order(self) -> Order | None:
        """How the goods are to be sorted: "cheapest first", or "the cheapest headphones"."""
        for order in _ORDERS:
            if f"sort_{order}" in self.signals:
                return order
        named = [order for order in _ORDERS if order in self.signals]
        return named[0] if named and self.named("category") else None

    def leftover(self) -> list[str]:
        """Words with a meaning that no entity covers."""
        if not self._free:
            return [str(mention.value) for mention in self.named("words")]
        kept = list(self.text)
        for entity in self.parse.entities:
            kept[entity.start : entity.end] = " " * (entity.end - entity.start)
        return self.phrases.content_words("".join(kept))

    def refused_words(self) -> list[str]:
        """Of those words the ones that are not wanted: the "cars" of "no cars"."""
        text = self.spoken.lower().replace("’", "'")
        return [
            word
            for word in self.leftover()
            if (place := text.find(word)) >= 0 and self.phrases.refuses(text[:place])
        ]

    def names_anything(self) -> bool:
        """Whether the message says anything that bears on a search."""
        return bool(self.parse.entities or self.signals - _MANNER or self.dropped)

    def changes_search(self) -> bool:
        """Whether the message says how the goods should differ from those before the shopper."""
        return self.names_wish() or bool(_STEPS & self.signals)

    def speaks_of_somebody(self) -> bool:
        """Whether the message says something of a person who was named before."""
        words = self.text.lower().replace("’", "'").split()
        return any(
            word.partition("'")[0] in self.phrases.pronouns - {"it", "that"} for word in words
        )

    def names_wish(self) -> bool:
        """Whether the message names a property that goods may have."""
        return bool(self.dropped) or any(entity.entity in _WISHES for entity in self.parse.entities)

    def _mentions(self, field: str, *, role: str) -> list[Mention]:
        return [
            Mention(
                value=entity.value,
                word=self._word(entity),
                known=entity.known is not False and entity.entity == field,
                start=entity.start,
                end=entity.end,
            )
            for entity in self.parse.entities
            if self._field(entity) == field and entity.role == role and _says_something(entity)
        ]

    def _field(self, entity: Entity) -> str:
        """What an entity tells of. What somebody loves is no occasion, but like goods."""
        if entity.entity == "occasion" and self.phrases.leads_to_interest(
            self.spoken[: entity.start]
        ):
            return "category"
        return entity.entity

    def _joined(self, mentions: list[Mention]) -> list[Mention]:
        """Mentions with nothing between them are one: a "little" and "brother"."""
        joined: list[Mention] = []
        for mention in mentions:
            last = joined[-1] if joined else None
            if last and mention.end and not self.text[last.end : mention.start].strip():
                joined[-1] = Mention(
                    value=f"{last.value} {mention.value}",
                    word=f"{last.word} {mention.word}",
                    start=last.start,
                    end=mention.end,
                )
            else:
                joined.append(mention)
        return joined

    def _word(self, entity: Entity) -> str:
        if not self._free:
            return str(entity.value)
        return self.text[entity.start : entity.end].strip().lower() or str(entity.value)


def _says_something(entity: Entity) -> bool:
    """A single letter is a size or a slip: the "s" of "dad's"."""
    named = isinstance(entity.value, str) and entity.entity in ("recipient", "occasion", "category")
    return not named or len(str(entity.value)) > 1


def _as_number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
