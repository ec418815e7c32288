"""Private chats and the conversations that go on in them, in the database.

Everything here blocks.
"""

from collections.abc import Callable

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tables.customers import Identity
from db.tables.telegram import TelegramChat
from gateway import wire
from gateway.drafts import Draft, on_the_wire
from gateway.speaker import Speaker, read_speaker, select_speakers
from gateway.store import ConversationStore

CHANNEL = "telegram"
# What a chat's messages are called as the sender's own: by the update that brought them.
SENT_FROM_HERE = "tg:"


class TelegramChats:
    """Finds and keeps them, one short transaction a call."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    def find(self, chat_id: int) -> Speaker | None:
        """Who speaks in this chat, None where nobody has yet."""
        query = (
            select_speakers()
            .join(TelegramChat, TelegramChat.conversation_id == Conversation.id)
            .where(TelegramChat.chat_id == chat_id)
        )
        with self._store.sessions() as session:
            row = session.execute(query).one_or_none()
        return None if row is None else read_speaker(row)

    def open(
        self, chat_id: int, *, locale: str, greet: Callable[[Session], Draft]
    ) -> tuple[Speaker, bool]:
        """Who speaks in this chat; it begins with a greeting where nobody has yet.

        Returns:
            The speaker, and whether the conversation has just begun.
        """
        found = self.find(chat_id)
        if found is not None:
            return found, False
        with self._store.sessions() as session:
            # An old conversation may be gone, and who joined it is still who they are.
            known = session.get(Identity, (CHANNEL, str(chat_id)))
        # Its token goes nowhere: whoever writes in this chat speaks for it.
        speaker, _, greeting = self._store.open(
            channel=CHANNEL,
            locale=locale,
            customer_id=known.customer_id if known else None,
            page=None,
            greet=greet,
        )
        before = min(int(message.id) for message in greeting) - 1
        try:
            with self._store.writing() as session:
                session.add(
                    TelegramChat(
                        chat_id=chat_id,
                        conversation_id=speaker.conversation_id,
                        since_id=before,
                        look_at=now(),
                    )
                )
        except IntegrityError:
            # Another gateway was first.
            with self._store.writing() as session:
                session.execute(
                    delete(Conversation).where(Conversation.id == speaker.conversation_id)
                )
            first = self.find(chat_id)
            if first is None:
                raise
            return first, False
        return speaker, True

    def move(self, session: Session, chat_id: int, conversation_id: str) -> None:
        """Go on with another conversation, from now on and not from its beginning."""
        session.execute(
            update(TelegramChat)
            .where(TelegramChat.chat_id == chat_id)
            .values(conversation_id=conversation_id, since_id=_latest(session, conversation_id))
        )

    def block(self, chat_id: int) -> None:
        """They want to hear nothing more."""
        with self._store.writing() as session:
            session.execute(
                update(TelegramChat)
                .where(TelegramChat.chat_id == chat_id, TelegramChat.blocked_at.is_(None))
                .values(blocked_at=now(), look_at=None, taken_by=None, taken_until=None)
            )

    def unblock(self, chat_id: int) -> bool:
        """They are back. What was said meanwhile is old by now and is not told.

        Returns:
            Whether they had gone.
        """
        with self._store.writing() as session:
            chat = session.get(TelegramChat, chat_id)
            if chat is None or chat.blocked_at is None:
                return False
            chat.blocked_at, chat.failures = None, 0
            chat.since_id = max(chat.since_id, _latest(session, chat.conversation_id))
            return True

    def find_message(self, conversation_id: str, message_id: int) -> wire.Message | None:
        """What was said in this conversation under this number."""
        with self._store.sessions() as session:
            message = session.get(Message, message_id)
        if message is None or message.conversation_id != conversation_id:
            return None
        return on_the_wire(message)


def _latest(session: Session, conversation_id: str) -> int:
    query = select(func.max(Message.id)).where(Message.conversation_id == conversation_id)
    return session.scalar(query) or 0
