"""What changes in what shoppers say and do, for supervisors: measured seldom, read from memory."""

import asyncio
import logging
import threading
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from sqlalchemy.exc import IntegrityError

from common.settings import Settings
from db.tables.base import now
from gateway.background import again_and_again
from gateway.problems import problems
from gateway.staff.guard import Guard
from gateway.store import ConversationStore
from learning.drift_report import Report, note_catalogue, report

logger = logging.getLogger(__name__)

# Weeks are compared: what is half an hour old is new.
FRESH = timedelta(minutes=30)
COUNT_EVERY_S = 3600.0
FIRST_COUNT_AFTER_S = 90.0


class Moved(BaseModel):
    """A kind whose share changed."""

    name: str
    before: float
    now: float
    days: list[float | None]


class Measured(BaseModel):
    """One thing that is watched."""

    name: str = Field(
        description="words, confidence, fallback, intents, sentiment, behaviour, conversion, "
        "out_of_stock or new_goods."
    )
    state: Literal["alert", "quiet", "too_few"]
    before: float | None = Field(description="Mean of the four weeks before; null for a mix.")
    now: float | None
    change: float | None = Field(
        description="now - before; as a share of before for conversion; of a mix the "
        "Jensen-Shannon divergence in bits."
    )
    chance: float | None = Field(description="How likely as much is by chance.")
    shoppers: tuple[int, int] = Field(description="Measured on, last week and before; or goods.")
    days: list[float | None]
    moved: list[Moved] = Field(description="Of a mix, what changed most.")


class Drift(BaseModel):
    """The last week held against the four before."""

    measured_at: datetime
    start: datetime
    last_week: datetime
    days: list[str]
    measures: list[Measured]
    new_words: list[str] = Field(
        description="Said by at least five shoppers last week and unknown to the assistant."
    )


class DriftWatch:
    """Measures on demand, at most every half hour, and counts the catalogue once an hour."""

    def __init__(self, settings: Settings, *, store: ConversationStore) -> None:
        self._settings = settings
        self._store = store
        self._measuring = threading.Lock()
        self._last: Report | None = None

    def latest(self) -> Report:
        """The last report, made anew where it is too old; while that goes on others get the old."""
        known = self._last
        if known is not None and now() - known.measured_at < FRESH:
            return known
        # Whoever comes first of all waits for it; later ones have the old one meanwhile.
        if known is not None and self._measuring.locked():
            return known
        with self._measuring:
            if self._last is None or self._last is known:
                with self._store.sessions() as session:
                    self._last = report(session, self._settings, at=now())
            return self._last

    async def run(
        self, *, first_after: float = FIRST_COUNT_AFTER_S, every: float = COUNT_EVERY_S
    ) -> None:
        """Count the catalogue until cancelled."""
        await asyncio.sleep(first_after)
        count = partial(asyncio.to_thread, self.count_catalogue)
        failing = "could not count the catalogue"
        await again_and_again(count, every=every, failing=failing, where=logger)

    def count_catalogue(self) -> None:
        """Note what there is today."""
        # Of two gateways that note a day for the first time at once, one is enough.
        with suppress(IntegrityError), self._store.writing() as session:
            note_catalogue(session, at=now())


def drift_routes(*, watch: DriftWatch, guard: Guard) -> APIRouter:
    """What changed lately, for supervisors."""
    routes = APIRouter(
        prefix="/api/staff", tags=["staff"], dependencies=[Depends(guard.at_least("supervisor"))]
    )

    @routes.get("/drift", responses=problems(401, 403, 422))
    def read_drift() -> Drift:
        """What shoppers say and do, and the catalogue: the last week against the four before."""
        return Drift.model_validate(asdict(watch.latest()))

    return routes
