"""Conversations and messages in the database: what is stored here is said for good.

Everything here blocks; the conversation router calls it in threads.
"""

import hashlib
import logging
import secrets
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from common.errors import NotFound, ServiceUnavailable, Unauthorized
from common.logs import note
from db.tables.base import now
from db.tables.conversations import Conversation, Feedback, Message, PayloadToken
from gateway import wire
from gateway.drafts import Draft, Stored, add_drafts, as_stored, on_the_wire
from gateway.errors import AnsweredElsewhere
from gateway.missed import Missed, read_missed
from gateway.speaker import Speaker, read_speaker, select_speakers
from gateway.standing import Office, read_standing
from shop import handoff
from shop.mood import has_upset, next_mood
from shop.triggers import Watchfulness, find_trigger

logger = logging.getLogger(__name__)
__all__ = ["LEASE", "ConversationStore", "Draft", "Stored", "as_stored"]

TOKEN_BYTES = 32
# As long as SQLite itself waits for another process that writes.
WRITE_PATIENCE_S = 5.0
# How long a message counts as being in hand after the process that has it was last heard of.
LEASE = timedelta(seconds=5)


class ConversationStore:
    """Reads and writes conversations, one short transaction a call.

    Args:
        watch: what calls a person unasked.
        office: when staff are in.

    Attributes:
        holder: what this process is called as the one who has messages in hand.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        *,
        watch: Watchfulness | None = None,
        office: Office | None = None,
    ) -> None:
        self.sessions = sessions
        self._watch = watch or Watchfulness()
        self._office = office or Office()
        self.holder = uuid.uuid4().hex
        # SQLite has one writer and makes the others poll: in here they queue instead.
        sqlite = sessions.kw["bind"].dialect.name == "sqlite"
        self._turn_to_write = threading.Lock() if sqlite else None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose transaction is committed at the end.

        Raises:
            ServiceUnavailable: others have been writing for too long.
        """
        turn = self._turn_to_write
        if turn is not None and not turn.acquire(timeout=WRITE_PATIENCE_S):
            raise ServiceUnavailable("The database is busy: send it again in a moment.")
        try:
            with self.sessions.begin() as session:
                yield session
        finally:
            if turn is not None:
                turn.release()

    def open(
        self,
        *,
        channel: str,
        locale: str,
        customer_id: str | None,
        page: wire.Page | None,
        greet: Callable[[Session], Draft],
    ) -> tuple[Speaker, str, list[wire.Message]]:
        """Begin a conversation with its greeting.

        Returns:
            Who speaks, the bearer token (kept nowhere but with the shopper), and the greeting.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        conversation = Conversation(
            id=uuid.uuid4().hex,
            channel=channel,
            token_hash=_digest(token),
            customer_id=customer_id,
            locale=locale,
            page=page.model_dump() if page else None,
            state="bot",
        )
        with self.writing() as session:
            session.add(conversation)
            session.flush()
            greeting = add_drafts(session, conversation.id, [greet(session)])
            speaker = Speaker(conversation.id, "bot", locale, customer_id, page=conversation.page)
            return speaker, token, greeting

    def speaker(self, token: str) -> Speaker:
        """Whose token this is.

        Raises:
            Unauthorized: nobody's.
        """
        with self.sessions() as session:
            row = session.execute(
                select_speakers().where(Conversation.token_hash == _digest(token))
            ).one_or_none()
        if row is None:
            raise Unauthorized("The session token is unknown: start a session to get one.")
        return read_speaker(row)

    def standing(self, conversation_id: str) -> wire.Standing:
        """Who answers in a conversation that exists, and how long the queue is."""
        with self.sessions() as session:
            return read_standing(session, conversation_id, office=self._office)

    def payload(self, conversation_id: str, token: str) -> PayloadToken | None:
        """What a quick reply's token stands for, None where it was not issued here."""
        with self.sessions() as session:
            found = session.get(PayloadToken, token)
        return found if found and found.conversation_id == conversation_id else None

    def add_message(
        self,
        conversation_id: str,
        text: str,
        *,
        client_message_id: str | None,
        payload: str | None = None,
        page: wire.Page | None = None,
    ) -> Stored:
        """Store what the shopper said, once for each client_message_id; it is ours to answer."""
        message = Message(
            conversation_id=conversation_id,
            role="shopper",
            text=text,
            client_message_id=client_message_id,
            payload=payload,
            taken_by=self.holder,
            taken_until=now() + LEASE,
            attempts=1,
            created_at=now(),
        )
        try:
            with self.writing() as session:
                session.add(message)
                values: dict[str, Any] = {"last_message_at": message.created_at}
                if page is not None:
                    values["page"] = page.model_dump()
                session.execute(
                    update(Conversation).where(Conversation.id == conversation_id).values(values)
                )
        except IntegrityError:
            earlier = self._by_client_id(conversation_id, client_message_id)
            if earlier is None:
                raise
            return as_stored(earlier, repeated=True)
        return as_stored(message)

    def settle(
        self, conversation_id: str, message_id: int, parse: dict[str, Any] | None
    ) -> tuple[Speaker, handoff.Transition | None]:
        """Store how a message was understood; hand the conversation over where that asks for it.

        Returns:
            The conversation as it stands after that, and the transition if there was one.
        """
        intent = parse["intent"]["name"] if parse else None
        with self.writing() as session:
            if parse is not None:
                session.execute(update(Message).where(Message.id == message_id).values(parse=parse))
                _follow_mood(session, conversation_id, parse)
            here = select_speakers().where(Conversation.id == conversation_id)
            speaker = read_speaker(session.execute(here).one())
            upset = has_upset(session, conversation_id, parse)
            trigger = None
            if speaker.state == "bot":
                trigger = find_trigger(
                    session, conversation_id, message_id, parse=parse, watch=self._watch
                )
            transition = handoff.decide(
                state=speaker.state, intent=intent, upset=upset, trigger=trigger
            )
            if transition is None:
                return speaker, None
            changed = handoff.hand_over(session, conversation_id, transition)
            speaker = read_speaker(session.execute(here).one())
            return speaker, transition if changed else None

    def add_answers(
        self,
        conversation_id: str,
        message_id: int,
        drafts: Sequence[Draft],
        *,
        caught_up: bool = False,
    ) -> wire.Messages:
        """Store all the answers to a message and note that it is answered, or nothing of it.

        An answer that hands the conversation over does so in the same breath. Where a person has
        taken over meanwhile, the bot keeps its answers to itself.

        Returns:
            What was said, and who answers from now on.

        Raises:
            AnsweredElsewhere: another process has taken the message over, or answered it.
        """
        with self.writing() as session:
            ours = session.execute(
                update(Message)
                .where(
                    Message.id == message_id,
                    Message.answered_at.is_(None),
                    Message.taken_by == self.holder,
                )
                .values(answered_at=now())
                .returning(Message.id)
            )
            if ours.scalar_one_or_none() is None:
                raise AnsweredElsewhere("Another gateway answers this message.")
            # Held until the answers are in: nobody takes the conversation over between.
            here = select(Conversation.state).where(Conversation.id == conversation_id)
            state = session.scalars(here.with_for_update()).one()
            said: list[wire.Message] = []
            if handoff.bot_answers(cast(handoff.State, state)):
                for reason in (draft.handoff for draft in drafts if draft.handoff):
                    _hand_over(session, conversation_id, reason)
                said = add_drafts(session, conversation_id, drafts, reply_to=message_id)
                if caught_up:
                    session.get_one(Conversation, conversation_id).heard_until = None
            standing = read_standing(session, conversation_id, office=self._office)
            return wire.Messages(**standing.model_dump(), messages=said)

    def announce(
        self, change: Callable[[Session], Sequence[tuple[str, Draft]]]
    ) -> list[tuple[str, wire.Message]]:
        """Change the shop's books and say in conversations what follows, or nothing of it.

        Args:
            change: returns what to say where; a conversation that was erased hears nothing.

        Returns:
            What was said where.
        """
        with self.writing() as session:
            said = []
            for conversation_id, draft in change(session):
                if session.get(Conversation, conversation_id) is None:
                    continue
                if draft.handoff:
                    _hand_over(session, conversation_id, draft.handoff)
                told = add_drafts(session, conversation_id, [draft])
                said += [(conversation_id, message) for message in told]
            return said

    def missed(self, speaker: Speaker, *, before: int) -> list[Missed]:
        """What was said while a person answered, the latest last; nothing where none did."""
        if speaker.heard_until is None:
            return []
        with self.sessions() as session:
            return read_missed(
                session, speaker.conversation_id, after=speaker.heard_until, before=before
            )

    def answers(self, message_id: int) -> list[wire.Message] | None:
        """The answers to a message, None while it is not answered."""
        with self.sessions() as session:
            message = session.get_one(Message, message_id)
            if message.answered_at is None:
                return None
            rows = session.scalars(
                select(Message)
                .where(Message.reply_to == message_id, Message.role != "agent")
                .order_by(Message.id)
            )
            return [on_the_wire(row) for row in rows]

    def said(self, conversation_id: str, message_id: int) -> Stored | None:
        """What the shopper said in this conversation under this id, None where they did not."""
        with self.sessions() as session:
            message = session.get(Message, message_id)
        if message is None or message.conversation_id != conversation_id:
            return None
        return as_stored(message) if message.role == "shopper" else None

    def history(self, conversation_id: str, *, after: int, limit: int) -> list[wire.Message]:
        """Both sides in order: those after an id, or the latest ones where `after` is 0."""
        query = select(Message).where(
            Message.conversation_id == conversation_id, Message.id > after
        )
        newest_first = after == 0
        order = Message.id.desc() if newest_first else Message.id
        with self.sessions() as session:
            rows = list(session.scalars(query.order_by(order).limit(limit)))
        return [on_the_wire(row) for row in (reversed(rows) if newest_first else rows)]

    def add_feedback(
        self, conversation_id: str, message_id: int, *, value: str, comment: str | None
    ) -> None:
        """Keep the shopper's thumb on an answer; a second one replaces the first.

        Raises:
            NotFound: the conversation has no such answer.
        """
        with self.writing() as session:
            message = session.get(Message, message_id)
            if (
                message is None
                or message.conversation_id != conversation_id
                or message.role == "shopper"
            ):
                raise NotFound("This conversation has no answer with this id.")
            session.merge(
                Feedback(message_id=message_id, value=value, comment=comment, created_at=now())
            )

    def set_consent(self, conversation_id: str, *, training: bool) -> None:
        """Keep whether the conversation may be learnt from."""
        with self.writing() as session:
            session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id)
                .values(consent_training=training)
            )

    def _by_client_id(self, conversation_id: str, client_message_id: str | None) -> Message | None:
        with self.sessions() as session:
            return session.scalars(
                select(Message).where(
                    Message.conversation_id == conversation_id,
                    Message.client_message_id == client_message_id,
                )
            ).one_or_none()


def _follow_mood(session: Session, conversation_id: str, parse: dict[str, Any]) -> None:
    conversation = session.get_one(Conversation, conversation_id)
    conversation.mood = next_mood(conversation.mood, parse)
    session.flush()


def _hand_over(session: Session, conversation_id: str, reason: str) -> None:
    state = cast(handoff.State, session.get_one(Conversation, conversation_id).state)
    transition = handoff.decide_answered(state=state, reason=reason)
    if transition is not None and handoff.hand_over(session, conversation_id, transition):
        logger.info("conversation changed hands", extra={"reason": reason})
        note(handoff=reason)
    if reason == "left_message":
        handoff.note_left_message(session, conversation_id)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
