"""The shapes of the inbox for corrections."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from gateway.staff import wire
from gateway.text import CleanText
from nlu.wire import SentimentLabel

MOST_AT_ONCE = 200
Reason = Literal[
    "thumbs_down",
    "taken_over",
    "fallback",
    "new_cluster",
    "low_confidence",
    "near_two",
    "negative",
]
MessageId = Annotated[str, StringConstraints(pattern=r"^\d{1,18}$")]
IntentName = Annotated[CleanText, StringConstraints(min_length=1, max_length=60)]
ActId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,64}$")]


class Guess(BaseModel):
    """An intent that may be meant."""

    intent: str
    confidence: float


class Hint(BaseModel):
    """What an agent did about a message, as a hint of what it means."""

    intent: str | None = Field(description="None: it was read wrongly, and nothing says how else.")
    source: str
    strength: float


class OpenMessage(BaseModel):
    """A shopper's message that nobody has labelled."""

    id: str
    conversation_id: str
    text: str
    said_at: datetime
    locale: str
    intent: str | None = Field(description="As it was read; `nlu_fallback` where it was not.")
    confidence: float | None
    likely: list[Guess] = Field(description="Best first.")
    sentiment: wire.Feeling | None
    entities: list[wire.FoundEntity]
    reasons: list[Reason]
    hint: Hint | None


class OpenGroup(BaseModel):
    """Messages that one label probably fits."""

    key: str
    intent: str = Field(description="What the first was taken for.")
    score: float = Field(description="About how many doubtful messages a label of them settles.")
    reasons: list[Reason]
    messages: list[OpenMessage] = Field(description="The one most worth a look first.")
    before: wire.Said | None = Field(description="What was said just before the first of them.")
    after: wire.Said | None = Field(description="What it was answered.")


class Left(BaseModel):
    """How much is left to look at, of all and of what was asked for."""

    groups: int
    messages: int
    found: int = Field(description="Groups that fit what was asked for.")
    reasons: dict[str, int] = Field(description="Groups by reason.")


class DoneThisWeek(BaseModel):
    """Messages that were looked at in the last seven days, by what came of it."""

    accepted: int
    corrected: int
    discarded: int
    mine: int


class Corrections(BaseModel):
    """What is worth a look first."""

    groups: list[OpenGroup]
    left: Left
    week: DoneThisWeek
    next: int | None = Field(description="`offset` of the next page.")


class ChosenMessage(BaseModel):
    """One message of an act."""

    id: MessageId
    entities: Annotated[list[wire.FoundEntity], Field(max_length=50)] | None = Field(
        default=None, description="All of the message; left away, they stay as they were read."
    )


class CorrectionRequest(BaseModel):
    """How messages are to be read, or that nothing is to be learnt from them."""

    act: ActId = Field(description="The caller's own id: the same again does nothing twice.")
    messages: Annotated[list[ChosenMessage], Field(min_length=1, max_length=MOST_AT_ONCE)]
    intent: IntentName | None = None
    sentiment: SentimentLabel | None = None
    discard: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        said = self.intent or self.sentiment or self.discard
        if not said and any(message.entities is None for message in self.messages):
            raise ValueError("Send intent, sentiment, entities or discard.")
        return self


class Overridden(BaseModel):
    """What somebody else had said of a message meanwhile; it holds no longer."""

    message_id: str
    by: wire.Person
    intent: str | None
    discarded: bool


class CorrectionAnswer(BaseModel):
    """What came of an act."""

    act: str
    labelled: list[str]
    overridden: list[Overridden]
    gone: list[str] = Field(description="Messages that may not be learnt from any more.")


class UndoRequest(BaseModel):
    """An act of one's own, to be taken back."""

    act: ActId


class UndoAnswer(BaseModel):
    """The messages that are as they were before."""

    restored: list[str]


class KnownIntent(BaseModel):
    """An intent that messages may be labelled with."""

    name: str
    description: str = ""
    serves: bool = Field(description="False: wanted by staff; the model does not know it yet.")


class KnownIntents(BaseModel):
    """All of them, those of the model first."""

    intents: list[KnownIntent]
    entities: list[str]


class NewIntent(BaseModel):
    """An intent to label with from now on."""

    name: Annotated[CleanText, StringConstraints(min_length=1, max_length=60)]
    description: Annotated[
        CleanText, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)
    ]
