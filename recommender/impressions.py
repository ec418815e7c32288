"""What was shown, written to the database without an answer ever waiting for it."""

import logging
import queue
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from db.tables.recommendations import Impression, Ranking
from recommender.wire import Recommendation, RecommendRequest

logger = logging.getLogger(__name__)

_AT_ONCE = 100
_WAITING = 10_000
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer and the chance that each of its places had to be filled as it was [k]."""

    request: RecommendRequest
    answer: Recommendation
    propensities: list[float]
    at: datetime


class ImpressionLog:
    """A thread that writes rankings in batches; `close` writes what is left."""

    def __init__(self, sessions: sessionmaker[Session], *, pause: float = 1.0) -> None:
        self._sessions = sessions
        self._pause = pause
        self._waiting: queue.Queue[Shown | None] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._write_on, name="impressions", daemon=True)
        self.lost = 0

    def start(self) -> None:
        """Begin writing."""
        self._thread.start()

    def record(
        self, request: RecommendRequest, answer: Recommendation, *, propensities: list[float]
    ) -> None:
        """Write this answer soon. Where the database cannot keep up, it is counted as lost."""
        try:
            self._waiting.put_nowait(Shown(request, answer, propensities, datetime.now(UTC)))
        except queue.Full:
            self.lost += 1
            if self.lost in (1, 100) or self.lost % 10_000 == 0:
                logger.error("rankings not logged", extra={"lost": self.lost})

    def close(self, *, timeout: float = 10.0) -> None:
        """Write what waits, then end the thread."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join(timeout)

    def _write_on(self) -> None:
        open_ = True
        while open_:
            batch = [self._waiting.get()]
            while len(batch) < _AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            open_ = None not in batch
            if shown := [each for each in batch if each is not None]:
                self._write(shown)

    def _write(self, batch: list[Shown]) -> None:
        rankings = [_ranking(shown) for shown in batch]
        impressions = [row for shown in batch for row in _impressions(shown)]
        for attempt in range(1, _TRIES + 1):
            try:
                with self._sessions.begin() as session:
                    session.execute(insert(Ranking), rankings)
                    if impressions:
                        session.execute(insert(Impression), impressions)
                return
            except SQLAlchemyError as error:
                logger.warning(
                    "rankings not written", extra={"try": attempt, "error": type(error).__name__}
                )
                time.sleep(self._pause * attempt)
        self.lost += len(batch)
        logger.error("rankings not logged", extra={"lost": self.lost})


def _ranking(shown: Shown) -> dict[str, Any]:
    request, answer = shown.request, shown.answer
    kept = request.model_dump(
        mode="json", exclude_defaults=True, exclude={"customer_id", "session_id", "query"}
    )
    return {
        "id": answer.ranking_id,
        "customer_id": request.customer_id,
        "session_id": request.session_id,
        "model_version": answer.model_version,
        "request": kept,
        "relaxed": [each.model_dump(mode="json") for each in answer.relaxed],
        "degraded": answer.degraded,
        "created_at": shown.at,
    }


def _impressions(shown: Shown) -> list[dict[str, Any]]:
    return [
        {
            "ranking_id": shown.answer.ranking_id,
            "position": position,
            "product_id": item.product_id,
            "score": item.score,
            "propensity": propensity,
            "reason": item.reason.model_dump(mode="json"),
        }
        for position, (item, propensity) in enumerate(
            zip(shown.answer.items, shown.propensities, strict=True)
        )
    ]
