"""What the server sends over the chat's WebSocket, for the documentation and its tests."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter

from gateway import wire


class AckFrame(BaseModel):
    """A message is stored: it will not be lost."""

    type: Literal["ack"]
    client_message_id: str | None
    message_id: str


class MessageFrame(BaseModel):
    """Something was said, by either side; a shopper's own too, for their other tabs."""

    type: Literal["message"]
    message: wire.Message


class TypingFrame(BaseModel):
    """The other side begins or stops typing."""

    type: Literal["typing"]
    who: Literal["bot", "agent"]
    on: bool
    name: str | None = Field(default=None, description="The person's, where it is one.")


class StateFrame(wire.Standing):
    """Who answers now. Also the first frame, once the token is known."""

    type: Literal["state"]


class ErrorFrame(BaseModel):
    """What became of a frame that could not be taken; the socket stays open unless it is closed."""

    type: Literal["error"]
    code: str = Field(
        description="unauthorized, auth_timeout, invalid, unknown_payload, too_many_messages, "
        "too_many_requests, not_answered or internal."
    )
    detail: str
    client_message_id: str | None = Field(default=None, description="Of the message it is about.")
    retry_after: int | None = Field(default=None, description="Seconds to wait, where that helps.")


ServerFrame = Annotated[
    AckFrame | MessageFrame | TypingFrame | StateFrame | ErrorFrame, Field(discriminator="type")
]
server_frame: TypeAdapter[ServerFrame] = TypeAdapter(ServerFrame)
