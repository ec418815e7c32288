"""What the model tells apart: intents, sentiments, entity tags."""

from dataclasses import dataclass
from functools import cached_property

OUTSIDE = "O"
OUT_OF_SCOPE = "out_of_scope"
SENTIMENTS = ("negative", "neutral", "positive")
ROLES = ("include", "exclude")
ENTITIES = (
    "category",
    "brand",
    "color",
    "size",
    "material",
    "feature",
    "price_min",
    "price_max",
    "rating",
    "quantity",
    "ordinal",
    "order_id",
    "occasion",
    "recipient",
    "person",
    "email",
    "phone",
    "address",
)


@dataclass(frozen=True)
class Labels:
    """The label sets of one model, in the order of its outputs.

    The role of an entity (include or exclude) is a label of its own and no suffix of the tag:
    refusing looks the same for a brand and a colour, so both teach one small head.
    """

    intents: tuple[str, ...]
    entities: tuple[str, ...] = ENTITIES

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """`O`, then `B-` and `I-` of every entity."""
        return (OUTSIDE, *(f"{part}-{entity}" for entity in self.entities for part in "BI"))

    @cached_property
    def intent_ids(self) -> dict[str, int]:
        """The output of each intent."""
        return {name: index for index, name in enumerate(self.intents)}

    @cached_property
    def tag_ids(self) -> dict[str, int]:
        """The output of each tag."""
        return {name: index for index, name in enumerate(self.tags)}
