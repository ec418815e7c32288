"""What the shop's own answers show of its goods: by brand, new ones, and how evenly."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.catalog import Product
from db.tables.recommendations import Impression, Ranking

NEW = timedelta(days=45)
_TOP = 0.1


@dataclass(frozen=True, slots=True)
class Shares:
    """A group's share of the goods on sale, and of the places that answers filled."""

    goods: float
    shown: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """What was shown in a stretch of time.

    Attributes:
        places: how many places answers filled.
        brands: by brand; "" for goods without one.
        new: goods that had come in within the last weeks.
        never: the share of goods on sale that nobody was shown.
        top: the share of places that the most shown tenth of the goods had.
    """

    places: int
    brands: dict[str, Shares]
    new: Shares
    never: float
    top: float


def read_exposure(session: Session, *, since: datetime, until: datetime) -> Exposure:
    """Count the places of all answers in this time, of goods that are on sale."""
    shown: Counter[str] = Counter(
        dict(
            session.execute(
                select(Impression.product_id, func.count())
                .join(Ranking, Ranking.id == Impression.ranking_id)
                .where(Ranking.created_at >= since, Ranking.created_at < until)
                .group_by(Impression.product_id)
            ).all()
        )
    )
    goods = session.execute(
        select(Product.id, Product.brand, Product.created_at).where(Product.active)
    ).all()
    counts = [shown[good.id] for good in goods]
    places, total = sum(counts), max(1, len(goods))
    by_brand: Counter[str] = Counter()
    of_brand: Counter[str] = Counter()
    for good, count in zip(goods, counts, strict=True):
        by_brand[good.brand or ""] += count
        of_brand[good.brand or ""] += 1
    freshest = [shown[good.id] for good in goods if until - good.created_at < NEW]
    most = sorted(counts, reverse=True)[: max(1, round(_TOP * len(goods)))]
    whole = max(1, places)
    return Exposure(
        places=places,
        brands={
            brand: Shares(count / total, by_brand[brand] / whole)
            for brand, count in of_brand.most_common()
        },
        new=Shares(len(freshest) / total, sum(freshest) / whole),
        never=counts.count(0) / total,
        top=sum(most) / whole,
    )
