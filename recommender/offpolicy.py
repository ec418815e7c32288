"""What another policy would have earned, from what was logged under the one that served.

Each logged place carries the chance it had to be filled as it was. Weighing what came of it by how
much likelier the other policy would have filled it so makes an estimate for that policy: inverse
propensity scoring (IPS; Horvitz and Thompson 1952), and its self-normalised form (SNIPS;
Swaminathan and Joachims 2015), which is steadier where weights vary. Places count one by one, as in
the item-position model of Li et al. (2018), "Offline evaluation of ranking policies with click
models".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.behaviour import Event
from db.tables.recommendations import Impression, Ranking

# No place weighs more than so many: one lucky draw must not decide.
_HEAVIEST = 50.0
_95 = 1.96


@dataclass(frozen=True, slots=True)
class Place:
    """One logged place.

    Attributes:
        propensity: the chance that the policy which served filled it so.
        reward: what came of it: 1 for a click or a purchase, else 0.
    """

    ranking_id: str
    position: int
    product_id: str
    propensity: float
    reward: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """Reward for each place shown.

    Attributes:
        low, high: 95% of the time the truth lies between them, where places are many.
        effective: how many evenly weighed places would tell as much.
    """

    value: float
    low: float
    high: float
    effective: float


def estimate_ips(places: Sequence[Place], chances: Sequence[float]) -> Estimate:
    """Unbiased, wherever the policy that served could have shown what the other shows.

    Args:
        places: logged.
        chances: that the other policy fills each place so.

    Raises:
        ValueError: there are no places, or a place was logged that could not have been filled so.
    """
    weights, rewards = _weigh(places, chances)
    value = float((weights * rewards).mean())
    return _estimate(value, weights * rewards - value, weights, scale=1.0)


def estimate_snips(places: Sequence[Place], chances: Sequence[float]) -> Estimate:
    """A little biased, and steadier: the weights sum to one whatever was drawn.

    Raises:
        ValueError: as `estimate_ips`, or the other policy would have filled no place so.
    """
    weights, rewards = _weigh(places, chances)
    total = float(weights.sum())
    if not total:
        raise ValueError("The other policy shows nothing of what was logged.")
    value = float((weights * rewards).sum()) / total
    return _estimate(value, weights * (rewards - value), weights, scale=len(weights) / total)


def _weigh(
    places: Sequence[Place], chances: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if not places or len(places) != len(chances):
        raise ValueError(f"{len(chances)} chances for {len(places)} places: one each is needed.")
    logged = np.array([place.propensity for place in places])
    if not ((logged > 0) & (logged <= 1)).all():
        raise ValueError("A propensity is no chance above 0 and up to 1.")
    weights = np.minimum(np.array(chances, dtype=np.float64) / logged, _HEAVIEST)
    return weights, np.array([place.reward for place in places], dtype=np.float64)


def _estimate(
    value: float, apart: NDArray[np.float64], weights: NDArray[np.float64], *, scale: float
) -> Estimate:
    error = scale * float(apart.std()) / len(weights) ** 0.5
    squares = float((weights**2).sum())
    effective = float(weights.sum()) ** 2 / squares if squares else 0.0
    return Estimate(value, value - _95 * error, value + _95 * error, effective)


def read_places(
    session: Session, *, since: datetime, rewards: Sequence[str] = ("purchase",)
) -> Iterator[Place]:
    """What was shown since then, joined with what shoppers did with it.

    Args:
        session: of the shop's database.
        since: rankings from then on.
        rewards: names of the events that count as success.
    """
    shown = (
        select(
            Impression.ranking_id,
            Impression.position,
            Impression.product_id,
            Impression.propensity,
        )
        .join(Ranking, Ranking.id == Impression.ranking_id)
        .where(Ranking.created_at >= since)
        .order_by(Impression.ranking_id, Impression.position)
    )
    took = select(Event.ranking_id, Event.product_id).where(
        Event.ranking_id.is_not(None), Event.name.in_(rewards), Event.occurred_at >= since
    )
    taken = {(row.ranking_id, row.product_id) for row in session.execute(took)}
    for row in session.execute(shown):
        reward = float((row.ranking_id, row.product_id) in taken)
        yield Place(row.ranking_id, row.position, row.product_id, row.propensity, reward)
