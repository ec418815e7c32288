"""The whole catalogue at one moment, laid out for ranking. Nothing in it changes."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.goods import Good
from recommender.lexical import LexicalIndex, Mask
from recommender.lexicon import Lexicon
from recommender.vectors import Vectors

_REMEMBERED_MASKS = 2_000


class Shelf:
    """Products by row, their numbers as arrays, their words as an index.

    Attributes:
        goods: the products; retired ones too, since shoppers' histories speak of them.
        row: a product's row by its id.
        price: float64 [n], NaN where there is none.
        vectors: None until the encoder has made some; then `encoded` says for which rows.
    """

    def __init__(
        self,
        goods: Sequence[Good],
        lexicon: Lexicon,
        *,
        version: int = 0,
        vectors: Vectors | None = None,
        encoded: Mask | None = None,
        index: LexicalIndex | None = None,
    ) -> None:
        self.goods = goods
        self.lexicon = lexicon
        self.version = version
        self.row = {good.id: row for row, good in enumerate(goods)}
        self.index = index or LexicalIndex(goods, stop=lexicon.stop)
        self.vectors = vectors
        self.encoded = np.zeros(len(goods), dtype=bool) if encoded is None else encoded
        self.price = np.array([good.price for good in goods], dtype=np.float64)
        self.list_price = np.array([good.list_price for good in goods], dtype=np.float64)
        self.rating = np.array([good.rating for good in goods], dtype=np.float64)
        self.rating_count = np.array([good.rating_count for good in goods], dtype=np.float64)
        self.available = np.array([good.available for good in goods], dtype=bool)
        self.active = np.array([good.active for good in goods], dtype=bool)
        self.created = np.array([good.created_at.timestamp() for good in goods], dtype=np.float64)
        self.kinds = self._rows_by(lambda good: (good.category_key, good.type_key))
        self.types = self._rows_by(lambda good: (good.type_key or good.category_key,))
        self.brands = self._rows_by(lambda good: (good.brand_key,))
        self._masks: dict[tuple[str, str], Mask] = {}

    def __len__(self) -> int:
        return len(self.goods)

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

    def _rows_by(self, keys: Callable[[Good], tuple[str, ...]]) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = defaultdict(list)
        for row, good in enumerate(self.goods):
            for key in set(keys(good)):
                if key:
                    rows[key].append(row)
        return dict(rows)
