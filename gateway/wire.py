"""The chat API's shapes, as docs/contracts name them."""

import re
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from gateway.text import CleanText, Identifier, ShopperText

Role = Literal["shopper", "bot", "agent", "system"]
State = Literal["bot", "queued", "human", "closed"]
CLIENT_MESSAGE_ID = re.compile(r"^[\x21-\x7e]{1,100}$")
ClientMessageId = Annotated[str, StringConstraints(pattern=CLIENT_MESSAGE_ID)]
PayloadText = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Amount(BaseModel):
    """Money: a decimal number as text and an ISO 4217 code."""

    amount: str
    currency: str


class ProductCard(BaseModel):
    """One product as a channel shows it."""

    product_id: str
    title: str
    brand: str | None = None
    category: str
    product_type: str | None = None
    price: Amount
    list_price: Amount | None = None
    image_url: str
    url: str
    rating: float | None = None
    rating_count: int | None = None
    availability: Literal["in_stock", "out_of_stock", "preorder", "backorder"]
    reason: str = Field(description="A sentence in the shopper's language.")
    ranking_id: str | None = Field(
        default=None, description="Send it back with the events that this card leads to."
    )


class QuickReply(BaseModel):
    """An answer to tap. The payload is opaque and good in this conversation alone."""

    title: str
    payload: str


class ComparedProduct(BaseModel):
    """The head of a column."""

    product_id: str
    title: str
    image_url: str
    url: str


class ComparedRow(BaseModel):
    """One thing told of each product, in the order of the columns."""

    label: str
    values: list[str | None] = Field(description="None where it is not known.")
    best: int | None = Field(default=None, description="The column that is ahead, if one is.")


class Comparison(BaseModel):
    """Products side by side."""

    columns: list[ComparedProduct]
    rows: list[ComparedRow]


class Message(BaseModel):
    """One thing said, by either side."""

    id: str
    role: Role
    author: str | None = None
    text: str
    cards: list[ProductCard] = Field(default_factory=list)
    quick_replies: list[QuickReply] = Field(default_factory=list)
    comparison: Comparison | None = Field(
        default=None, description="The cards as a table, for channels that can show one."
    )
    created_at: datetime
    client_message_id: str | None = Field(
        default=None, description="The sender's own id of a shopper's message."
    )


class Page(BaseModel):
    """The page that the shopper looks at."""

    url: Annotated[CleanText, StringConstraints(max_length=2000)]
    product_id: Identifier | None = None


class CustomerProof(BaseModel):
    """Who the shopper is, signed by the shop's own server."""

    id: Identifier
    signature: Annotated[str, StringConstraints(max_length=200)] = Field(
        description="HMAC-SHA256 of the id under SHOPKEEPER_IDENTITY_KEY, in hex."
    )


class SessionRequest(BaseModel):
    """How a conversation starts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"locale": "en", "page": {"url": "https://www.example.com/shoes"}}]
        }
    )

    locale: Annotated[CleanText, StringConstraints(max_length=35)] | None = Field(
        default=None, description="Such as en or zh-TW; the shop's own where it is not spoken."
    )
    customer: CustomerProof | None = None
    page: Page | None = None


class QueuePlace(BaseModel):
    """How it stands with whoever waits for a person."""

    position: int = Field(ge=1, description="1 is next.")
    open: bool = Field(description="Whether staff are in at this hour.")
    opens_at: datetime | None = Field(default=None, description="When they are back.")
    may_leave: bool = Field(
        default=False, description="Whether to offer leaving a message instead of waiting."
    )


class Standing(BaseModel):
    """Who answers now."""

    state: State
    agent: str | None = Field(default=None, description="The person's name, while one answers.")
    queue: QueuePlace | None = Field(default=None, description="While waiting for a person.")


class Session(Standing):
    """A conversation and the token that speaks for it."""

    session_id: str
    token: str
    messages: list[Message]


class MessageRequest(BaseModel):
    """What the shopper says: words of their own, or a quick reply's payload."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"text": "red sneakers under 80", "client_message_id": "6c9f"}]
        }
    )

    text: ShopperText | None = None
    payload: PayloadText | None = Field(
        default=None, description="Of a quick reply that was offered in this conversation."
    )
    client_message_id: ClientMessageId | None = Field(
        default=None, description="The same id again returns the same answers."
    )
    page: Page | None = Field(default=None, description="Where the shopper has moved to since.")

    @model_validator(mode="after")
    def _text_or_payload(self) -> Self:
        if (self.text is None) == (self.payload is None):
            raise ValueError("Send either text or payload.")
        return self


class Messages(Standing):
    """Messages in order, and who answers now."""

    messages: list[Message]


class FeedbackRequest(BaseModel):
    """A thumb on an answer."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"value": "down", "comment": "not what I asked for"}]}
    )

    value: Literal["up", "down"]
    comment: Annotated[CleanText, StringConstraints(max_length=2000)] | None = None


class ConsentRequest(BaseModel):
    """Whether this conversation may be learnt from."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"training": False}]})

    training: StrictBool
