"""Orders that a shopper asks for by name, in the place of our own."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.scoring import believed_rating
from recommender.shelf import Shelf
from recommender.wire import Order


def in_order(shelf: Shelf, rows: NDArray[np.intp], order: Order) -> NDArray[np.intp]:
    """The rows in this order, what is sold out after all that is not.

    Those alike in it stay as they are; those of which it is not known come last. A rating counts
    for less where few have given it.
    """
    keys: Mapping[Order, Callable[[], NDArray[Any]]] = {
        "cheapest": lambda: shelf.price,
        "dearest": lambda: -shelf.price,
        "best_rated": lambda: np.where(shelf.rating_count > 0, -believed_rating(shelf), np.nan),
        "newest": lambda: -shelf.created,
    }
    key = keys[order]()
    return rows[np.lexsort((key[rows], ~shelf.available[rows]))]
