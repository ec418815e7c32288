"""One turn of a conversation, as the actions see it."""

import functools
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import ValidationError
from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.errors import NoMessage, TurnExpired
from actions.services import Services
from db.tables.catalog import Product
from nlu.wire import Parse
from shop.cards import find_products
from shop.effects import Result, bring_about, find_effect
from shop.phrases import load_phrases
from shop.portrait import standing_dislikes
from shop.reading import Reading
from shop.search import Found
from shop.shopper import Shopper
from shop.wishes import Wishes

# A fact that needs words of its own; see bot/addons/phrasebook.py.
Phrase = Mapping[str, Any]
Choice = dict[str, Any]
Handover = Literal["accepted", "not_understood", "order_request", "privacy_request"]
# What is remembered for one turn.
_PASSING = ("pending", "misunderstood", "awaited")
# The reason of a product that is shown because it was asked about.
_OTHER: Phrase = {"code": "other", "params": {}}


class Turn:
    """What was just said, what is remembered, and a way to answer.

    Attributes:
        events: what the tracker is to keep of this turn.
    """

    def __init__(
        self, *, tracker: Tracker, dispatcher: CollectingDispatcher, services: Services
    ) -> None:
        self.services = services
        self.events: list[EventType] = []
        self._tracker = tracker
        self._dispatcher = dispatcher
        self._slots = dict(tracker.slots)
        self._remembered: set[str] = set()

    def answer_with(self, answer: Callable[["Turn"], None]) -> None:
        """Run an action. What was offered or not understood before is over with the next answer.

        Raises:
            TurnExpired: the shopper has been told by now that there is no answer.
        """
        self._check_time()
        answer(self)
        self.remember(**{slot: None for slot in _PASSING if slot not in self._remembered})

    @functools.cached_property
    def reading(self) -> Reading:
        """The shopper's message, read.

        Raises:
            NoMessage: the tracker has none, or not as the NLU server parses one.
        """
        try:
            parse = Parse.model_validate(self._tracker.latest_message)
        except ValidationError as error:
            raise NoMessage(
                "The tracker's latest_message must hold what the NLU server answered.",
                missing=[".".join(str(part) for part in each["loc"]) for each in error.errors()],
            ) from error
        return Reading(parse, phrases=load_phrases(self.shopper.locale))

    @functools.cached_property
    def shopper(self) -> Shopper:
        """Who is asking."""
        message = self._tracker.latest_message
        about = self._about
        return Shopper(
            session_id=about.get("conversation_id") or self._tracker.sender_id,
            customer_id=about.get("customer_id"),
            locale=about.get("locale") or "en",
            country=about.get("country"),
            page_product_id=(about.get("page") or {}).get("product_id"),
            sentiment=(message.get("sentiment") or {}).get("score"),
        )

    @property
    def is_queued(self) -> bool:
        """Whether a person has been called and is still to come."""
        return self._about.get("state") == "queued"

    @property
    def message_id(self) -> int | None:
        """The message that the gateway stored; None in a conversation without the gateway."""
        given = self._about.get("message_id")
        return int(given) if given is not None else None

    def once(self, kind: str, act: Callable[[Session], Result]) -> Result:
        """Change the shop's books for this message, once however often its turn is run.

        Args:
            kind: what is done, one of each in a turn.
            act: does it, and returns as JSON what is to be told of it.

        Returns:
            What `act` returned, now or the first time.

        Raises:
            TurnExpired: it took too long, and nothing was changed.
        """
        with self.services.sessions.begin() as session:
            result = bring_about(
                session, message_id=self.message_id, kind=kind, act=lambda: act(session)
            )
            self._check_time()
            return result

    def done(self, kind: str) -> Result | None:
        """What came of it where an earlier run of this turn did it already."""
        if not self._about.get("again"):
            return None
        with self.services.sessions() as session:
            return find_effect(session, message_id=self.message_id, kind=kind)

    def _check_time(self) -> None:
        # A process that was held up must not do now what the shopper was told could not be done.
        answer_by = self._about.get("answer_by")
        if answer_by is not None and time.time() > answer_by:
            raise TurnExpired("The shopper has been told that there is no answer: nothing is done.")

    @property
    def _about(self) -> Mapping[str, Any]:
        return self._tracker.latest_message.get("metadata") or {}

    def earlier_intents(self) -> list[str]:
        """The intents of the messages before this one, as far back as Rasa sends them."""
        said = [event for event in self._tracker.events if event.get("event") == "user"]
        return [(event["parse_data"].get("intent") or {}).get("name", "") for event in said[:-1]]

    def last_heard(self) -> datetime:
        """When the message before this one came; long ago where there was none."""
        said = [event for event in self._tracker.events if event.get("event") == "user"]
        return datetime.fromtimestamp(said[-2]["timestamp"] if len(said) > 1 else 0, UTC)

    def recall(self, slot: str, default: Any = None) -> Any:
        """What is remembered under this name."""
        value = self._slots.get(slot)
        return default if value is None else value

    def remember(self, **slots: Any) -> None:
        """Keep these for the turns to come."""
        self._remembered.update(slots)
        for name, value in slots.items():
            if self._slots.get(name) != value:
                self._slots[name] = value
                self.events.append(SlotSet(name, value))

    @property
    def turned_down(self) -> list[str]:
        """What they did not care for in this conversation, and have not taken back since."""
        disliked: list[str] = self.recall("disliked", [])
        if not disliked:
            return []
        with self.services.sessions() as session:
            return standing_dislikes(session, disliked, shopper=self.shopper)

    @property
    def wishes(self) -> Wishes:
        """The search under way."""
        return Wishes.from_slot(self.recall("wishes"))

    def products(self, ids: Sequence[str]) -> list[Product]:
        """Those of these products that there are, in this order."""
        with self.services.sessions() as session:
            return find_products(session, ids)

    @functools.cached_property
    def shown(self) -> list[Product]:
        """The products that the shopper has before them, in order."""
        return self.products(self.recall("shown", []))

    @functools.cached_property
    def focus(self) -> Product | None:
        """The product that a button names, else the one spoken of last, else that of their page."""
        product_id = self.reading.first("product_id") or self.recall("focus")
        if not product_id and not self.shown:
            product_id = self.shopper.page_product_id
        return next(iter(self.products([product_id] if product_id else [])), None)

    @property
    def focus_before(self) -> Product | None:
        """The product spoken of before that one."""
        product_id = self.recall("focus_before")
        return next(iter(self.products([product_id] if product_id else [])), None)

    def say(
        self,
        response: str,
        *,
        choices: Iterable[Choice] = (),
        cards: Found | Sequence[Product] = (),
        tell_reasons: bool = False,
        **facts: Any,
    ) -> None:
        """Answer with a response of the domain.

        Args:
            response: its name.
            choices: quick replies, made by `choice`.
            cards: goods to show: what a search found, or products without a reason of their own.
            tell_reasons: the answer's words are to end with the cards' reasons.
            facts: what the response's templates name.
        """
        custom = _custom(cards)
        if custom and tell_reasons:
            custom["tell_reasons"] = True
        self._dispatcher.utter_message(
            response=response,
            json_message=custom,
            choices=[c for c in choices if c],
            **facts,
        )

    def hand_over(self, reason: Handover) -> None:
        """Let a person take over once this answer has been given (shop/handoff.py)."""
        self._dispatcher.utter_message(json_message={"handoff": reason})


def choice(
    say: str, intent: str, *, entities: Mapping[str, Any] | None = None, **facts: Any
) -> Choice:
    """A quick reply: its words by code, and the message it stands for."""
    payload = f"/{intent}{json.dumps(entities, ensure_ascii=False) if entities else ''}"
    return {"say": say, "payload": payload, **facts}


def _custom(cards: Found | Sequence[Product]) -> dict[str, Any] | None:
    if isinstance(cards, Found):
        if not cards.offers:
            return None
        shown = [{"product_id": o.product_id, "reason": o.reason or _OTHER} for o in cards.offers]
        return {"cards": shown, "ranking_id": cards.ranking_id, "degraded": cards.degraded}
    if not cards:
        return None
    shown = [{"product_id": product.id, "reason": _OTHER} for product in cards]
    return {"cards": shown, "ranking_id": None, "degraded": False}
