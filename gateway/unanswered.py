"""Messages that have no answer yet: who has each in hand, and which nobody has any more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, update

from db.tables.base import now
from db.tables.conversations import Conversation, Message
from gateway.drafts import Stored, as_stored
from gateway.speaker import Speaker, read_speaker, select_speakers
from gateway.store import LEASE, ConversationStore

# Whoever wrote longer ago has gone: an answer to them now would be odd.
RECENT = timedelta(hours=1)
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Stranded:
    """A message whose process has gone before it had answered."""

    stored: Stored
    speaker: Speaker


class Unanswered:
    """Whoever answers a message holds it by a lease, renewed while it lives."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    def take(self, message_id: int) -> int | None:
        """Take a message in hand, unless somebody who lives has it, or it is answered.

        Returns:
            How often its answering has been begun, this time counted; None where it is not ours.
        """
        moment = now()
        free = or_(
            Message.taken_until.is_(None),
            Message.taken_until < moment,
            Message.taken_by == self._store.holder,
        )
        with self._store.writing() as session:
            taken = session.execute(
                update(Message)
                .where(Message.id == message_id, Message.answered_at.is_(None), free)
                .values(
                    taken_by=self._store.holder,
                    taken_until=moment + LEASE,
                    attempts=Message.attempts + 1,
                )
                .returning(Message.attempts)
                .execution_options(synchronize_session=False)
            )
            return taken.scalar_one_or_none()

    def renew(self, message_ids: Collection[int]) -> None:
        """Say that we are still at these, as far as they are still ours."""
        with self._store.writing() as session:
            session.execute(
                update(Message)
                .where(Message.id.in_(message_ids), Message.taken_by == self._store.holder)
                .values(taken_until=now() + LEASE)
                .execution_options(synchronize_session=False)
            )

    def find_stranded(self) -> Sequence[Stranded]:
        """Recent messages that nobody has in hand any more, oldest first."""
        moment = now()
        left = (
            select(Message)
            .where(
                Message.role == "shopper",
                Message.answered_at.is_(None),
                Message.taken_until < moment,
                Message.created_at > moment - RECENT,
            )
            .order_by(Message.id)
            .limit(MOST_AT_ONCE)
        )
        with self._store.sessions() as session:
            messages = session.scalars(left).all()
            here = {message.conversation_id for message in messages}
            rows = session.execute(select_speakers().where(Conversation.id.in_(here)))
            speakers = {row.id: read_speaker(row) for row in rows}
        return [
            Stranded(as_stored(message, repeated=True), speakers[message.conversation_id])
            for message in messages
        ]
