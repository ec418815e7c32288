"""What staff do in the inbox for corrections: stored, noted, and told to every console."""

from collections.abc import Sequence

from anyio import from_thread
from sqlalchemy.exc import IntegrityError

from common.errors import BadRequest
from db.tables.corrections import WantedIntent
from db.tables.staff import StaffMember
from gateway.hub import Hub
from gateway.staff import corrections_wire as shapes
from gateway.staff import wire
from gateway.staff.suggestions import Adviser
from gateway.staff.wire import LabelNames
from gateway.store import ConversationStore
from learning.corrections import (
    Choice,
    Labelled,
    Reading,
    label_messages,
    list_wanted_intents,
    take_back,
    want_intent,
)


class CorrectionDesk:
    """Acts on messages. Blocks."""

    def __init__(self, *, store: ConversationStore, hub: Hub, adviser: Adviser) -> None:
        self._store = store
        self._hub = hub
        self._adviser = adviser
        self._known = LabelNames(intents=[], entities=[], sentiments=[])

    def correct(
        self, request: shapes.CorrectionRequest, *, by: StaffMember
    ) -> shapes.CorrectionAnswer:
        """Label messages in one act, or discard them.

        Raises:
            BadRequest: the intent is unknown, or an entity lies outside its text.
            Conflict: the act's id is somebody else's.
        """
        if request.intent is not None:
            self.check_intent(request.intent)
        try:
            done = self._write(request, by)
        except IntegrityError:
            # The same act, sent twice at once: the other one has done it.
            done = self._write(request, by)
        self._tell(
            request.act,
            list(done.labels),
            by,
            conversation_id=done.conversation_id,
            intent=request.intent,
            discarded=request.discard,
        )
        return _answer(request.act, done)

    def undo(self, act: str, *, by: StaffMember) -> list[int]:
        """Take an act of one's own back; the messages, none where it was taken back before."""
        with self._store.writing() as session:
            restored = take_back(session, act, by=by.id)
        self._tell(act, restored, by, undone=True)
        return restored

    def intents(self) -> shapes.KnownIntents:
        """What messages may be labelled with."""
        names = self._names()
        return shapes.KnownIntents(
            intents=[
                *(shapes.KnownIntent(name=name, serves=True) for name in names.intents),
                *(show_wanted(row) for row in self._wanted() if row.name not in names.intents),
            ],
            entities=names.entities,
        )

    def add_intent(self, request: shapes.NewIntent, *, by: StaffMember) -> shapes.KnownIntent:
        """Keep a new intent.

        Raises:
            BadRequest: the name is none for an intent.
            Conflict: there is such an intent already.
        """
        known = self._names().intents
        with self._store.writing() as session:
            row = want_intent(session, request.name, request.description, known=known, by=by.id)
            return show_wanted(row)

    def check_intent(self, intent: str) -> None:
        """Refuse what no message may be labelled with.

        Raises:
            BadRequest: neither the model nor staff know such an intent.
        """
        known = self._names().intents
        # Where the model is down, whoever corrects is believed.
        if known and intent not in known and intent not in {row.name for row in self._wanted()}:
            raise BadRequest(
                f"{intent!r} is no intent: GET /api/staff/corrections/intents names them, "
                "and a POST there adds one."
            )

    def _names(self) -> LabelNames:
        """What the model tells apart; what it told apart last while it cannot be asked."""
        names = self._adviser.label_names()
        if names.intents:
            self._known = names
        return self._known

    def _wanted(self) -> list[WantedIntent]:
        with self._store.sessions() as session:
            return list_wanted_intents(session)

    def _write(self, request: shapes.CorrectionRequest, by: StaffMember) -> Labelled:
        choices = [
            Choice(
                id=int(message.id),
                entities=None
                if message.entities is None
                else [entity.model_dump() for entity in message.entities],
            )
            for message in request.messages
        ]
        reading = Reading(
            intent=request.intent, sentiment=request.sentiment, discarded=request.discard
        )
        with self._store.writing() as session:
            return label_messages(session, choices, reading, act=request.act, by=by.id)

    def _tell(
        self,
        act: str,
        messages: Sequence[int],
        by: StaffMember,
        *,
        conversation_id: str | None = None,
        intent: str | None = None,
        discarded: bool = False,
        undone: bool = False,
    ) -> None:
        """Let every console know, so that nobody labels the same again."""
        frame = {
            "type": "corrected",
            "act": act,
            "by": {"id": by.id, "name": by.name},
            "messages": [str(key) for key in messages],
            "intent": intent,
            "discarded": discarded,
            "undone": undone,
        }
        if messages:
            from_thread.run_sync(self._hub.tell_staff, conversation_id or "", frame)


def show_wanted(row: WantedIntent) -> shapes.KnownIntent:
    """One that staff want."""
    return shapes.KnownIntent(name=row.name, description=row.description, serves=False)


def _answer(act: str, done: Labelled) -> shapes.CorrectionAnswer:
    return shapes.CorrectionAnswer(
        act=act,
        labelled=[str(key) for key in done.labels],
        overridden=[
            shapes.Overridden(
                message_id=str(each.message),
                by=wire.Person(id=each.staff_id, name=each.name),
                intent=each.intent,
                discarded=each.discarded,
            )
            for each in done.overridden
        ],
        gone=[str(key) for key in done.gone],
    )
