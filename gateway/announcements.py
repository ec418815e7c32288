"""News from the shop's own system, told in the conversations that wait for it."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from db.tables.conversations import Conversation
from db.tables.shop_requests import ShopRequest
from gateway.answers import MENU
from gateway.drafts import Draft
from gateway.hub import Hub
from gateway.standing import state_frame
from gateway.store import ConversationStore
from gateway.text import clean
from gateway.words import Words

logger = logging.getLogger(__name__)

# Requests whose state has just changed.
Decide = Callable[[Session], Sequence[ShopRequest]]
MOST_OF_A_MESSAGE = 500


class Announcer:
    """Tells shoppers what became of their requests, stored and pushed to whoever listens."""

    def __init__(self, *, store: ConversationStore, words: Words, hub: Hub) -> None:
        self._store = store
        self._words = words
        self._hub = hub

    async def announce(self, decide: Decide) -> None:
        """Change requests in one transaction with the messages that say so.

        Args:
            decide: changes them and returns those that a shopper is to hear of.
        """

        def change(session: Session) -> list[tuple[str, Draft]]:
            return [
                (request.conversation_id, self._word(session, request))
                for request in decide(session)
            ]

        for conversation_id, message in await asyncio.to_thread(self._store.announce, change):
            frame = {"type": "message", "message": message.model_dump(mode="json")}
            self._hub.publish(conversation_id, frame)
            standing = await asyncio.to_thread(self._store.standing, conversation_id)
            self._hub.publish(conversation_id, state_frame(standing))

    def _word(self, session: Session, request: ShopRequest) -> Draft:
        conversation = session.get(Conversation, request.conversation_id)
        locale = conversation.locale if conversation else self._words.default_locale
        logger.info(
            "request to the shop settled",
            extra={"request_id": request.id, "kind": request.kind, "state": request.state},
        )
        sentence = f"request.{request.kind.partition('.')[2]}.{request.state}"
        if request.message and request.state != "staff":
            sentence += "_reason"
        order = "" if request.kind == "cart.checkout" else request.subject
        replies = ["person", "order"] if request.state == "refused" else ["order", "recommend"]
        return Draft(
            text=self._words.say(
                sentence, locale=locale, subject=request.subject, reason=request.message
            ),
            quick_replies=[
                (self._words.say(f"menu.{name}", locale=locale), _payload(name, order))
                for name in replies
            ],
            handoff="order_request" if request.state == "staff" else None,
        )


def tidy_message(text: str | None) -> str | None:
    """The shop's words, safe to show and short enough to read; None where there are none."""
    tidied = " ".join(clean(text or "").split())[:MOST_OF_A_MESSAGE]
    return tidied or None


def _payload(name: str, order_id: str) -> str:
    about = json.dumps({"order_id": order_id}) if name == "order" and order_id else ""
    return f"{MENU[name]}{about}"
