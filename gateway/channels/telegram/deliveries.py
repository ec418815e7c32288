"""What is still to be told in which chat, in the database: nothing is lost with a process.

Everything here blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tables.telegram import TelegramChat, TelegramDelivery
from gateway import wire
from gateway.channels.telegram.chats import SENT_FROM_HERE
from gateway.drafts import on_the_wire
from gateway.store import ConversationStore

# How long a chat counts as being told after the process that tells it was last heard of.
LEASE = timedelta(seconds=30)
MOST_AT_ONCE = 20
MOST_CHATS = 200
# Messages are numbered when they are begun and seen when they are committed: for so long an
# earlier number may still come up after a later one.
SETTLED = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Untold:
    """A message that has not arrived, or not all of it.

    Attributes:
        parts: how many parts of it have.
    """

    id: int
    message: wire.Message
    conversation_id: str
    locale: str
    parts: int


class Deliveries:
    """One gateway at a time tells a chat what it has not heard, oldest first."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    def last_id(self) -> int:
        """The number of the newest message."""
        with self._store.sessions() as session:
            return session.scalar(select(func.max(Message.id))) or 0

    def find_due(self, *, after: int) -> Sequence[int]:
        """Chats where it is time to look, and those with news among the messages after an id."""
        moment = now()
        free = _may_be_told(moment)
        due = select(TelegramChat.chat_id).where(TelegramChat.look_at <= moment, *free)
        fresh = (
            select(TelegramChat.chat_id)
            .join(Message, Message.conversation_id == TelegramChat.conversation_id)
            .where(
                Message.id > after,
                _to_be_told(),
                *free,
            )
        )
        with self._store.sessions() as session:
            found = [*session.scalars(due.limit(MOST_CHATS)), *session.scalars(fresh.distinct())]
        return list(dict.fromkeys(found))

    def take(self, chat_id: int) -> bool:
        """Take a chat in hand, unless somebody who lives has it or it is to be left alone."""
        moment = now()
        with self._store.writing() as session:
            taken = session.execute(
                update(TelegramChat)
                .where(TelegramChat.chat_id == chat_id, *_may_be_told(moment))
                .values(
                    taken_by=self._store.holder,
                    taken_until=moment + LEASE,
                    # Where this process dies, another looks then.
                    look_at=moment + LEASE,
                )
                .returning(TelegramChat.chat_id)
            )
            return taken.scalar_one_or_none() is not None

    def find_untold(self, chat_id: int) -> Sequence[Untold]:
        """The messages that are to be told in a chat that we have in hand, oldest first."""
        query = (
            select(Message, Conversation.locale, TelegramDelivery.parts)
            .select_from(TelegramChat)
            .join(Conversation, Conversation.id == TelegramChat.conversation_id)
            .join(Message, Message.conversation_id == Conversation.id)
            .outerjoin(
                TelegramDelivery,
                (TelegramDelivery.message_id == Message.id)
                & (TelegramDelivery.chat_id == TelegramChat.chat_id),
            )
            .where(
                TelegramChat.chat_id == chat_id,
                # Lost to another gateway, or blocked, it is none of ours any more.
                TelegramChat.taken_by == self._store.holder,
                _to_be_told(),
            )
            .order_by(Message.id)
            .limit(MOST_AT_ONCE)
        )
        with self._store.sessions() as session:
            return [
                Untold(
                    message.id, on_the_wire(message), message.conversation_id, locale, parts or 0
                )
                for message, locale, parts in session.execute(query)
            ]

    def note(self, chat_id: int, message_id: int, *, parts: int, done: bool) -> bool:
        """Note how much has arrived, and that this chat is still in hand.

        Returns:
            Whether it still is.
        """
        moment = now()
        with self._store.writing() as session:
            ours = session.execute(
                update(TelegramChat)
                .where(TelegramChat.chat_id == chat_id, TelegramChat.taken_by == self._store.holder)
                .values(taken_until=moment + LEASE, look_at=moment + LEASE, failures=0)
                .returning(TelegramChat.chat_id)
            ).scalar_one_or_none()
            session.merge(
                TelegramDelivery(
                    chat_id=chat_id,
                    message_id=message_id,
                    parts=parts,
                    done_at=moment if done else None,
                )
            )
            return ours is not None

    def give_back(self, chat_id: int) -> None:
        """Let go of a chat in which there is nothing more to tell for now."""
        with self._store.writing() as session:
            self._let_go(session, chat_id, look_at=None, failures=0)
            chat = session.get(TelegramChat, chat_id)
            if chat is None:
                return
            # What is told and settled need not be gone through again.
            settled = session.scalar(
                select(func.max(TelegramDelivery.message_id)).where(
                    TelegramDelivery.chat_id == chat_id,
                    TelegramDelivery.done_at < now() - SETTLED,
                )
            )
            if settled is not None:
                chat.since_id = max(chat.since_id, settled)
                session.execute(
                    delete(TelegramDelivery).where(
                        TelegramDelivery.chat_id == chat_id,
                        TelegramDelivery.message_id <= settled,
                    )
                )

    def put_off(self, chat_id: int, *, until: datetime) -> None:
        """It could not be told: let go, and look again then."""
        failed = TelegramChat.failures + 1
        with self._store.writing() as session:
            self._let_go(session, chat_id, look_at=until, failures=failed)

    def failures(self, chat_id: int) -> int:
        """How often in a row telling has failed."""
        with self._store.sessions() as session:
            chat = session.get(TelegramChat, chat_id)
            return chat.failures if chat else 0

    def _let_go(self, session: Session, chat_id: int, **values: Any) -> None:
        session.execute(
            update(TelegramChat)
            .where(TelegramChat.chat_id == chat_id, TelegramChat.taken_by == self._store.holder)
            .values(taken_by=None, taken_until=None, **values)
            .execution_options(synchronize_session=False)
        )


def _may_be_told(moment: datetime) -> list[ColumnElement[bool]]:
    return [
        TelegramChat.blocked_at.is_(None),
        or_(TelegramChat.taken_until.is_(None), TelegramChat.taken_until < moment),
        # Telegram was out of reach, or said how long to wait.
        or_(TelegramChat.failures == 0, TelegramChat.look_at <= moment),
    ]


def _to_be_told() -> ColumnElement[bool]:
    """Answers to what was said in this chat, and what nobody asked for: agents, news.

    A conversation may go on in a browser too: what was asked there is answered there.
    """
    asked = aliased(Message)
    asked_here = exists().where(
        asked.id == Message.reply_to, asked.client_message_id.startswith(SENT_FROM_HERE)
    )
    arrived = aliased(TelegramDelivery)
    told = exists().where(
        arrived.chat_id == TelegramChat.chat_id,
        arrived.message_id == Message.id,
        arrived.done_at.is_not(None),
    )
    return (
        (Message.role != "shopper")
        & (Message.id > TelegramChat.since_id)
        & or_(Message.role != "bot", Message.reply_to.is_(None), asked_here)
        & ~told
    )
