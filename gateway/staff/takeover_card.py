"""The takeover card: all that helps a person who comes into a conversation."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.errors import NotFound
from db.tables.conversations import Conversation
from db.tables.handoffs import ConversationNote, Handoff
from db.tables.staff import StaffMember
from gateway.staff import wire
from gateway.staff.background import Background
from gateway.staff.memory import Memory
from gateway.staff.suggestions import Adviser
from gateway.staff.summaries import read_summaries
from gateway.staff.summary import Narrator
from gateway.staff.transcript import read_messages
from gateway.store import ConversationStore
from shop.handoff import Reason
from shop.wishes import Wishes


class CardReader:
    """Gathers the card from the database, the bot's memory and the models. Blocks."""

    def __init__(
        self,
        *,
        store: ConversationStore,
        background: Background,
        memory: Memory,
        adviser: Adviser,
        narrator: Narrator,
    ) -> None:
        self._store = store
        self._background = background
        self._memory = memory
        self._adviser = adviser
        self._narrator = narrator

    @property
    def label_names(self) -> wire.LabelNames:
        """What a correction of a message may say."""
        return self._adviser.label_names()

    def read(
        self, conversation_id: str, *, staff_id: str, locale: str | None, suggest: bool
    ) -> wire.Detail:
        """The whole card. A part that is down leaves its fields empty.

        Raises:
            NotFound: there is no such conversation.
        """
        slots = self._memory.recall(conversation_id)
        wishes = read_wishes(slots)
        with self._store.sessions() as session:
            found = read_summaries(session, [conversation_id], staff_id=staff_id)
            if not found:
                raise NotFound("There is no such conversation.")
            conversation = session.get_one(Conversation, conversation_id)
            background = self._background.read(session, conversation)
            messages = read_messages(session, conversation_id)
            detail = wire.Detail(
                conversation=found[0],
                messages=messages,
                notes=_notes(session, conversation_id),
                handoffs=_handoffs(session, conversation_id),
                slots=slots,
                looking_for=self._narrator.name_wishes(wishes, locale=locale),
                summary="",
                **background,
                suggestions=wire.Suggestions(),
            )
        detail.summary = self._narrator.tell(detail, locale=locale)
        if suggest:
            detail.suggestions = self._adviser.suggest(conversation_id, wishes=wishes)
        return detail

    def suggest(self, conversation_id: str) -> wire.Suggestions:
        """What to say and show next."""
        wishes = read_wishes(self._memory.recall(conversation_id))
        return self._adviser.suggest(conversation_id, wishes=wishes)

    def find_products(self, q: str, *, conversation_id: str | None, k: int) -> wire.Products:
        """Goods to choose from: by words, else what the shopper of the conversation wants."""
        slots = self._memory.recall(conversation_id) if conversation_id and not q else {}
        return self._adviser.find_products(
            q, wishes=read_wishes(slots), conversation_id=conversation_id, k=k
        )


def read_wishes(slots: dict[str, object]) -> Wishes:
    """The search under way, as the bot remembers it."""
    kept = slots.get("wishes")
    return Wishes.from_slot(kept if isinstance(kept, dict) else None)


def _notes(session: Session, conversation_id: str) -> list[wire.Note]:
    rows = session.execute(
        select(ConversationNote, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == ConversationNote.staff_id)
        .where(ConversationNote.conversation_id == conversation_id)
        .order_by(ConversationNote.id)
    )
    return [
        wire.Note(
            id=note.id,
            author=wire.Person(id=note.staff_id, name=name or ""),
            text=note.text,
            created_at=note.created_at,
        )
        for note, name in rows
    ]


def _handoffs(session: Session, conversation_id: str) -> Sequence[wire.HandoffView]:
    rows = session.execute(
        select(Handoff, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == Handoff.staff_id)
        .where(Handoff.conversation_id == conversation_id)
        .order_by(Handoff.id)
    )
    return [
        wire.HandoffView(
            id=handoff.id,
            reason=cast(Reason, handoff.reason),
            queued_at=handoff.queued_at,
            claimed_at=handoff.claimed_at,
            first_response_at=handoff.first_response_at,
            ended_at=handoff.ended_at,
            ended_how=handoff.ended_how,
            owner=wire.Person(id=handoff.staff_id, name=name or "") if handoff.staff_id else None,
            contact=handoff.contact,
        )
        for handoff, name in rows
    ]
