"""What a shopper is looking for, as it stands after everything said so far."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from recommender.wire import Constraints, Order
from shop.kinds import Kind
from shop.money import CENT
from shop.phrases import load_phrases

# The entity that fills each list of wishes.
LISTS = {
    "brand": "brand",
    "color": "color",
    "size": "size",
    "material": "material",
    "features": "feature",
    "occasion": "occasion",
    "recipient": "recipient",
}
# What is about the person and not about the goods.
LASTING = ("occasion", "recipient")
PRICE = ("price_min", "price_max", "price_below", "cheap")


class Wishes(BaseModel):
    """The state of a search. Lists mean "any of these", but every feature is wanted.

    Attributes:
        price_below: price_max itself is too much ("cheaper than that").
        cheap: they want it cheap without saying how cheap.
        order: which come first, where the shopper said so.
        purpose: what the goods are for ("bedroom").
        hints: words of a refinement that nothing was understood of ("minimalist").
        words: further words of the message that began the search.
        said: the shopper's own words for goods they refuse, by the shop's.
        gift: they buy for somebody: other goods are further ideas for the same gift.
        like: goods like this product, by its id; and its title, for naming it back.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kinds: list[Kind] = []
    brand: list[str] = []
    color: list[str] = []
    size: list[str] = []
    material: list[str] = []
    features: list[str] = []
    occasion: list[str] = []
    recipient: list[str] = []
    price_min: float | None = None
    price_max: float | None = None
    price_below: bool = False
    cheap: bool = False
    rating_min: float | None = None
    on_sale: bool = False
    order: Order | None = None
    exclude: dict[str, list[str]] = {}
    purpose: list[str] = []
    hints: list[str] = []
    words: list[str] = []
    said: dict[str, str] = {}
    gift: bool = False
    like: str | None = None
    like_title: str | None = None

    @classmethod
    def from_slot(cls, slot: dict[str, Any] | None) -> Self:
        """The wishes as a tracker keeps them."""
        return cls.model_validate(slot or {})

    def to_slot(self) -> dict[str, Any]:
        """As little as says it all."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def is_empty(self) -> bool:
        """Whether nothing at all has been wished for."""
        return not self.to_slot()

    def constraints(self, *, exclude_ids: Sequence[str] = ()) -> Constraints:
        """What every product shown must satisfy."""
        top = self.price_max
        if top is not None and self.price_below:
            top = float(max(Decimal(0), Decimal(str(top)) - CENT))
        known = [kind.value for kind in self.kinds if kind.known]
        return Constraints(
            category=known or [kind.value for kind in self.kinds],
            brand=self.brand,
            color=self.color,
            size=self.size,
            material=_materials(self.material),
            features=self.features,
            price_min=self.price_min,
            price_max=top,
            rating_min=self.rating_min,
            on_sale=self.on_sale,
            exclude={
                field: _materials(values) if field == "material" else values
                for field, values in self.exclude.items()
            },
            exclude_ids=list(exclude_ids),
        )

    def query(self) -> str:
        """The wishes as words, for matching by meaning. What is refused has no place in it."""
        parts = [
            *self.color,
            *self.material,
            # What is like a product need not be called so.
            *(kind.word for kind in self.kinds if not self.like),
            *self.features,
            *self.purpose,
            *self.hints,
            *self.words,
            *([] if self._is_present() else self.occasion),
            *self._audience(),
        ]
        return " ".join(dict.fromkeys(parts))

    def _audience(self) -> list[str]:
        """The people whom goods are made for, as far as that says which.

        For a mother who likes gardening it is the gardening that says which.
        """
        if self.kinds or not (self.words or self.purpose or self.hints):
            return self.recipient
        phrases = load_phrases()
        return [person for person in self.recipient if not phrases.relative(person)]

    def _is_present(self) -> bool:
        """Whether the occasion says when it is given, and not what it is.

        Who wants something at Christmas for a cook wants no Christmas decoration.
        """
        return self.gift and not self.kinds and bool(self.words or self.purpose or self.hints)

    def with_changes(self, **changes: Any) -> Self:
        """A copy with these fields set."""
        return self.model_copy(update=changes)


def without(wishes: Wishes, fields: Sequence[str]) -> Wishes:
    """The wishes with these fields open again."""
    changes: dict[str, Any] = {}
    for field in fields:
        match field:
            case "price":
                changes |= {"price_min": None, "price_max": None, "price_below": False}
                changes |= {"cheap": False}
            case "price_min" | "rating_min":
                changes[field] = None
            case "price_max":
                changes |= {"price_max": None, "price_below": False, "cheap": False}
            case "on_sale":
                changes["on_sale"] = False
            case "category":
                changes["kinds"] = []
            case field if field in LISTS:
                changes[field] = []
    return wishes.with_changes(**changes)


def _materials(named: Sequence[str]) -> list[str]:
    """The materials with all that counts as them in the catalogue: "wooden" is also oak."""
    phrases = load_phrases()
    return list(dict.fromkeys(one for value in named for one in phrases.materials(value)))


def words_for_kinds(wishes: Wishes) -> Wishes:
    """The wishes with the names of goods as mere words, since the shop has none of the kind."""
    named = [kind.word for kind in wishes.kinds]
    return wishes.with_changes(kinds=[], words=merge(named, wishes.words))


def merge(before: Sequence[str], more: Sequence[str]) -> list[str]:
    """Both lists in order, each word once, as it was written last."""
    return list({value.lower(): value for value in [*before, *more]}.values())
