"""The shop's own rules for when to call a person."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.staff import HandoffRule

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
_MOST = 50


class Conditions(BaseModel):
    """What must be so for a rule to call a person: each one that is given.

    Attributes:
        words: any of these stands in the message, as a word or the beginning of one.
        mood_below: how the shopper feels, -1 to 1.
        cart_above: what is in the cart is worth more.
        min_messages: the shopper has said so much.
    """

    intents: Annotated[list[Code], Field(max_length=_MOST)] = []
    words: Annotated[list[Code], Field(max_length=_MOST)] = []
    mood_below: Annotated[float, Field(ge=-1, le=1)] | None = None
    cart_above: Annotated[Decimal, Field(ge=0, le=Decimal("1e9"))] | None = None
    locales: Annotated[list[Code], Field(max_length=_MOST)] = []
    min_messages: Annotated[int, Field(ge=1, le=1000)] | None = None

    @model_validator(mode="after")
    def _ask_something(self) -> Self:
        asked = (self.intents, self.words, self.locales)
        limits = (self.mood_below, self.cart_above, self.min_messages)
        if not any(asked) and all(limit is None for limit in limits):
            raise ValueError("Give at least one condition: without any, every message would do.")
        return self


@dataclass(frozen=True, slots=True)
class Situation:
    """How a conversation stands after a message."""

    text: str
    intent: str | None
    locale: str
    mood: float
    cart: Decimal
    messages: int


def matches(conditions: Conditions, now: Situation) -> bool:
    """Whether every condition that is given holds."""
    return (
        (not conditions.intents or now.intent in conditions.intents)
        and (not conditions.words or _says(now.text, conditions.words))
        and (not conditions.locales or now.locale in conditions.locales)
        and (conditions.mood_below is None or now.mood < conditions.mood_below)
        and (conditions.cart_above is None or now.cart > conditions.cart_above)
        and (conditions.min_messages is None or now.messages >= conditions.min_messages)
    )


def active_rules(session: Session) -> list[tuple[str, Conditions]]:
    """The rules in force, by name."""
    rows = session.scalars(select(HandoffRule).where(HandoffRule.active).order_by(HandoffRule.id))
    return [(row.name, read_conditions(row.conditions)) for row in rows]


def read_conditions(kept: Mapping[str, Any]) -> Conditions:
    """Conditions as they are stored."""
    return Conditions.model_validate(kept)


def _says(text: str, words: Iterable[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}", text, re.IGNORECASE) for word in words)
