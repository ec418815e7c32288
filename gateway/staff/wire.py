"""The staff API's shapes: people, conversations and what is done with them."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from gateway import wire
from gateway.staff import card_wire
from gateway.text import CleanText, Identifier
from nlu.wire import SentimentLabel
from shop.handoff import Reason
from shop.handoff_rules import Conditions
from shop.staff import Role

Text = Annotated[CleanText, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Name = Annotated[CleanText, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Tag = Annotated[CleanText, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Email = Annotated[CleanText, StringConstraints(min_length=3, max_length=254)]
Password = Annotated[str, StringConstraints(max_length=200)]
MOST_CARDS = 10


class Login(BaseModel):
    """Who wants to come in."""

    email: Email
    password: Password


class NewPassword(BaseModel):
    """One's own password, changed."""

    current: Password
    new: Password


class User(BaseModel):
    """A member of staff to themselves."""

    id: str
    name: str
    email: str
    role: Role


class SignedIn(BaseModel):
    """A session of the console."""

    csrf_token: str = Field(description="Goes with every call that changes something.")
    user: User


class Person(BaseModel):
    """Somebody by name."""

    id: str
    name: str


class Said(BaseModel):
    """The last thing said."""

    role: wire.Role
    text: str


class Summary(BaseModel):
    """A conversation in a list."""

    id: str
    state: wire.State
    owner: Person | None
    channel: str
    locale: str
    customer: Person | None
    created_at: datetime
    last_message_at: datetime
    preview: Said | None
    unread: int = Field(description="Messages of the shopper that the caller has not read.")
    sentiment: SentimentLabel
    mood: float = Field(description="-1 (furious) to 1 (delighted).")
    waiting_since: datetime | None
    waiting_seconds: int | None
    reason: Reason | None = Field(description="Why a person was called.")
    cart_value: wire.Amount | None
    tags: list[str]
    rating: int | None


class Counts(BaseModel):
    """How many conversations there are in each state, and how many are the caller's."""

    bot: int = 0
    queued: int = 0
    human: int = 0
    closed: int = 0
    mine: int = 0


class Conversations(BaseModel):
    """A page of the list."""

    conversations: list[Summary]
    counts: Counts
    next: str | None = Field(description="`before` of the next page.")


class Feeling(BaseModel):
    """How one message feels."""

    label: SentimentLabel
    score: float


class FoundEntity(BaseModel):
    """A thing that was named."""

    entity: Annotated[CleanText, StringConstraints(min_length=1, max_length=60)]
    value: str | float | int
    role: Literal["include", "exclude"] = "include"
    start: int = 0
    end: int = 0


class LabelRequest(BaseModel):
    """What a shopper's message really means."""

    intent: Annotated[CleanText, StringConstraints(min_length=1, max_length=60)] | None = None
    entities: Annotated[list[FoundEntity], Field(max_length=50)] | None = None
    sentiment: SentimentLabel | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.intent is None and self.entities is None and self.sentiment is None:
            raise ValueError("Send intent, entities or sentiment.")
        return self


class Label(BaseModel):
    """A correction."""

    intent: str | None
    entities: list[FoundEntity] | None
    sentiment: SentimentLabel | None
    by: Person
    created_at: datetime


class LabelNames(BaseModel):
    """What a correction may say."""

    intents: list[str]
    entities: list[str]
    sentiments: list[str]


class StaffMessage(wire.Message):
    """One thing said, with what the models made of it."""

    intent: str | None = None
    confidence: float | None = None
    sentiment: Feeling | None = None
    entities: list[FoundEntity] = Field(default_factory=list)
    label: Label | None = None
    degraded: bool = False


class StaffMessages(BaseModel):
    """Messages, oldest first."""

    messages: list[StaffMessage]


class AgentMessage(BaseModel):
    """What a person says to the shopper."""

    text: Annotated[CleanText, StringConstraints(max_length=4000)] = ""
    cards: Annotated[list[Identifier], Field(max_length=MOST_CARDS)] = Field(
        default_factory=list, description="Ids of products to show."
    )
    client_message_id: wire.ClientMessageId | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text.strip() and not self.cards:
            raise ValueError("The message is empty: write something, or choose a product.")
        return self


class NoteRequest(BaseModel):
    """A note for colleagues."""

    text: Text


class Note(BaseModel):
    """What a colleague noted. Shoppers never see it."""

    id: int
    author: Person
    text: str
    created_at: datetime


class Assignment(BaseModel):
    """To whom a conversation goes."""

    staff_id: Identifier


class Tags(BaseModel):
    """Words on a conversation."""

    tags: Annotated[list[Tag], Field(max_length=20)]


class TagNames(BaseModel):
    """Tags in use."""

    tags: list[str]


class ReadUpTo(BaseModel):
    """How far somebody has read."""

    message_id: Annotated[str, StringConstraints(pattern=r"^\d{1,18}$")]


class SuggestedReply(BaseModel):
    """Words that may fit."""

    text: str
    source: Literal["faq", "staff", "canned"]
    question: str | None = Field(description="What it answered.")
    score: float


class Suggestions(BaseModel):
    """What a person might say and show next."""

    replies: list[SuggestedReply] = Field(default_factory=list)
    products: list[wire.ProductCard] = Field(default_factory=list)


class Products(BaseModel):
    """Goods to choose from."""

    products: list[wire.ProductCard]
    ranking_id: str | None
    degraded: bool


class HandoffView(BaseModel):
    """One time that a person was called."""

    id: int
    reason: Reason
    queued_at: datetime
    claimed_at: datetime | None
    first_response_at: datetime | None
    ended_at: datetime | None
    ended_how: str | None
    owner: Person | None
    contact: str | None = None


class Detail(BaseModel):
    """A conversation with all that helps whoever takes it over."""

    conversation: Summary
    messages: list[StaffMessage]
    notes: list[Note]
    handoffs: list[HandoffView]
    summary: str
    slots: dict[str, Any]
    looking_for: list[str]
    page: card_wire.PageView | None
    cart: card_wire.CartView | None
    orders: list[card_wire.OrderView]
    behaviour: list[card_wire.Step]
    recommended: list[card_wire.RankingView]
    sentiment_curve: list[card_wire.MoodPoint]
    suggestions: Suggestions


class CannedRequest(BaseModel):
    """Words to keep at hand."""

    shortcut: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,32}$")]
    title: Name
    text: Text
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] | None = None


class Canned(CannedRequest):
    """Words that are at hand."""

    id: int


class CannedAnswers(BaseModel):
    """All of them, by shortcut."""

    canned: list[Canned]


class RuleRequest(Conditions):
    """The shop's own reason to call a person."""

    name: Name
    active: bool = True


class Rule(RuleRequest):
    """A rule that is kept."""

    id: int


class Rules(BaseModel):
    """All of them, by name."""

    rules: list[Rule]


class NewMember(BaseModel):
    """An account to be made."""

    email: Email
    name: Name
    role: Role
    password: Password


class MemberChange(BaseModel):
    """What is to be different about an account."""

    name: Name | None = None
    role: Role | None = None
    disabled: bool | None = None
    password: Password | None = None


class Member(BaseModel):
    """A colleague."""

    id: str
    name: str
    email: str
    role: Role
    disabled: bool
    online: bool
    open_conversations: int


class Team(BaseModel):
    """All colleagues, by name."""

    team: list[Member]


class AuditLine(BaseModel):
    """Who did what."""

    id: int
    at: datetime
    who: Person | None = Field(description="None: from the command line.")
    action: str
    conversation_id: str | None
    detail: dict[str, Any]


class AuditLog(BaseModel):
    """A page of the log, newest first."""

    entries: list[AuditLine]
    next: str | None
