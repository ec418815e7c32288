"""What staff do with conversations: every act stored, noted, and told to whom it concerns."""

from collections.abc import Sequence

from anyio import from_thread
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common.errors import BadRequest, NotFound
from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tables.handoffs import ConversationNote, ConversationTag, ReadMarker
from db.tables.staff import StaffMember
from gateway import wire as chat
from gateway.answers import Composer
from gateway.drafts import Draft, add_drafts, on_the_wire
from gateway.hub import Frame, Hub
from gateway.staff import wire
from gateway.staff.transcript import own_id, show_label, show_message
from gateway.standing import state_frame
from gateway.store import ConversationStore
from gateway.words import Words
from learning.corrections import Reading, label_message
from shop.staff import note_act
from shop.takeover import (
    assign_conversation,
    claim_conversation,
    close_conversation,
    hold_conversation,
    note_response,
    release_conversation,
)

TYPING_OFF: Frame = {"type": "typing", "who": "agent", "on": False}


class Desk:
    """Where staff act. Its methods block, in threads of the event loop that the hub lives in."""

    def __init__(
        self, *, store: ConversationStore, composer: Composer, words: Words, hub: Hub
    ) -> None:
        self._store = store
        self._composer = composer
        self._words = words
        self._hub = hub

    def claim(self, conversation_id: str, *, by: StaffMember) -> None:
        """Take a conversation; the shopper is told who answers now."""
        with self._store.writing() as session:
            before = session.scalar(
                select(Conversation.owner).where(Conversation.id == conversation_id)
            )
            claim_conversation(session, conversation_id, staff=by)
            said = []
            if before != by.id:
                said = self._say(session, conversation_id, "staff.joined", name=by.name)
                note_act(session, "claim", by=by.id, conversation_id=conversation_id)
        self._tell(conversation_id, said)

    def assign(self, conversation_id: str, *, to: str, by: StaffMember) -> None:
        """Give a conversation to a colleague.

        Raises:
            NotFound: there is no such colleague.
        """
        with self._store.writing() as session:
            colleague = session.get(StaffMember, to)
            if colleague is None or colleague.disabled_at is not None:
                raise NotFound("There is no such colleague.")
            before = session.scalar(
                select(Conversation.owner).where(Conversation.id == conversation_id)
            )
            assign_conversation(session, conversation_id, to=colleague, by=by)
            said = []
            if before != colleague.id:
                said = self._say(session, conversation_id, "staff.joined", name=colleague.name)
            note_act(session, "assign", by=by.id, conversation_id=conversation_id, to=to)
        self._tell(conversation_id, said)

    def release(self, conversation_id: str, *, by: StaffMember) -> None:
        """Give a conversation back to the bot; the shopper is told."""
        with self._store.writing() as session:
            release_conversation(session, conversation_id, by=by)
            said = self._say(session, conversation_id, "staff.released")
            note_act(session, "release", by=by.id, conversation_id=conversation_id)
        self._tell(conversation_id, said)

    def close(self, conversation_id: str, *, by: StaffMember) -> None:
        """End a conversation; the shopper is told."""
        with self._store.writing() as session:
            close_conversation(session, conversation_id, by=by)
            said = self._say(session, conversation_id, "staff.closed")
            note_act(session, "close", by=by.id, conversation_id=conversation_id)
        self._tell(conversation_id, said)

    def say(
        self, conversation_id: str, message: wire.AgentMessage, *, by: StaffMember
    ) -> wire.StaffMessage:
        """Say something to the shopper, once for each of the console's own ids.

        Raises:
            BadRequest: a product is unknown, or no longer sold.
        """
        own = own_id(by.id, message.client_message_id)
        try:
            with self._store.writing() as session:
                hold_conversation(session, conversation_id, by=by)
                row = Message(
                    conversation_id=conversation_id,
                    role="agent",
                    author=by.name,
                    staff_id=by.id,
                    text=message.text,
                    cards=self._cards(session, conversation_id, message.cards),
                    client_message_id=own,
                    reply_to=_last_said(session, conversation_id),
                    created_at=now(),
                )
                session.add(row)
                session.flush()
                note_response(session, conversation_id)
                _mark_read(session, conversation_id, by.id, row.id)
        except IntegrityError:
            with self._store.sessions() as session:
                earlier = session.scalars(
                    select(Message).where(
                        Message.conversation_id == conversation_id,
                        Message.client_message_id == own,
                    )
                ).one_or_none()
            if own is None or earlier is None:
                raise
            return show_message(earlier)
        self._tell(conversation_id, [on_the_wire(row)], with_state=False)
        return show_message(row)

    def note(self, conversation_id: str, text: str, *, by: StaffMember) -> wire.Note:
        """Write a note for colleagues."""
        with self._store.writing() as session:
            _find(session, conversation_id)
            row = ConversationNote(
                conversation_id=conversation_id, staff_id=by.id, text=text, created_at=now()
            )
            session.add(row)
            note_act(session, "note", by=by.id, conversation_id=conversation_id)
        note = wire.Note(
            id=row.id,
            author=wire.Person(id=by.id, name=by.name),
            text=text,
            created_at=row.created_at,
        )
        frame = {"type": "note", "note": note.model_dump(mode="json")}
        from_thread.run_sync(self._hub.tell_staff, conversation_id, frame)
        return note

    def tag(self, conversation_id: str, tags: Sequence[str], *, by: StaffMember) -> None:
        """Let a conversation have these tags and no others."""
        with self._store.writing() as session:
            _find(session, conversation_id)
            session.execute(
                delete(ConversationTag).where(ConversationTag.conversation_id == conversation_id)
            )
            session.add_all(
                ConversationTag(conversation_id=conversation_id, tag=tag)
                for tag in dict.fromkeys(tags)
            )
            note_act(session, "tags", by=by.id, conversation_id=conversation_id, tags=list(tags))
        self._stir(conversation_id)

    def mark_read(self, conversation_id: str, message_id: int, *, by: StaffMember) -> None:
        """Note how far somebody has read."""
        with self._store.writing() as session:
            _find(session, conversation_id)
            _mark_read(session, conversation_id, by.id, message_id)
        self._stir(conversation_id)

    def label(self, message_id: int, request: wire.LabelRequest, *, by: StaffMember) -> wire.Label:
        """Correct how a shopper's message was understood.

        Raises:
            NotFound: there is no such message of a shopper's.
            BadRequest: an entity lies outside its text.
        """
        with self._store.writing() as session:
            message = session.get(Message, message_id)
            if message is None or message.role != "shopper":
                raise NotFound("No shopper has said anything under this id.")
            given = request.model_dump(exclude_none=True)
            reading = Reading(intent=request.intent, sentiment=request.sentiment)
            row = label_message(session, message, reading, entities=given.get("entities"), by=by.id)
            names = list(given)
            here = message.conversation_id
            note_act(session, "label", by=by.id, conversation_id=here, message=message_id, of=names)
            label = show_label(row, by.name)
            shown = show_message(message, label)
        frame = {"type": "labelled", "message": shown.model_dump(mode="json")}
        from_thread.run_sync(self._hub.tell_staff, here, frame)
        return label

    def _cards(
        self, session: Session, conversation_id: str, product_ids: Sequence[str]
    ) -> list[dict[str, object]]:
        locale = _find(session, conversation_id).locale
        cards = self._composer.chosen(session, product_ids, locale=locale)
        known = {card.product_id for card in cards}
        if missing := [one for one in product_ids if one not in known]:
            raise BadRequest(
                f"The shop does not sell {', '.join(missing)}: choose another product."
            )
        return [card.model_dump(mode="json") for card in cards]

    def _say(
        self, session: Session, conversation_id: str, sentence: str, **facts: str
    ) -> list[chat.Message]:
        locale = _find(session, conversation_id).locale
        text = self._words.say(sentence, locale=locale, **facts)
        return add_drafts(session, conversation_id, [Draft(text=text, role="system")])

    def _tell(
        self,
        conversation_id: str,
        messages: Sequence[chat.Message],
        *,
        with_state: bool = True,
    ) -> None:
        """Tell the shopper and all of staff."""
        frames: list[Frame] = [TYPING_OFF]
        frames += [{"type": "message", "message": m.model_dump(mode="json")} for m in messages]
        if with_state:
            frames.append(state_frame(self._store.standing(conversation_id)))
        from_thread.run_sync(self._publish, conversation_id, frames)

    def _publish(self, conversation_id: str, frames: Sequence[Frame]) -> None:
        for frame in frames:
            self._hub.publish(conversation_id, frame)

    def _stir(self, conversation_id: str) -> None:
        from_thread.run_sync(self._hub.tell_staff, conversation_id, {"type": "changed"})


def _find(session: Session, conversation_id: str) -> Conversation:
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound("There is no such conversation.")
    return conversation


def _last_said(session: Session, conversation_id: str) -> int | None:
    """What a person answers: the shopper's last message."""
    return session.scalar(
        select(Message.id)
        .where(Message.conversation_id == conversation_id, Message.role == "shopper")
        .order_by(Message.id.desc())
        .limit(1)
    )


def _mark_read(session: Session, conversation_id: str, staff_id: str, message_id: int) -> None:
    marker = session.get(ReadMarker, (conversation_id, staff_id))
    if marker is None:
        session.add(
            ReadMarker(conversation_id=conversation_id, staff_id=staff_id, message_id=message_id)
        )
    else:
        marker.message_id = max(marker.message_id, message_id)
