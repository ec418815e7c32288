"""What serves: the sequence model and the counted neighbours, and how much of each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from recommender.sequence.histories import Histories
from recommender.sequence.mixture import Mixture, best_share, weigh_shares
from recommender.sequence.neighbours import Nearness, Neighbours
from recommender.sequence.training import Trained, judged_shoppers

_ALONE, _COUNTED = 0.0, 1.0


@dataclass(frozen=True)
class Learnt:
    """A trained model with the neighbours beside it.

    Attributes:
        trained: learnt from all but each shopper's last step.
        neighbours: counted in the same steps, or in all of them.
        share: of the neighbours, as each shopper's last step would have it.
        figures: of each share on these last steps, by neighbours that do not know them.
    """

    trained: Trained
    neighbours: Neighbours
    share: float
    figures: Mapping[float, Mapping[str, float]]

    @property
    def metrics(self) -> dict[str, float]:
        """What the model's card tells: the mixture, and either half alone."""
        return {
            **self.figures[self.share],
            "sequence_ndcg@10": self.figures[_ALONE]["ndcg@10"],
            "counted_ndcg@10": self.figures[_COUNTED]["ndcg@10"],
        }

    def mixture(self) -> Mixture:
        """Scores of all items of the catalogue that it was trained on."""
        return Mixture(self.trained.scorer(), self.neighbours, share=self.share)


def add_neighbours(trained: Trained, histories: Histories, *, nearness: Nearness) -> Learnt:
    """Count the neighbours in all but each shopper's last step, and weigh them by that one.

    Args:
        trained: on these histories.
        histories: what shoppers did, as rows of the catalogue.
        nearness: how neighbours are counted.
    """
    with_steps = histories.choose(np.flatnonzero(histories.lengths >= 2))
    learn, targets = with_steps.split_last()
    judged = judged_shoppers(learn, targets, trained.recipe)
    neighbours = Neighbours.count(learn, items=len(trained.model.tower), nearness=nearness)
    found = weigh_shares(trained.scorer(), neighbours, learn.choose(judged), targets[judged])
    return Learnt(trained, neighbours, best_share(found), found)


def count_everything(learnt: Learnt, histories: Histories) -> Learnt:
    """The same with neighbours counted in the last steps too, once these have chosen the share."""
    items, nearness = len(learnt.trained.model.tower), learnt.neighbours.nearness
    neighbours = Neighbours.count(histories, items=items, nearness=nearness)
    return replace(learnt, neighbours=neighbours)
