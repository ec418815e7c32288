"""Goods for a shopper's wishes: from the recommender, or from the shop window when it is down."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.orm import Session, sessionmaker

from common.errors import ServiceUnavailable
from db.tables.catalog import Product
from recommender.wire import Context, Recommendation, RecommendRequest, Relaxed
from shop import window
from shop.kinds import Kind
from shop.shopper import Shopper
from shop.wishes import Wishes

logger = logging.getLogger(__name__)

CARDS = 6


class Recommender(Protocol):
    """What this module asks of `recommender.client.RecommenderClient`."""

    def recommend(self, request: RecommendRequest) -> Recommendation:
        """Rank the catalogue for this request."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One product to show, and why."""

    product_id: str
    reason: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought.

    Attributes:
        relaxed: wishes that nothing satisfied, and what was given instead.
        degraded: the recommender was down; these are the shop's popular goods.
        ceiling: the price that "cheap" was taken to mean.
    """

    offers: list[Offer] = field(default_factory=list)
    ranking_id: str | None = None
    relaxed: list[Relaxed] = field(default_factory=list)
    degraded: bool = False
    ceiling: float | None = None

    @property
    def lacks(self) -> str | None:
        """The goods that were asked for, where the shop has none and nothing comes near."""
        asked = next((r.asked for r in self.relaxed if r.constraint == "category"), None)
        near = any((offer.reason or {}).get("code") == "matches_query" for offer in self.offers)
        if asked is None or near:
            return None
        return ", ".join(asked) if isinstance(asked, list) else str(asked)

    @property
    def product_ids(self) -> list[str]:
        """In the order shown."""
        return [offer.product_id for offer in self.offers]


def find_goods(
    wishes: Wishes,
    *,
    sessions: sessionmaker[Session],
    recommender: Recommender,
    shopper: Shopper,
    skip: Sequence[str] = (),
    anchor: str | None = None,
    k: int = CARDS,
) -> Found:
    """Find goods that satisfy the wishes, best first.

    Args:
        skip: products not to show: already seen, or turned down.
        anchor: show goods like this one.

    Returns:
        At most k goods. Where nothing fits, the nearest, with what had to give; a wish is never
        dropped without being named in `relaxed`.
    """
    ceiling = None
    if wishes.cheap and wishes.price_max is None:
        with sessions() as session:
            ceiling = window.find_low_price(session, wishes)
        wishes = wishes.with_changes(price_max=ceiling)
    request = RecommendRequest(
        customer_id=shopper.customer_id,
        session_id=shopper.session_id,
        locale=shopper.locale,
        query=wishes.query() or None,
        constraints=wishes.constraints(exclude_ids=skip),
        anchor_product_id=anchor,
        context=Context(
            country=shopper.country,
            sentiment=shopper.sentiment,
            page_product_id=shopper.page_product_id,
        ),
        k=k,
    )
    try:
        answer = recommender.recommend(request)
    except ServiceUnavailable as error:
        logger.warning("showing popular goods instead", extra={"cause": error.detail})
        return _from_window(wishes, sessions=sessions, skip=skip, anchor=anchor, k=k)
    return Found(
        offers=[
            Offer(product_id=item.product_id, reason=item.reason.model_dump(mode="json"))
            for item in answer.items
        ],
        ranking_id=answer.ranking_id,
        relaxed=answer.relaxed,
        degraded=answer.degraded,
        ceiling=ceiling,
    )


def _from_window(
    wishes: Wishes,
    *,
    sessions: sessionmaker[Session],
    skip: Sequence[str],
    anchor: str | None,
    k: int,
) -> Found:
    skipped = [*skip, anchor] if anchor else list(skip)
    with sessions() as session:
        if anchor and (like := session.get(Product, anchor)):
            kind = like.product_type or like.category
            wishes = wishes.with_changes(kinds=[Kind(value=kind, word=kind)])
        goods = window.popular_goods(session, wishes, skip=skipped, limit=k)
    return Found(
        offers=[Offer(product_id=product.id, reason=window.reason(product)) for product in goods],
        degraded=True,
    )
