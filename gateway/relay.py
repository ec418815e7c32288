"""Lets several gateways over one PostgreSQL hear what happens in the others.

Every frame that one of them publishes is notified to the rest (LISTEN and NOTIFY need no further
server), so that a shopper and the person who helps them may be connected to different ones. With
SQLite there is one gateway, and nothing to relay. A notification that is lost is no message lost:
what was said is in the database, and a client that connects again reads it there.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from gateway.background import meanwhile
from gateway.hub import Frame, Hub
from gateway.store import ConversationStore

logger = logging.getLogger(__name__)

CHANNEL = "shopkeeper_frames"
# PostgreSQL takes 8,000 bytes; a longer message is named by its id and read by who hears of it.
MOST_BYTES = 7_500
# How soon a connection that broke is tried again.
AGAIN_S = 2.0
# What is understood of a message is read by its own gateway; the others see it in the list.
_LOCAL = frozenset({"understood"})


class Relay:
    """Passes this gateway's frames on to the others, and theirs to this one's listeners."""

    def __init__(self, *, url: str, store: ConversationStore, hub: Hub) -> None:
        address = make_url(url).set(drivername="postgresql")
        self._address = address.render_as_string(hide_password=False)
        self._store = store
        self._hub = hub
        self._me = store.holder
        self._outgoing: asyncio.Queue[str] = asyncio.Queue(maxsize=10_000)

    def pass_on(self, conversation_id: str, frame: Frame, *, for_staff: bool) -> None:
        """Put a frame of this gateway's into the queue for the others; never waits."""
        if frame["type"] in _LOCAL:
            frame, for_staff = {"type": "changed"}, True
        told = json.dumps([self._me, conversation_id, for_staff, frame], ensure_ascii=False)
        if len(told.encode()) > MOST_BYTES and frame["type"] == "message":
            short = {"type": "message", "read": frame["message"]["id"]}
            told = json.dumps([self._me, conversation_id, for_staff, short])
        if len(told.encode()) > MOST_BYTES:
            told = json.dumps([self._me, conversation_id, True, {"type": "changed"}])
        with suppress(asyncio.QueueFull):
            self._outgoing.put_nowait(told)

    async def run(self) -> None:
        """Pass on until cancelled, with a new connection where one breaks."""
        while True:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._speak())
                    tasks.create_task(self._listen())
            except* (psycopg.Error, OSError):
                logger.exception("gateways cannot hear each other")
                await asyncio.sleep(AGAIN_S)

    async def _speak(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._address, autocommit=True)
        async with connection:
            while True:
                told = await self._outgoing.get()
                await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, told))

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._address, autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            async for notice in connection.notifies():
                await self._hear(notice.payload)

    async def _hear(self, told: str) -> None:
        sender, conversation_id, for_staff, frame = json.loads(told)
        if sender == self._me:
            return
        if "read" in frame:
            message = await asyncio.to_thread(self._read, conversation_id, int(frame["read"]))
            if message is None:
                return
            frame = {"type": "message", "message": message}
        self._hub.deliver(conversation_id, frame, for_staff=for_staff)

    def _read(self, conversation_id: str, message_id: int) -> dict[str, Any] | None:
        found = self._store.history(conversation_id, after=message_id - 1, limit=1)
        return found[0].model_dump(mode="json") if found else None


@asynccontextmanager
async def relaying(relay: Relay, hub: Hub) -> AsyncIterator[None]:
    """Pass on in the background for as long as this is open."""
    async with meanwhile(relay.run()):
        hub.relay = relay.pass_on
        try:
            yield
        finally:
            hub.relay = None
