"""Watches for what shoppers asked to be told, and tells it in their conversations."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.orm import Session

from db.tables.conversations import Conversation
from gateway.answers import Composer
from gateway.hub import Hub
from gateway.store import ConversationStore, Draft
from shop.alerts import take_news

logger = logging.getLogger(__name__)

# Goods change by imports, and nobody waits for a price by the second.
EVERY_S = 60.0


class AlertWatch:
    """Looks every now and then, and tells each piece of news once."""

    def __init__(self, *, store: ConversationStore, composer: Composer, hub: Hub) -> None:
        self._store = store
        self._composer = composer
        self._hub = hub

    async def run(self, *, every: float = EVERY_S) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:
                # Nothing was told and nothing is lost: the next look finds it again.
                logger.exception("could not look for news")
            await asyncio.sleep(every)

    async def look(self) -> int:
        """Tell what has come true.

        Returns:
            How many shoppers were told something.
        """

        def change(session: Session) -> list[tuple[str, Draft]]:
            told = []
            for news in take_news(session):
                conversation = session.get_one(Conversation, news.conversation_id)
                draft = self._composer.news(session, news, locale=conversation.locale)
                told.append((news.conversation_id, draft))
            return told

        said = await asyncio.to_thread(self._store.announce, change)
        for conversation_id, message in said:
            frame = {"type": "message", "message": message.model_dump(mode="json")}
            self._hub.publish(conversation_id, frame)
        return len(said)


@asynccontextmanager
async def watching(watch: AlertWatch) -> AsyncIterator[None]:
    """Look in the background for as long as this is open."""
    task = asyncio.create_task(watch.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
