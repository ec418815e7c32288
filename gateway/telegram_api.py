"""The way from the shop's page to Telegram: the bot's address, and a link that joins both."""

import asyncio
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from common.errors import NotFound, ServiceUnavailable, Unauthorized
from gateway.admission import Admission
from gateway.problems import problems
from gateway.speaker import Speaker


class LinkMaker(Protocol):
    """The channel as far as a page needs it."""

    @property
    def username(self) -> str | None:
        """The bot's name, None until Telegram has told it."""

    def make_token(self, customer_id: str, conversation_id: str) -> tuple[str, datetime]:
        """A token that joins a chat with this customer, and until when it does. Blocks."""


class TelegramBot(BaseModel):
    """The shop's bot on Telegram."""

    available: bool = Field(description="Whether the shop can be written to there now.")
    url: str | None = Field(description="Its address; null where it is not available.")


class TelegramLink(BaseModel):
    """A link by which this customer, and nobody else, goes on in Telegram."""

    url: str
    expires_at: datetime = Field(description="It is good once, and until then.")


def telegram_routes(*, channel: LinkMaker | None, admission: Admission) -> APIRouter:
    """The routes /api/chat/telegram and /api/chat/telegram-link.

    Args:
        channel: None where the shop has no bot on Telegram.
    """
    routes = APIRouter(prefix="/api/chat", tags=["chat"])
    Acting = Annotated[Speaker, Depends(admission.acting)]  # noqa: N806 - a type

    def address() -> str:
        if channel is None:
            raise NotFound("This shop has no bot on Telegram: set SHOPKEEPER_TELEGRAM_TOKEN.")
        if channel.username is None:
            raise ServiceUnavailable("Telegram could not be reached so far: try again later.")
        return f"https://t.me/{channel.username}"

    @routes.get("/telegram", responses=problems())
    def find_bot() -> TelegramBot:
        """Where shoppers find the shop on Telegram, if it is there."""
        # Every page with a widget asks: "nowhere" is an answer, and no failure in its console.
        there = channel is not None and channel.username is not None
        return TelegramBot(available=there, url=address() if there else None)

    @routes.post("/telegram-link", status_code=201, responses=problems(401, 404))
    async def make_link(speaker: Acting) -> TelegramLink:
        """A link that lets a signed-in shopper's conversation, cart and orders go on there."""
        url = address()
        if speaker.customer_id is None or channel is None:
            raise Unauthorized("Only a signed-in customer can be joined: send `customer` first.")
        token, until = await asyncio.to_thread(
            channel.make_token, speaker.customer_id, speaker.conversation_id
        )
        return TelegramLink(url=f"{url}?start={token}", expires_at=until)

    return routes
