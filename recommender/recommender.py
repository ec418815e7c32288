"""From a request to an answer: select, score, order, explain."""

import logging
import secrets
from datetime import UTC, datetime
from random import Random

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from common.errors import BadRequest
from db.behaviour import Step, recent_events
from recommender.catalogue import Catalogue
from recommender.diversity import spread
from recommender.exploration import explore
from recommender.foresight import READY, Forecast, Foresight
from recommender.foresight_watch import ForesightWatch
from recommender.impressions import ImpressionLog
from recommender.lexical import Floats, Mask
from recommender.matching import find_category, union
from recommender.ordering import in_order
from recommender.places import Place, at_home, place_of
from recommender.popularity import PopularityWatch
from recommender.query import Query, read_query
from recommender.reasons import Explainer
from recommender.rules import RuleBook, Rules
from recommender.scoring import Asked, score_parts
from recommender.selection import Selection, nearest_prices, relaxed_prices, select
from recommender.shelf import Shelf
from recommender.taste import read_taste
from recommender.weights import HAND
from recommender.wire import Constraints, Item, Reason, Recommendation, RecommendRequest

logger = logging.getLogger(__name__)

_VERSION = "fused-1"
# With a query, what is less than this share as relevant as the best is not what was asked for.
_RELEVANT = 0.45
# Where the nearest price leads, or an order by name, only what was asked for may stand there.
_RELEVANT_SORTED = 0.7
_ANNOYED = -0.3


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
        foresight: ForesightWatch,
        rules: RuleBook,
        *,
        exploration: float = 0.0,
    ) -> None:
        """Put together what ranks.

        Args:
            sessions: of the shop's database.
            catalogue: what there is to show.
            popularity: what others want.
            impressions: where answers are logged.
            foresight: what comes next.
            rules: the shop's own wishes.
            exploration: the share of answers without a query whose last place is drawn.
        """
        self._sessions = sessions
        self._catalogue = catalogue
        self._popularity = popularity
        self._impressions = impressions
        self._foresight = foresight
        self._rules = rules
        self._exploration = exploration
        self._rng = Random()  # noqa: S311 - nothing secret is drawn

    @property
    def model_version(self) -> str:
        """Which policy, encoder and foresight rank."""
        return self._version(self._foresight.now)

    def _version(self, foresight: Foresight | None) -> str:
        encoder, seen = self._catalogue.encoder, self._catalogue.shelf.seen
        parts = (
            _VERSION,
            encoder.name if encoder else "words",
            seen and seen.encoder.name,
            foresight and foresight.name,
        )
        return "+".join(part for part in parts if part)

    def recommend(self, request: RecommendRequest) -> Recommendation:
        """The best k products that satisfy the constraints, each with its reason.

        Raises:
            UnknownAnchor: the anchor is not in the catalogue.
        """
        shelf = self._catalogue.shelf
        anchor = self._anchor(shelf, request)
        steps, place, behaviour_known = self._shopper(request)
        rules = self._rules.now()
        hidden = rules.hidden(shelf)
        selection = select(shelf, request.constraints, anchor=anchor, hidden=hidden)
        query = read_query(request.query, selection, shelf.lexicon)
        now = _moment(request)
        foresight = self._foresight.foresight_for(request.customer_id or request.session_id)
        page = request.context.page_product_id
        taste = read_taste(shelf, steps, now=now, page_product_id=page)
        asked = Asked(
            query=query,
            query_vector=self._query_vector(shelf, query),
            taste=taste,
            forecast=_foresee(foresight, shelf, _with_page(steps, request, now=now), now=now),
            anchor=anchor,
            price_max=request.constraints.price_max,
            now=now,
            place=place,
            stranger=not taste.owned,
            weights=foresight.weights if foresight else HAND,
            mood=request.context.sentiment or 0.0,
        )
        items, propensities, more = self._rank(shelf, asked, selection, request, rules=rules)
        prices = [shelf.goods[shelf.row[item.product_id]].price for item in items]
        answer = Recommendation(
            ranking_id=secrets.token_hex(12),
            model_version=self._version(foresight),
            items=items,
            relaxed=selection.relaxed + relaxed_prices(request.constraints, prices),
            degraded=self._catalogue.encoder_failed or not behaviour_known,
            more=more,
        )
        if request.shown:
            self._impressions.record(request, answer, propensities=propensities)
        return answer

    def _rank(
        self,
        shelf: Shelf,
        asked: Asked,
        selection: Selection,
        request: RecommendRequest,
        *,
        rules: Rules,
    ) -> tuple[list[Item], list[float], bool]:
        """The best, how likely each was to stand there, and whether there are others that fit."""
        rows = np.flatnonzero(selection.mask)
        if not len(rows):
            return [], [], False
        constraints, k = request.constraints, request.k
        popularity = self._popularity.now
        parts = score_parts(shelf, asked, popularity, candidates=selection.mask)
        parts |= rules.parts(shelf)
        scores = np.zeros(len(shelf), dtype=np.float32)
        for part in parts.values():
            scores += part
        # Where something else comes first than how well it fits, it must fit well.
        own = selection.far is None and request.order is None
        share = _RELEVANT if own else _RELEVANT_SORTED
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
        elif request.order is not None:
            order = in_order(shelf, order, request.order)
            picked = [(int(row), 0.0) for row in order[:k]]
        else:
            picked = spread(shelf, scores, order, k=k, kinds=several or _named_kinds(shelf, asked))
        free = own and asked.anchor is None and not asked.query.leads and _has_time(asked)
        picked, propensities = explore(
            picked, order[: 2 * k].tolist(), share=self._exploration if free else 0.0, rng=self._rng
        )
        explainer = Explainer(shelf, asked, popularity, parts, rows)
        reasons = explainer.explain([row for row, _ in picked])
        items = [
            _item(shelf, row, parts, alike, reason)
            for (row, alike), reason in zip(picked, reasons, strict=True)
        ]
        return items, propensities, len(order) > len(items)

    def _anchor(self, shelf: Shelf, request: RecommendRequest) -> int | None:
        wanted = request.anchor_product_id
        if wanted is None:
            return None
        if wanted not in shelf.row:
            raise UnknownAnchor(
                f"anchor_product_id {wanted!r} is not in the catalogue.", product_id=wanted
            )
        return shelf.row[wanted]

    def _shopper(self, request: RecommendRequest) -> tuple[list[Step], Place, bool]:
        """The shopper's last steps, where they are, and whether the database could be asked."""
        place = place_of(request.context.country, request.context.around)
        if request.customer_id is None and request.session_id is None:
            return [], place, True
        try:
            with self._sessions() as session:
                steps = recent_events(
                    session, customer_id=request.customer_id, session_id=request.session_id
                )
                return steps, at_home(session, request.customer_id, near=place), True
        except SQLAlchemyError as error:
            logger.warning("behaviour not read", extra={"error": type(error).__name__})
            return [], place, False

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


def _foresee(
    foresight: Foresight | None, shelf: Shelf, steps: list[Step], *, now: datetime
) -> Forecast | None:
    return foresight.foresee(shelf, steps, now=now) if foresight else None


def _has_time(asked: Asked) -> bool:
    """Whether a product may be tried on them: not on who is about to buy, nor who is annoyed."""
    return asked.readiness < READY and asked.mood > _ANNOYED


def _with_page(steps: list[Step], request: RecommendRequest, *, now: datetime) -> list[Step]:
    """The steps, newest first, with the look at the page that the shopper has open."""
    page = request.context.page_product_id
    if page is None or (steps and steps[0].product_id == page):
        return steps
    return [Step(0, "view_item", page, now, None), *steps]


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
    named = [parts["text_meaning"]] if "text_meaning" in parts else []
    if "text_words" in parts:
        # By the share of the words that was found, whose square is in the score: what is left of
        # a title whose product has been seen is still "more".
        named.append(np.sqrt(asked.weights.with_query["text_words"] * parts["text_words"]))
    if not named:
        return rows
    relevance: Floats = np.sum(named, axis=0)
    best = relevance[np.concatenate([rows, seen])].max(initial=0.0)
    fitting: NDArray[np.intp] = rows[relevance[rows] >= share * best]
    return fitting


def _item(shelf: Shelf, row: int, parts: dict[str, Floats], alike: float, reason: Reason) -> Item:
    own = {name: float(part[row]) for name, part in parts.items()} | {"alike": alike}
    own = {name: round(value, 5) for name, value in own.items() if value}
    return Item(
        product_id=shelf.goods[row].id,
        score=round(sum(own.values()), 5),
        reason=reason,
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
