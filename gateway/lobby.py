"""Where shoppers wait for a person: what they are told meanwhile, and what they may choose."""

import asyncio
import logging
from collections.abc import Sequence

from anyio import from_thread
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tables.handoffs import Handoff
from gateway import wire
from gateway.background import again_and_again
from gateway.drafts import Draft, add_drafts, on_the_wire
from gateway.hub import Frame, Hub
from gateway.speaker import Speaker
from gateway.standing import Office, state_frame
from gateway.store import ConversationStore
from gateway.words import Words
from shop.handoff import State, Transition, hand_over, note_left_message

logger = logging.getLogger(__name__)

# Commands of the gateway's own buttons, which no dialogue knows.
LEAVE, STAY = "/leave_message", "/stay_with_bot"
EVERY_S = 5.0


class Lobby:
    """Words for those who wait, and the offers made to them."""

    def __init__(self, *, store: ConversationStore, words: Words, hub: Hub, office: Office) -> None:
        self._store = store
        self._words = words
        self._hub = hub
        self._office = office
        self._told: dict[str, wire.Standing] = {}

    def answer(self, speaker: Speaker, command: str | None) -> Draft | None:
        """The answer to one of our own buttons; None for everything else."""
        if command == LEAVE:
            text = self._say("lobby.leave", speaker.locale)
            return Draft(text=text, handoff="left_message")
        if command == STAY:
            return Draft(text=self._say("lobby.stay", speaker.locale), handoff="declined")
        return None

    def leave(self, speaker: Speaker, text: str, *, contact: str | None) -> list[wire.Message]:
        """Keep a message for staff, and thank for it. Blocks."""
        here = speaker.conversation_id
        moment = now()
        said = Message(
            conversation_id=here, role="shopper", text=text, created_at=moment, answered_at=moment
        )
        thanks = Draft(text=self._say("lobby.left", speaker.locale), role="system")
        with self._store.writing() as session:
            session.add(said)
            session.flush()
            states: tuple[State, ...] = ("bot", "closed")
            for before in states:
                calling = Transition(before=before, after="queued", reason="left_message")
                if hand_over(session, here, calling):
                    break
            note_left_message(session, here, contact=contact)
            session.execute(
                update(Conversation).where(Conversation.id == here).values(last_message_at=moment)
            )
            return [on_the_wire(said), *add_drafts(session, here, [thanks])]

    def publish(self, conversation_id: str, messages: Sequence[wire.Message]) -> None:
        """Tell of messages that were stored."""
        for message in messages:
            frame = {"type": "message", "message": message.model_dump(mode="json")}
            self._hub.publish(conversation_id, frame)

    def tell(self, conversation_id: str, frame: Frame) -> None:
        """Pass on what has changed for this shopper."""
        self._hub.publish(conversation_id, frame)

    def stir(self, conversation_id: str) -> None:
        """Let staff look at this conversation anew. Called from threads of the event loop."""
        from_thread.run_sync(self._hub.tell_staff, conversation_id, {"type": "changed"})

    async def look(self) -> None:
        """Make an offer to whoever waits too long, or for nobody; tell all who wait their place."""
        offered = await asyncio.to_thread(self._offer)
        for conversation_id, messages in offered:
            self.publish(conversation_id, messages)
        listening = set(self._hub.listened_to)
        places = await asyncio.to_thread(self._places, listening) if listening else {}
        for conversation_id, standing in places.items():
            if self._told.get(conversation_id) != standing:
                self._hub.publish(conversation_id, state_frame(standing))
        self._told = places

    async def run(self, *, every: float = EVERY_S) -> None:
        """Look until cancelled."""
        failing = "could not look after who waits"
        await again_and_again(self.look, every=every, failing=failing, where=logger)

    def _offer(self) -> list[tuple[str, list[wire.Message]]]:
        moment = now()
        waiting = (
            Handoff.ended_at.is_(None),
            Handoff.claimed_at.is_(None),
            Handoff.offered_at.is_(None),
        )
        with self._store.sessions() as session:
            rows = session.execute(
                select(Handoff.id, Handoff.conversation_id, Handoff.queued_at).where(*waiting)
            ).all()
        late = [row for row in rows if self._office.may_leave(row.queued_at, moment=moment)]
        told = []
        for row in late:
            with self._store.writing() as session:
                # One gateway of several makes the offer.
                ours = session.execute(
                    update(Handoff)
                    .where(Handoff.id == row.id, *waiting)
                    .values(offered_at=moment)
                    .returning(Handoff.id)
                    .execution_options(synchronize_session=False)
                )
                if ours.scalar_one_or_none() is None:
                    continue
                draft = self._draft_offer(session, row.conversation_id)
                told.append(
                    (row.conversation_id, add_drafts(session, row.conversation_id, [draft]))
                )
        return told

    def _draft_offer(self, session: Session, conversation_id: str) -> Draft:
        locale = session.get_one(Conversation, conversation_id).locale
        is_open = self._office.hours.is_open(now())
        return Draft(
            text=self._say("lobby.busy" if is_open else "lobby.away", locale),
            quick_replies=[
                (self._say("lobby.choose_leave", locale), LEAVE),
                (self._say("lobby.choose_stay", locale), STAY),
            ],
            role="system",
        )

    def _places(self, listening: set[str]) -> dict[str, wire.Standing]:
        waiting: State = "queued"
        with self._store.sessions() as session:
            ids = session.scalars(
                select(Conversation.id).where(Conversation.state == waiting)
            ).all()
        return {one: self._store.standing(one) for one in ids if one in listening}

    def _say(self, sentence: str, locale: str) -> str:
        return self._words.say(sentence, locale=locale)
