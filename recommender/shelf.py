"""The whole catalogue at one moment, laid out for ranking. Nothing in it changes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.courtesy import Pace
from recommender.goods import Good
from recommender.lexical import LexicalIndex, Mask
from recommender.lexicon import Lexicon
from recommender.picture_shelf import SeenPictures
from recommender.vectors import Vectors

_REMEMBERED_MASKS = 2_000
_NUMBERS: Mapping[str, tuple[type, Callable[[Good], float]]] = {
    "price": (np.float64, lambda good: good.price),
    "list_price": (np.float64, lambda good: good.list_price),
    "rating": (np.float64, lambda good: good.rating),
    "rating_count": (np.float64, lambda good: good.rating_count),
    "available": (np.bool_, lambda good: good.available),
    "active": (np.bool_, lambda good: good.active),
    "created": (np.float64, lambda good: good.created_at.timestamp()),
}
_GROUPS: Mapping[str, Callable[[Good], set[str]]] = {
    "kinds": lambda good: {good.category_key, good.type_key},
    "types": lambda good: {good.type_key or good.category_key},
    "brands": lambda good: {good.brand_key},
    "colors": lambda good: {good.color_key or good.attribute_keys.get("color", "")},
    "sizes": lambda good: {good.size_key or good.attribute_keys.get("size", "")},
    "materials": lambda good: {good.material_key or good.attribute_keys.get("material", "")},
}
Rows = dict[str, list[int]]


class Shelf:
    """Products by row, their numbers as arrays, their words as an index.

    Attributes:
        goods: the products; retired ones too, since shoppers' histories speak of them.
        row: a product's row by its id.
        price: float64 [n], NaN where there is none.
        kinds: rows by category and by type; so do types, brands, colors, sizes and materials. What
            a shop left out of colors, sizes and materials may stand among the attributes.
        order: the same object for all shelves in which a row means the same product.
        vectors: None until the encoder has made some; then `encoded` says for which rows.
        seen: vectors of pictures; None where no model of pictures is in use. Which of them is a
            product's, `picture_row` says, -1 for none [n].
    """

    price: NDArray[np.float64]
    list_price: NDArray[np.float64]
    rating: NDArray[np.float64]
    rating_count: NDArray[np.float64]
    available: Mask
    active: Mask
    created: NDArray[np.float64]
    kinds: Rows
    types: Rows
    brands: Rows
    colors: Rows
    sizes: Rows
    materials: Rows

    def __init__(self, goods: Sequence[Good], lexicon: Lexicon, *, version: int = 0) -> None:
        self.goods = goods
        self.lexicon = lexicon
        self.version = version
        self.order = object()
        self.row = {good.id: row for row, good in enumerate(goods)}
        self.index = LexicalIndex(goods, stop=lexicon.stop)
        self.vectors: Vectors | None = None
        self.encoded = np.zeros(len(goods), dtype=bool)
        for name, (kind, number_of) in _NUMBERS.items():
            setattr(self, name, np.array([number_of(good) for good in goods], dtype=kind))
        for name, keys_of in _GROUPS.items():
            setattr(
                self, name, _regrouped({}, range(len(goods)), goods, before=(), keys_of=keys_of)
            )
        # What pictures show, by their address.
        self.pictured: Mapping[str, tuple[str, ...]] = {}
        self.seen: SeenPictures | None = None
        self.picture_row = np.full(len(goods), -1)
        self._masks: dict[tuple[str, str], Mask] = {}
        self._dearness: NDArray[np.float64] | None = None

    def following(self, goods: Sequence[Good], *, pace: Pace[Any] = iter) -> "Shelf":
        """The shelf after these goods changed or came in; the others keep their rows.

        It shares with this one whatever stayed as it was, and has no vectors yet.

        Args:
            goods: what changed or came in.
            pace: how to go through them beside those who ask meanwhile.
        """
        new = copy(self)
        everything, new.row = list(self.goods), dict(self.row)
        changed = []
        for good in goods:
            row = new.row.setdefault(good.id, len(everything))
            changed.append(row)
            if row == len(everything):
                everything.append(good)
            else:
                everything[row] = good
        new.goods = everything
        new.version = self.version + 1
        new.index = self.index.following(everything, changed=changed, pace=pace)
        for name, (kind, number_of) in _NUMBERS.items():
            numbers = _grown(getattr(self, name), len(everything), kind)
            numbers[changed] = [number_of(everything[row]) for row in changed]
            setattr(new, name, numbers)
        for name, keys_of in _GROUPS.items():
            groups = getattr(self, name)
            regrouped = _regrouped(
                groups, pace(changed), everything, before=self.goods, keys_of=keys_of
            )
            setattr(new, name, regrouped)
        new.vectors, new.encoded = None, np.zeros(len(everything), dtype=bool)
        new.picture_row = np.full(len(everything), -1)
        new.picture_row[: len(self)] = self.picture_row
        if self.seen is not None:
            new.picture_row[changed] = [self.seen.row_of(everything[row]) for row in changed]
        new._masks, new._dearness = {}, None
        return new

    def with_vectors(self, vectors: Vectors, encoded: Mask) -> "Shelf":
        """The same goods with these vectors; all else is shared, what was remembered too."""
        new = copy(self)
        new.version = self.version + 1
        new.vectors, new.encoded = vectors, encoded
        return new

    def with_pictures(self, pictured: Mapping[str, tuple[str, ...]]) -> "Shelf":
        """The same goods, with the colours of these pictures by their address."""
        new = copy(self)
        new.version = self.version + 1
        new.pictured, new._masks = pictured, {}
        return new

    def with_seen(self, seen: SeenPictures, *, pace: Pace[Any] = iter) -> "Shelf":
        """The same goods, with these vectors of their pictures."""
        new = copy(self)
        new.version = self.version + 1
        new.seen = seen
        rows = (seen.row_of(good) for good in pace(self.goods))
        new.picture_row = np.fromiter(rows, dtype=np.intp, count=len(self))
        return new

    def __len__(self) -> int:
        return len(self.goods)

    @property
    def dearness(self) -> NDArray[np.float64]:
        """Each price beside the median of its kind: the log of their ratio, 0 for none [n]."""
        if self._dearness is None:
            ratio = np.zeros(len(self))
            with np.errstate(divide="ignore", invalid="ignore"):
                for rows in self.types.values():
                    prices = self.price[rows]
                    if (prices > 0).any():
                        ratio[rows] = np.log(prices / np.median(prices[prices > 0]))
            self._dearness = np.nan_to_num(ratio, neginf=0.0, posinf=0.0)
        return self._dearness

    def mask(self, rows: Sequence[int] | NDArray[np.intp]) -> Mask:
        """True at these rows: bool [n]."""
        mask = np.zeros(len(self), dtype=bool)
        mask[rows] = True
        return mask

    def remembered(self, field: str, value: str, find: Callable[[], Mask]) -> Mask:
        """The mask for this field and value, found once; the shelf never changes."""
        found = self._masks.get((field, value))
        if found is None:
            if len(self._masks) >= _REMEMBERED_MASKS:
                self._masks.clear()
            found = self._masks[field, value] = find()
            found.flags.writeable = False
        return found


def _grown(numbers: NDArray[Any], length: int, kind: type) -> NDArray[Any]:
    grown: NDArray[Any] = np.zeros(length, dtype=kind)
    grown[: len(numbers)] = numbers
    return grown


def _regrouped(
    groups: Rows,
    changed: Iterable[int],
    goods: Sequence[Good],
    *,
    before: Sequence[Good],
    keys_of: Callable[[Good], set[str]],
) -> Rows:
    """Which rows bear each key, after some of them changed."""
    came: defaultdict[str, list[int]] = defaultdict(list)
    went: defaultdict[str, set[int]] = defaultdict(set)
    for row in changed:
        now, then = keys_of(goods[row]), keys_of(before[row]) if row < len(before) else set()
        for key in now - then:
            came[key].append(row)
        for key in then - now:
            went[key].add(row)
    groups = dict(groups)
    for key in came.keys() | went.keys():
        stays = groups.pop(key, [])
        if key in went:
            stays = [row for row in stays if row not in went[key]]
        if key and (rows := [*stays, *came[key]]):
            groups[key] = rows
    return groups
