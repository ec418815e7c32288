"""Whether a trained model may serve in a shop."""

from pathlib import Path

import numpy as np

from recommender.sequence.errors import SequenceModelError
from recommender.sequence.mixture import Mixture
from recommender.sequence.sources import Shop
from recommender.sequence.storage import Card, load, load_neighbours, read_card

# Beside counted neighbours alone: what is less is more than chance.
_NOT_WORSE = 0.98
_ASKED = 200


def problem_of(card: Card) -> str | None:
    """Why a model should not serve, by its own figures; None where it may."""
    counted = card.metrics.get("counted_ndcg@10", 0.0)
    if card.metrics.get("ndcg@10", 0.0) < _NOT_WORSE * counted:
        return (
            f"its NDCG@10 on shoppers' last steps is {card.metrics['ndcg@10']:.4f}, that of "
            f"counted neighbours alone {counted:.4f}."
        )
    return None


def check_model(folder: Path, shop: Shop) -> None:
    """Lay a model out over a shop as it will serve, and ask it of real shoppers.

    Raises:
        SequenceModelError: it does not load here, is another shop's, gives no numbers, or is worse
            than counted neighbours alone.
    """
    card = read_card(folder)
    sequence = load(folder, item_ids=shop.item_ids, texts=shop.texts, encoder=shop.encoder)
    neighbours = load_neighbours(folder, item_ids=shop.item_ids)
    scores = Mixture(sequence, neighbours, share=card.share) if neighbours else sequence
    asked = shop.histories.choose(np.arange(min(_ASKED, len(shop.histories))))
    if not np.isfinite(scores(asked)).all():
        raise SequenceModelError(f"The model in {folder} scores with what is no number.")
    if problem := problem_of(card):
        raise SequenceModelError(f"The model in {folder} is not put into use: {problem}")
