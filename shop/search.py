"""Goods for a shopper's wishes: from the recommender, or from the shop window when it is down."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from common.errors import BadRequest, ServiceUnavailable
from db.tables.catalog import Product
from recommender.wire import Context, Recommendation, RecommendRequest, Relaxed
from shop import window
from shop.kinds import Kind
from shop.narrowing import narrow_kinds
from shop.phrases import load_phrases
from shop.shopper import Shopper
from shop.wishes import Wishes

logger = logging.getLogger(__name__)

CARDS = 6
# Fewer ideas than this for a person are no choice.
_FEWEST_IDEAS = 3
_SAME_WORD = 80
_WORDS = re.compile(r"\w{3,}")


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
        more: whether there are others that fit.
        missing: goods asked for beside others, of which the shop has none.
        resembling: whether any of the goods is called about what was asked for.
        near: the department that the goods come under, where none are called what was asked for.
    """

    offers: list[Offer] = field(default_factory=list)
    ranking_id: str | None = None
    relaxed: list[Relaxed] = field(default_factory=list)
    degraded: bool = False
    ceiling: float | None = None
    more: bool = False
    missing: list[str] = field(default_factory=list)
    resembling: bool = True
    near: str | None = None

    @property
    def lacks(self) -> str | None:
        """The goods that were asked for, where the shop has none and nothing comes near."""
        asked = next((r.asked for r in self.relaxed if r.constraint == "category"), None)
        if asked is None or self.resembling:
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
    shown: bool = True,
) -> Found:
    """Find goods that satisfy the wishes, best first.

    Args:
        skip: products not to show: already seen, or turned down.
        anchor: show goods like this one.
        shown: whether the shopper will see them; else they do not count as recommended.

    Returns:
        At most k goods. Where nothing fits, the nearest, with what had to give; a wish is never
        dropped without being named in `relaxed`.
    """
    ceiling = None
    if wishes.cheap and wishes.price_max is None:
        with sessions() as session:
            ceiling = window.find_low_price(session, wishes)
        wishes = wishes.with_changes(price_max=ceiling)
    anchor = anchor or wishes.like
    with sessions() as session:
        kinds = narrow_kinds(session, wishes.kinds)
    asked = _ask(wishes, kinds, shopper=shopper, skip=skip, anchor=anchor, k=k)
    asked = asked.model_copy(update={"shown": shown})
    try:
        answer = _rank(recommender, asked)
        if len(answer.items) < _FEWEST_IDEAS and (query := _audience(wishes)):
            # Nothing is called by the person's name but a chrysanthemum: "mum".
            answer = _rank(recommender, asked.model_copy(update={"query": query}))
    except ServiceUnavailable as error:
        logger.warning("showing popular goods instead", extra={"cause": error.detail})
        return _from_window(wishes, sessions=sessions, skip=skip, anchor=anchor, k=k)
    known = any(kind.known for kind in kinds)
    with sessions() as session:
        resembling = known or _resemble(session, [item.product_id for item in answer.items], kinds)
    return Found(
        offers=[
            Offer(product_id=item.product_id, reason=item.reason.model_dump(mode="json"))
            for item in answer.items
        ],
        ranking_id=answer.ranking_id,
        relaxed=answer.relaxed,
        degraded=answer.degraded,
        ceiling=ceiling,
        more=len(answer.items) == k if answer.more is None else answer.more,
        resembling=resembling,
        near=next((kind.value for kind in kinds if kind.near), None),
        missing=[kind.word for kind in kinds if known and not kind.known],
    )


def _rank(recommender: Recommender, asked: RecommendRequest) -> Recommendation:
    """The recommender's answer; without what goods should be like, where that is gone."""
    try:
        return recommender.recommend(asked)
    except BadRequest:
        if asked.anchor_product_id is None:
            raise
        return recommender.recommend(asked.model_copy(update={"anchor_product_id": None}))


def _resemble(session: Session, products: Sequence[str], kinds: Sequence[Kind]) -> bool:
    """Whether any of these products is called by one of the nouns, typing errors apart."""
    titles = session.scalars(select(Product.title).where(Product.id.in_(products)))
    words = {word.lower() for title in titles for word in _WORDS.findall(title)}
    nouns = [kind.word.lower().split()[-1] for kind in kinds]
    return any(fuzz.ratio(noun, word) >= _SAME_WORD for noun in nouns for word in words)


def _ask(
    wishes: Wishes,
    kinds: list[Kind],
    *,
    shopper: Shopper,
    skip: Sequence[str],
    anchor: str | None,
    k: int,
) -> RecommendRequest:
    """The wishes as the recommender takes them."""
    return RecommendRequest(
        customer_id=shopper.customer_id,
        session_id=shopper.session_id,
        locale=shopper.locale,
        query=wishes.query() or None,
        constraints=wishes.with_changes(kinds=kinds).constraints(exclude_ids=skip),
        anchor_product_id=anchor,
        order=wishes.order,
        context=Context(
            country=shopper.country,
            sentiment=shopper.sentiment,
            page_product_id=shopper.page_product_id,
        ),
        k=k,
    )


def _audience(wishes: Wishes) -> str | None:
    """Words for the people that goods are for, where the people are all that is known of them."""
    known = wishes.query() != " ".join(dict.fromkeys(wishes.recipient))
    phrases = load_phrases()
    found = [audience for person in wishes.recipient if (audience := phrases.audience(person))]
    return None if known or not found else " ".join(dict.fromkeys(found))


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
        goods = window.popular_goods(session, wishes, skip=skipped, limit=k + 1)
    return Found(
        offers=[
            Offer(product_id=product.id, reason=window.reason(product)) for product in goods[:k]
        ],
        degraded=True,
        more=len(goods) > k,
    )
