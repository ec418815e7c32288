"""What each part of the score counts: set by hand, or learnt beside a model."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from recommender.sequence.errors import SequenceModelError

FILE = "weights.json"


# What the shopper says now leads; behaviour breaks ties and lifts.
WITH_QUERY: Mapping[str, float] = {
    "text_words": 0.7,
    "text_meaning": 1.0,
    # Pictures count where SHOPKEEPER_PICTURE_MODEL is set. (These four are not tuned yet.)
    "picture": 0.3,
    "anchor": 0.6,
    "anchor_kind": 0.2,
    "anchor_picture": 0.2,
    "bought": 0.3,
    "viewed": 0.3,
    "disliked": -0.3,
    "next": 0.15,
    "favourite_brand": 0.12,
    "favourite_kind": 0.08,
    "popular": 0.05,
    "season": 0.04,
    "intent": 0.02,
    "rating": 0.05,
    "sale": 0.02,
    "new": 0.02,
    "budget": 0.03,
    "price_fit": 0.03,
    "low_price": 0.25,
    "owned": -0.1,
    "out_of_stock": -0.4,
}
# Nothing said: behaviour leads, then what others want now.
WITHOUT_QUERY: Mapping[str, float] = {
    **WITH_QUERY,
    "text_words": 0.1,
    "text_meaning": 0.2,
    "picture": 0.1,
    "anchor": 1.0,
    "anchor_kind": 0.4,
    "anchor_picture": 0.3,
    "bought": 1.5,
    "viewed": 1.5,
    "disliked": -1.0,
    "next": 0.6,
    "favourite_brand": 0.4,
    "favourite_kind": 0.4,
    "popular": 0.2,
    "season": 0.15,
    "intent": 0.08,
    "rating": 0.12,
    "sale": 0.06,
    "new": 0.06,
    "budget": 0.08,
    "price_fit": 0.12,
    "low_price": 0.5,
    "owned": -0.5,
}


# What was learnt before there were these takes them as set by hand.
_LATER = ("picture", "anchor_picture")


@dataclass(frozen=True)
class Weights:
    """What each named part counts; what speaks against a product is below zero.

    Attributes:
        with_query: where the shopper's words lead.
        without_query: where nothing is said.
    """

    with_query: Mapping[str, float]
    without_query: Mapping[str, float]

    def of(self, *, leads: bool) -> Mapping[str, float]:
        """Those that count where words lead, or do not."""
        return self.with_query if leads else self.without_query


HAND = Weights(WITH_QUERY, WITHOUT_QUERY)


def save_weights(folder: Path, weights: Weights) -> None:
    """Write them beside a model."""
    (folder / FILE).write_text(json.dumps(asdict(weights), indent=2) + "\n")


def load_weights(folder: Path) -> Weights:
    """Those that lie beside a model; those set by hand where it has none.

    Raises:
        SequenceModelError: they are damaged, of another version, or a part counts the other way
            round: the reasons given for a product would not be true.
    """
    file = folder / FILE
    if not file.exists():
        return HAND
    cure = "train again with `shopkeeper train recommender`."
    try:
        told = json.loads(file.read_text())
        weights = Weights(
            {**{name: WITH_QUERY[name] for name in _LATER}, **told.pop("with_query")},
            {**{name: WITHOUT_QUERY[name] for name in _LATER}, **told.pop("without_query")},
        )
        for learnt, hand in (
            (weights.with_query, WITH_QUERY),
            (weights.without_query, WITHOUT_QUERY),
        ):
            if learnt.keys() != hand.keys():
                raise SequenceModelError(f"{file} weighs other parts than there are: {cure}")
            if any(not math.isfinite(w) or w * hand[name] < 0 for name, w in learnt.items()):
                raise SequenceModelError(f"{file} weighs a part the other way round: {cure}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SequenceModelError(f"{file} is damaged: {cure}") from error
    return weights
