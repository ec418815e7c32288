"""The one channel: the gateway brings a message already parsed and gets the turn's answers."""

import hmac
import logging
import math
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.core.tracker_store import TrackerStore
from sanic import Blueprint
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from addons.health import TURNS

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Internal-Secret"  # noqa: S105 - a header's name
REQUIRED = {"conversation_id": str, "text": str, "parse": dict}

OnMessage = Callable[[UserMessage], Awaitable[Any]]


class GatheringOutput(OutputChannel):
    """Keeps each answer whole: words, buttons and cards belong together."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """The channel's name in the tracker."""
        return "gateway"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one answer."""
        custom = dict(message.get("custom") or {})
        if comparison := message.get("comparison"):
            # Worded by the phrasebook, which is the last to touch it.
            custom["comparison"] = comparison
        self.messages.append(
            {
                "text": message.get("text") or "",
                "buttons": message.get("buttons") or [],
                "custom": custom,
            }
        )


class GatewayInput(InputChannel):
    """`POST /webhooks/gateway/webhook`: text, metadata and parse in; the turn's messages out."""

    def __init__(self, *, secret: str) -> None:
        self.secret = secret

    @classmethod
    def name(cls) -> str:
        """The channel's name in the address and in the tracker."""
        return "gateway"

    @classmethod
    def from_credentials(cls, _: dict[str, Any] | None) -> "GatewayInput":
        """The secret is a setting of all processes, not of this channel."""
        return cls(secret=os.environ.get("SHOPKEEPER_INTERNAL_SECRET", ""))

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The channel's routes."""
        channel = Blueprint("gateway_channel")

        @channel.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not self.is_internal(request):
                return refuse()
            try:
                body = request.json
            except SanicException:
                body = None
            if problem := find_problem(body):
                return json({"error": "invalid", "detail": problem}, status=422)
            return await answer(body, on_new_message)

        @channel.route("/conversations/<conversation_id>", methods=["GET"])
        async def remember(request: Request, conversation_id: str) -> HTTPResponse:
            if not self.is_internal(request):
                return refuse()
            store = request.app.ctx.agent.tracker_store
            return json({"slots": await recall(store, conversation_id)})

        return channel

    def is_internal(self, request: Request) -> bool:
        """Whether one of our own processes calls."""
        given = request.headers.get(SECRET_HEADER, "")
        return not self.secret or hmac.compare_digest(given.encode(), self.secret.encode())


def refuse() -> HTTPResponse:
    """The answer to strangers."""
    return json({"error": "unauthorized", "detail": f"Send {SECRET_HEADER}."}, status=401)


async def recall(store: TrackerStore, conversation_id: str) -> dict[str, Any]:
    """What is remembered of a conversation, by slot; nothing of an unknown one."""
    tracker = await store.retrieve(conversation_id)
    slots = tracker.current_slot_values() if tracker else {}
    return {name: value for name, value in slots.items() if value is not None}


def find_problem(body: Any) -> str | None:
    """What is wrong with a call, in a sentence; None when nothing is."""
    if not isinstance(body, dict):
        return "Send a JSON object."
    for name, kind in REQUIRED.items():
        if not isinstance(body.get(name), kind):
            return f"{name} must be a {kind.__name__}."
    intent = body["parse"].get("intent")
    # A parse without them makes Rasa fall silent.
    if not isinstance(intent, dict) or not isinstance(intent.get("name"), str):
        return "parse.intent.name must be a str."
    if not isinstance(body["parse"].get("entities"), list):
        return "parse.entities must be a list."
    return None


async def answer(body: dict[str, Any], on_new_message: OnMessage) -> HTTPResponse:
    """Run one turn. A turn that fails or says nothing is an error, never an empty success.

    One that comes too late, since this process was held up, is not run: the shopper has been told
    that there is no answer.
    """
    output = GatheringOutput()
    metadata = body.get("metadata") or {}
    if time.time() > metadata.get("answer_by", math.inf):
        return json({"error": "turn_expired"}, status=409)
    message = UserMessage(
        text=body["text"],
        output_channel=output,
        sender_id=body["conversation_id"],
        parse_data={**body["parse"], "text": body["text"]},
        input_channel=GatewayInput.name(),
        metadata=metadata,
        message_id=metadata.get("message_id"),
    )
    started = time.perf_counter()
    try:
        await on_new_message(message)
    except Exception:
        logger.exception("a turn failed")
        TURNS.count(seconds=time.perf_counter() - started, failed=True)
        return json({"error": "turn_failed"}, status=500)
    TURNS.count(seconds=time.perf_counter() - started, failed=not output.messages)
    if not output.messages:
        # Rasa logs an action's failure and goes on without a word.
        return json({"error": "nothing_said"}, status=500)
    return json({"messages": output.messages})
