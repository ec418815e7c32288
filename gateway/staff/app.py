"""The staff API put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from common.service import internal_headers
from common.settings import Settings
from gateway.answers import Composer
from gateway.background import meanwhile
from gateway.hub import Hub
from gateway.rate_limits import RateLimits
from gateway.staff.acts import act_routes
from gateway.staff.audit import audit_routes
from gateway.staff.background import Background
from gateway.staff.conversations import conversation_routes
from gateway.staff.corrections import correction_routes, keep_curating
from gateway.staff.corrections_desk import CorrectionDesk
from gateway.staff.desk import Desk
from gateway.staff.door import door_routes
from gateway.staff.drift import DriftWatch, drift_routes
from gateway.staff.feed import Feed
from gateway.staff.guard import Guard
from gateway.staff.learning import learning_routes
from gateway.staff.learning_shelf import shelf_routes
from gateway.staff.memory import Memory, RasaMemory
from gateway.staff.numbers import number_routes
from gateway.staff.shelf import canned_routes, rule_routes
from gateway.staff.socket import staff_socket_routes
from gateway.staff.suggestions import Adviser
from gateway.staff.summary import Narrator
from gateway.staff.takeover_card import CardReader
from gateway.staff.team import team_routes
from gateway.store import ConversationStore
from gateway.words import Words
from learning.corrections_board import Curator
from nlu.client import NluClient
from recommender.client import make_client

# Staff wait for what the models suggest no longer than this.
PATIENCE_S = 1.5
# Nobody waits for what is weighed in the background.
_UNHURRIED_S = 15.0


class StaffDesk:
    """All that serves staff: routes to include, and what runs in the background."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: ConversationStore,
        composer: Composer,
        words: Words,
        hub: Hub,
        limits: RateLimits,
        first_frame: float,
        memory: Memory | None = None,
    ) -> None:
        self._nlu = NluClient(
            settings.nlu_url, headers=internal_headers(settings), timeout=PATIENCE_S
        )
        self._recommender = make_client(settings, timeout=PATIENCE_S)
        self._rasa = RasaMemory(settings)
        self._settings = settings
        self._store = store
        self._hub = hub
        self._limits = limits
        self._first_frame = first_frame
        self.feed = Feed(store=store, hub=hub)
        self._guard = Guard(store.sessions, key=settings.secret_key, limits=limits)
        self._desk = Desk(store=store, composer=composer, words=words, hub=hub)
        self._adviser = Adviser(
            store=store, composer=composer, nlu=self._nlu, recommender=self._recommender
        )
        # A client of its own: a slow answer here says nothing to those who wait for the other.
        self._encoder = NluClient(
            settings.nlu_url, headers=internal_headers(settings), timeout=_UNHURRIED_S
        )
        self._curator = Curator(store.sessions, embed=self._encoder.embed)
        self._drift = DriftWatch(settings, store=store)
        self._card = CardReader(
            store=store,
            background=Background(composer),
            memory=memory or self._rasa,
            adviser=self._adviser,
            narrator=Narrator(words, currency=settings.currency),
        )

    def add_routes(self, app: FastAPI) -> None:
        """Serve staff under /api/staff."""
        store, guard, limits = self._store, self._guard, self._limits
        app.include_router(door_routes(store=store, guard=guard, limits=limits))
        app.include_router(conversation_routes(store=store, guard=guard, card=self._card))
        corrections = CorrectionDesk(store=store, hub=self._hub, adviser=self._adviser)
        app.include_router(
            act_routes(store=store, guard=guard, desk=self._desk, corrections=corrections)
        )
        app.include_router(
            correction_routes(store=store, guard=guard, desk=corrections, curator=self._curator)
        )
        app.include_router(canned_routes(store=store, guard=guard))
        app.include_router(rule_routes(store=store, guard=guard))
        app.include_router(team_routes(store=store, guard=guard, feed=self.feed))
        app.include_router(audit_routes(store=store, guard=guard))
        app.include_router(number_routes(store=store, guard=guard))
        app.include_router(drift_routes(watch=self._drift, guard=guard))
        app.include_router(learning_routes(settings=self._settings, store=store, guard=guard))
        app.include_router(shelf_routes(settings=self._settings, store=store, guard=guard))
        app.include_router(
            staff_socket_routes(
                store=store,
                hub=self._hub,
                feed=self.feed,
                guard=guard,
                limits=limits,
                auth_timeout=self._first_frame,
            )
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tell consoles what happens for as long as this is open."""
        try:
            async with (
                meanwhile(self.feed.run()),
                meanwhile(keep_curating(self._curator)),
                meanwhile(self._drift.run()),
            ):
                yield
        finally:
            self._rasa.close()
            self._nlu.close()
            self._encoder.close()
            self._recommender.close()
