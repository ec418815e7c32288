"""Watches for what shoppers want to be told, and tells it in their conversations."""

import asyncio
import logging

from sqlalchemy.orm import Session

from db.tables.conversations import Conversation
from gateway.background import again_and_again
from gateway.drafts import Draft
from gateway.hub import Hub
from gateway.outreach_drafts import NoticeWriter
from gateway.store import ConversationStore
from shop.outreach import take_notices

logger = logging.getLogger(__name__)

# Goods change by imports, and nobody waits for a price by the second.
EVERY_S = 60.0


class AlertWatch:
    """Looks every now and then, and tells each piece of news once."""

    def __init__(self, *, store: ConversationStore, writer: NoticeWriter, hub: Hub) -> None:
        self._store = store
        self._writer = writer
        self._hub = hub

    async def run(self, *, every: float = EVERY_S) -> None:
        """Look until cancelled."""
        failing = "could not look for news"
        await again_and_again(self.look, every=every, failing=failing, where=logger)

    async def look(self) -> int:
        """Tell what has come true.

        Returns:
            How many shoppers were told something.
        """

        def change(session: Session) -> list[tuple[str, Draft]]:
            told = []
            for notice in take_notices(session):
                conversation = session.get_one(Conversation, notice.conversation_id)
                draft = self._writer.write(session, notice, locale=conversation.locale)
                told.append((notice.conversation_id, draft))
            return told

        said = await asyncio.to_thread(self._store.announce, change)
        for conversation_id, message in said:
            frame = {"type": "message", "message": message.model_dump(mode="json")}
            self._hub.publish(conversation_id, frame)
        return len(said)
