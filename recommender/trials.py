"""What came of a model on trial, and of the one in use beside it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.trials import likely_share
from db.tables.base import UtcDateTime
from db.tables.behaviour import Event
from db.tables.recommendations import Ranking


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one version's answers.

    Attributes:
        shoppers: who was answered by this version and by no other.
        buyers: those of them who bought something after their first answer.
        low, high: between which the share of buyers lies, 95% of the time (Wilson 1927).
    """

    shoppers: int
    buyers: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Of the shoppers who bought."""
        return self.buyers / self.shoppers if self.shoppers else 0.0


def read_outcomes(session: Session, *, since: datetime) -> Mapping[str, Outcome]:
    """Buyers among those answered since then, by `model_version`.

    A shopper whom two versions answered (a guest who then signed in) says nothing of either.
    """
    shopper = func.coalesce(Ranking.customer_id, Ranking.session_id)
    answered = (
        select(shopper, Ranking.model_version, func.min(Ranking.created_at, type_=UtcDateTime))
        .where(Ranking.created_at >= since, shopper.is_not(None))
        .group_by(shopper, Ranking.model_version)
    )
    versions: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    for who, version, first in session.execute(answered):
        versions[who][version] = first
    buyer = func.coalesce(Event.customer_id, Event.session_id)
    purchases = (
        select(buyer, func.max(Event.occurred_at, type_=UtcDateTime))
        .where(Event.name == "purchase", Event.occurred_at >= since, buyer.is_not(None))
        .group_by(buyer)
    )
    bought: dict[str, datetime] = {row[0]: row[1] for row in session.execute(purchases)}
    shoppers: Counter[str] = Counter()
    buyers: Counter[str] = Counter()
    for who, seen in versions.items():
        if len(seen) == 1:
            [(version, first)] = seen.items()
            shoppers[version] += 1
            buyers[version] += who in bought and bought[who] >= first
    return {
        version: _outcome(count, buyers[version]) for version, count in sorted(shoppers.items())
    }


def _outcome(shoppers: int, buyers: int) -> Outcome:
    return Outcome(shoppers, buyers, *likely_share(buyers / shoppers, shoppers))
