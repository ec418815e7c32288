"""From a request to an answer: select, score, order, explain."""

import logging
import secrets
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from common.errors import BadRequest
from db.behaviour import Step, recent_events
from recommender.catalogue import Catalogue
from recommender.diversity import spread
from recommender.impressions import ImpressionLog
from recommender.lexical import Floats, Mask
from recommender.matching import find_category, union
from recommender.popularity import PopularityWatch
from recommender.query import Query, read_query
from recommender.reasons import Explainer
from recommender.scoring import Asked, score_parts
from recommender.selection import Selection, nearest_prices, relaxed_prices, select
from recommender.shelf import Shelf
from recommender.taste import read_taste
from recommender.wire import Constraints, Item, Recommendation, RecommendRequest

logger = logging.getLogger(__name__)

_VERSION = "fused-1"
# With a query, what is less than this share as relevant as the best is not what was asked for.
_RELEVANT = 0.45
# Where the price gave way and the nearest price leads, only what was asked for may follow it.
_RELEVANT_AT_ANY_PRICE = 0.7


class UnknownAnchor(BadRequest):
    """The product that others should be like is not in the catalogue."""

    code = "unknown_anchor"


class Recommender:
    """Ranks the catalogue for one request at a time, from any thread."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        catalogue: Catalogue,
        popularity: PopularityWatch,
        impressions: ImpressionLog,
    ) -> None:
        self._sessions = sessions
        self._catalogue = catalogue
        self._popularity = popularity
        self._impressions = impressions

    @property
    def model_version(self) -> str:
        """Which policy and encoder rank."""
        encoder = self._catalogue.encoder
        return f"{_VERSION}+{encoder.name}" if encoder else f"{_VERSION}+words"

    def recommend(self, request: RecommendRequest) -> Recommendation:
        """The best k products that satisfy the constraints, each with its reason.

        Raises:
            UnknownAnchor: the anchor is not in the catalogue.
        """
        shelf = self._catalogue.shelf
        anchor = self._anchor(shelf, request)
        steps, behaviour_known = self._steps(request)
        selection = select(shelf, request.constraints, anchor=anchor)
        query = read_query(request.query, selection, shelf.lexicon)
        now = _moment(request)
        asked = Asked(
            query=query,
            query_vector=self._query_vector(shelf, query),
            taste=read_taste(
                shelf,
                steps,
                now=now,
                page_product_id=request.context.page_product_id,
            ),
            anchor=anchor,
            price_max=request.constraints.price_max,
            now=now,
            country=request.context.country,
        )
        items, more = self._rank(shelf, asked, selection, request.constraints, k=request.k)
        prices = [shelf.goods[shelf.row[item.product_id]].price for item in items]
        answer = Recommendation(
            ranking_id=secrets.token_hex(12),
            model_version=self.model_version,
            items=items,
            relaxed=selection.relaxed + relaxed_prices(request.constraints, prices),
            degraded=self._catalogue.encoder_failed or not behaviour_known,
            more=more,
        )
        # The policy is deterministic: each place had this product for certain.
        self._impressions.record(request, answer, propensities=[1.0] * len(items))
        return answer

    def _rank(
        self,
        shelf: Shelf,
        asked: Asked,
        selection: Selection,
        constraints: Constraints,
        *,
        k: int,
    ) -> tuple[list[Item], bool]:
        """The best k, and whether there are others that fit."""
        rows = np.flatnonzero(selection.mask)
        if not len(rows):
            return [], False
        popularity = self._popularity.now
        parts = score_parts(shelf, asked, popularity, candidates=selection.mask)
        scores = np.zeros(len(shelf), dtype=np.float32)
        for part in parts.values():
            scores += part
        share = _RELEVANT if selection.far is None else _RELEVANT_AT_ANY_PRICE
        several = _several_kinds(shelf, constraints)
        # What was seen before still says how relevant the best is: "more" is no worse.
        seen = np.array([shelf.row[i] for i in constraints.exclude_ids if i in shelf.row], np.intp)
        # A tent and a sleeping bag: each is relevant among its own kind.
        kinds = several or [np.ones(len(shelf), dtype=np.bool_)]
        relevant = [
            _relevant(rows[kind[rows]], parts, asked, share=share, seen=seen[kind[seen]])
            for kind in kinds
        ]
        # (np.unique takes fifty milliseconds of 100,000 rows.)
        rows = np.flatnonzero(union(shelf.mask(some) for some in relevant))
        order = rows[np.argsort(-scores[rows], kind="stable")]
        if selection.far is not None:
            # The nearest price first: it is what the relaxation is said of.
            order = nearest_prices(order, selection.far, constraints)
            picked = [(int(row), 0.0) for row in order[:k]]
        else:
            picked = spread(shelf, scores, order, k=k, kinds=several or _named_kinds(shelf, asked))
        explainer = Explainer(shelf, asked, popularity, parts, rows)
        items = [_item(shelf, row, parts, alike, explainer) for row, alike in picked]
        return items, len(order) > len(items)

    def _anchor(self, shelf: Shelf, request: RecommendRequest) -> int | None:
        wanted = request.anchor_product_id
        if wanted is None:
            return None
        if wanted not in shelf.row:
            raise UnknownAnchor(
                f"anchor_product_id {wanted!r} is not in the catalogue.", product_id=wanted
            )
        return shelf.row[wanted]

    def _steps(self, request: RecommendRequest) -> tuple[list[Step], bool]:
        """The shopper's last steps, and whether the database could be asked."""
        if request.customer_id is None and request.session_id is None:
            return [], True
        try:
            with self._sessions() as session:
                return (
                    recent_events(
                        session, customer_id=request.customer_id, session_id=request.session_id
                    ),
                    True,
                )
        except SQLAlchemyError as error:
            logger.warning("behaviour not read", extra={"error": type(error).__name__})
            return [], False

    def _query_vector(self, shelf: Shelf, query: Query) -> Floats | None:
        encoder = self._catalogue.encoder
        if not query.text or encoder is None or shelf.vectors is None:
            return None
        return encoder.encode_query(query.text)


def _moment(request: RecommendRequest) -> datetime:
    """When the shopper asks; a time without a zone is read as UTC."""
    asked = request.context.time
    if asked is None:
        return datetime.now(UTC)
    return asked.astimezone(UTC) if asked.tzinfo else asked.replace(tzinfo=UTC)


def _relevant(
    rows: NDArray[np.intp],
    parts: dict[str, Floats],
    asked: Asked,
    *,
    share: float,
    seen: NDArray[np.intp],
) -> NDArray[np.intp]:
    """Drop what is far less relevant than the best: better two right than five wrong."""
    if not asked.query.filters:
        return rows
    named = [parts[name] for name in ("text_words", "text_meaning") if name in parts]
    if not named:
        return rows
    relevance: Floats = np.sum(named, axis=0)
    best = relevance[np.concatenate([rows, seen])].max(initial=0.0)
    fitting: NDArray[np.intp] = rows[relevance[rows] >= share * best]
    return fitting


def _item(
    shelf: Shelf, row: int, parts: dict[str, Floats], alike: float, explainer: Explainer
) -> Item:
    own = {name: float(part[row]) for name, part in parts.items()} | {"alike": alike}
    own = {name: round(value, 5) for name, value in own.items() if value}
    return Item(
        product_id=shelf.goods[row].id,
        score=round(sum(own.values()), 5),
        reason=explainer.explain(row),
        parts=own,
    )


def _several_kinds(shelf: Shelf, constraints: Constraints) -> list[Mask]:
    """The kinds of goods where more than one is asked for; [] otherwise."""
    found = [category for name in constraints.category if (category := find_category(shelf, name))]
    return [category.mask for category in found] if len(found) > 1 else []


def _named_kinds(shelf: Shelf, asked: Asked) -> list[Mask]:
    """The kinds of goods to show some of each: those that the words name (a drill and a hammer).

    Who names nothing is shown a bit of everything that they may like.
    """
    words = asked.query.said
    if not words and asked.anchor is None:
        return [shelf.mask(rows) for rows in shelf.types.values()]
    return [shelf.mask(shelf.kinds[word]) for word in words if word in shelf.kinds]
