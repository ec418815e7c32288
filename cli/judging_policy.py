"""What a recommender would have earned, from places that chance filled under the one in use.

Now and then the last place goes to one of the goods that come next, each as likely
(`recommender.exploration`). On these places a model is taken to fill in proportion to how likely it
foresees each of the goods for this shopper, and its clicks and purchases are estimated by SNIPS
(`recommender.offpolicy`). The log does not hold which others could have been drawn, so that the
proportion is one over all goods: an estimate to compare two models by, no forecast of income.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.behaviour import Step, recent_events
from db.tables.behaviour import Event
from db.tables.recommendations import Impression, Ranking
from learning.gate import Check
from recommender.offpolicy import Estimate, Place, estimate_snips

if TYPE_CHECKING:
    from recommender.sequence.histories import Histories

LOGGED_DAYS = 90
REWARDS = ("select_item", "add_to_cart", "purchase")
# Fewer clicks and purchases, or places that weigh, tell nothing.
FEWEST_REWARDS, FEWEST_PLACES = 30, 100
# What is likelier than this was not drawn among others.
_DRAWN_BELOW = 0.5
_MOST = 5000
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Drawn:
    """A place that chance filled, and what its shopper had done before, oldest first."""

    place: Place
    steps: list[Step]


def read_drawn(session: Session, *, moment: datetime | None = None) -> list[Drawn]:
    """The newest places that chance filled for shoppers who had done something before."""
    since = (moment or datetime.now(UTC)) - timedelta(days=LOGGED_DAYS)
    took = select(Event.ranking_id, Event.product_id).where(
        Event.ranking_id.is_not(None), Event.name.in_(REWARDS), Event.occurred_at >= since
    )
    taken = {(row.ranking_id, row.product_id) for row in session.execute(took)}
    shown = (
        select(Impression, Ranking)
        .join(Ranking, Ranking.id == Impression.ranking_id)
        .where(Ranking.created_at >= since, Impression.propensity < _DRAWN_BELOW)
        .order_by(Ranking.created_at.desc(), Ranking.id)
        .limit(_MOST)
    )
    found = []
    for impression, ranking in session.execute(shown):
        newest_first = recent_events(
            session,
            customer_id=ranking.customer_id,
            session_id=ranking.session_id,
            limit=_STEPS,
        )
        steps = [step for step in reversed(newest_first) if step.occurred_at < ranking.created_at]
        if steps:
            key = (ranking.id, impression.product_id)
            place = Place(
                *key[:1], impression.position, key[1], impression.propensity, key in taken
            )
            found.append(Drawn(place, steps))
    return found


def chances(
    score_all: Any, drawn: Sequence[Drawn], row_of: Mapping[str, int], *, counted: bool
) -> list[float]:
    """How likely a model foresees what was drawn, for each place; 0 for goods that are gone.

    Args:
        score_all: scores of all goods for each history.
        drawn: the places.
        row_of: of each of the goods in the catalogue.
        counted: the scores are counts; else they are logarithms up to a constant.
    """
    from recommender.sequence.evaluation import AT_ONCE
    from recommender.sequence.histories import from_steps

    found: list[float] = []
    for start in range(0, len(drawn), AT_ONCE):
        some = drawn[start : start + AT_ONCE]
        histories: Histories = from_steps([each.steps for each in some], row_of)
        has_any = histories.lengths > 0
        shares = np.zeros((len(some), len(row_of)))
        if has_any.any():
            scores = score_all(histories.choose(np.flatnonzero(has_any)))
            shares[has_any] = _shares(np.asarray(scores, dtype=np.float64), counted=counted)
        for number, each in enumerate(some):
            row = row_of.get(each.place.product_id)
            found.append(float(shares[number, row]) if row is not None else 0.0)
    return found


def compare_policies(
    drawn: Sequence[Drawn], before: Sequence[float], after: Sequence[float]
) -> Check:
    """Whether the candidate would clearly have earned less. Where nobody can say, that is said.

    Args:
        drawn: the places.
        before: how likely the model in use foresees each.
        after: the same of the candidate.
    """
    # What either could not have shown at all tells of neither.
    kept = [n for n in range(len(drawn)) if before[n] > 0 and after[n] > 0]
    places = [drawn[n].place for n in kept]
    rewards = sum(place.reward for place in places)
    counts = (
        f"{len(places)} places were filled by chance in {LOGGED_DAYS} days for shoppers whose "
        f"steps are known, with {rewards:.0f} clicks and purchases"
    )
    few = len(places) < FEWEST_PLACES or rewards < FEWEST_REWARDS
    found = (
        [estimate_snips(places, [each[n] for n in kept]) for each in (before, after)]
        if kept
        else []
    )
    if few or min(estimate.effective for estimate in found) < FEWEST_REWARDS:
        return Check(
            "policy",
            passed=True,
            before=None,
            after=None,
            margin=None,
            detail=f"Not judged: {counts}; that is too few to say what either would have earned, "
            "so the last steps decide alone.",
        )
    was, now = found
    return Check(
        "policy",
        passed=now.high >= was.value,
        before=was.value,
        after=now.value,
        margin=None,
        detail=f"{counts}. Clicks and purchases a place (SNIPS), in use {_told(was)}, candidate "
        f"{_told(now)}.",
    )


def _shares(scores: NDArray[np.float64], *, counted: bool) -> NDArray[np.float64]:
    """Each history's scores as shares of one: [u, n]."""
    likely = scores if counted else np.exp(scores - scores.max(axis=1, keepdims=True))
    total = likely.sum(axis=1, keepdims=True)
    return np.asarray(np.where(total > 0, likely / np.maximum(total, 1e-12), 1 / scores.shape[1]))


def _told(estimate: Estimate) -> str:
    return f"{estimate.value:.2%} ({estimate.low:.2%} to {estimate.high:.2%})"
