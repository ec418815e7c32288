"""A whole dialogue without Rasa: its rules, our actions and the domain's words, in one process."""

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session, sessionmaker

from actions.registry import ACTIONS
from actions.services import Services
from actions.turn import Turn
from common.errors import ServiceUnavailable
from nlu.wire import FaqHit, FaqSearch, Intent, Parse
from recommender.wire import Item, Reason, ReasonCode, Recommendation, RecommendRequest, Relaxed
from shop import window
from shop.kinds import Kind
from shop.wishes import Wishes
from tests.shop.messages import a_parse

BOT = Path(__file__).resolve().parents[2] / "bot"
sys.path.append(str(BOT))

# These lie with Rasa, but need none of it.
from addons.locales import name_language, open_phrasebook  # noqa: E402
from addons.phrasebook import Phrasebook  # noqa: E402


@cache
def read_domain(part: str) -> Mapping[str, Any]:
    """A section of the domain (`responses`, `slots`), from all its files."""
    found: dict[str, Any] = {}
    for file in sorted((BOT / "domain").glob("*.yml")):
        found |= yaml.safe_load(file.read_text()).get(part) or {}
    return found


@cache
def read_rules() -> Mapping[str, str]:
    """Each rule's action by its intent."""
    steps = [
        rule["steps"]
        for file in sorted((BOT / "rules").glob("*.yml"))
        for rule in yaml.safe_load(file.read_text())["rules"]
    ]
    return {intent["intent"]: action["action"] for intent, action in steps}


@dataclass
class Answer:
    """What the shopper gets for one message."""

    text: str
    buttons: dict[str, str]
    cards: list[str]
    comparison: dict[str, Any] | None = None
    handoff: str | None = None


@dataclass
class Counter:
    """A recommender that takes the best reviewed of what fits; records what it was asked.

    Attributes:
        relaxed: what it says it had to give way on.
        down: whether it is out of order.
        code: the reason it gives for everything.
    """

    sessions: sessionmaker[Session]
    asked: list[RecommendRequest] = field(default_factory=list)
    relaxed: list[Relaxed] = field(default_factory=list)
    down: bool = False
    code: ReasonCode = "fits_budget"

    def recommend(self, request: RecommendRequest) -> Recommendation:
        self.asked.append(request)
        if self.down:
            raise ServiceUnavailable("down for this test")
        limits = request.constraints
        dropped = {relaxed.constraint for relaxed in self.relaxed}
        kinds = [] if "category" in dropped else limits.category
        wishes = Wishes(
            kinds=[Kind(value=value, word=value) for value in kinds],
            exclude=limits.exclude,
            **limits.model_dump(
                include={"brand", "color", "price_min", "price_max"},
                exclude=dropped,
            ),
        )
        skip = [*limits.exclude_ids, request.anchor_product_id or ""]
        with self.sessions() as session:
            fitting = window.popular_goods(session, wishes, skip=skip, limit=request.k + 1)
        return Recommendation(
            ranking_id="r1",
            model_version="test",
            items=[
                Item(
                    product_id=product.id,
                    score=1.0,
                    reason=Reason(code=self.code, params={"price_max": 1}),
                    parts={},
                )
                for product in fitting[: request.k]
            ],
            more=len(fitting) > request.k,
            relaxed=self.relaxed,
            degraded=False,
        )


@dataclass
class Faq:
    """One question that the shop answers."""

    answerable: bool = True
    down: bool = False
    asked: list[str] = field(default_factory=list)

    def search_faq(self, text: str, *, k: int = 3) -> FaqSearch:
        self.asked.append(text)
        if self.down:
            raise ServiceUnavailable("down for this test")
        hit = FaqHit(id="1", question="Can I return it?", answer="Within 30 days.", score=0.5)
        return FaqSearch(entries=[hit], answerable=self.answerable)


class Rehearsal:
    """One conversation. Speaks through the domain's own responses, so that they are tried too."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        *,
        customer_id: str | None = None,
        locale: str = "en",
    ) -> None:
        self.recommender = Counter(sessions)
        self.faq = Faq()
        self.services = Services(
            sessions=sessions, recommender=self.recommender, faq=self.faq, currency="USD"
        )
        self.metadata: dict[str, Any] = {
            "conversation_id": "t",
            "customer_id": customer_id,
            "locale": locale,
        }
        self.slots: dict[str, Any] = dict.fromkeys(read_domain("slots"))
        self.events: list[dict[str, Any]] = []
        self.actions = read_rules()
        words = read_domain("responses")
        self.phrasebook: Phrasebook = open_phrasebook(words, name_language(locale))

    def say(self, intent: str, annotated: str = "", **values: Any) -> Answer:
        """Say something; see tests/shop/messages.py for the annotation."""
        return self.hear(a_parse(intent, annotated, **values))

    def guess(self, *intents: str, text: str = "hm") -> Answer:
        """Say something that is not understood, but might mean these."""
        parse = a_parse("nlu_fallback", text)
        ranking = [Intent(name=intent, confidence=0.3) for intent in intents]
        return self.hear(parse.model_copy(update={"intent_ranking": ranking}))

    def press(self, answer: Answer, title: str) -> Answer:
        """Press one of the buttons of an answer."""
        intent, _, entities = answer.buttons[title].removeprefix("/").partition("{")
        values = json.loads("{" + entities) if entities else {}
        return self.hear(a_parse(intent, title, **values).model_copy(update={"tapped": True}))

    def hear(self, parse: Parse) -> Answer:
        message = {**parse.model_dump(), "metadata": self.metadata}
        said = {"event": "user", "parse_data": message, "timestamp": time.time()}
        self.events.append(said)
        action = self.actions[parse.intent.name]
        dispatcher = CollectingDispatcher()
        if action in ACTIONS:
            tracker = Tracker("t", self.slots, message, self.events, False, None, {}, None)
            turn = Turn(tracker=tracker, dispatcher=dispatcher, services=self.services)
            turn.answer_with(ACTIONS[action])
            # As they travel: whatever is no JSON fails here and not only in production.
            for event in json.loads(json.dumps(turn.events)):
                assert event["name"] in self.slots, f"no slot {event['name']} in the domain"
                self.slots[event["name"]] = event["value"]
        else:
            dispatcher.utter_message(response=action)
        return self._word(json.loads(json.dumps(dispatcher.messages)))

    def _word(self, messages: list[dict[str, Any]]) -> Answer:
        assert messages, "an action must say something"
        texts, buttons, cards, comparison, handoff = [], {}, [], None, None
        for message in messages:
            if not message["response"]:
                # A hand-over says nothing of its own.
                handoff = message["custom"]["handoff"]
                continue
            facts = {**self.slots, **message}
            facts["signed_in"] = bool(self.metadata["customer_id"])
            said = self.phrasebook.compose(message["response"], facts)
            texts.append(said["text"])
            comparison = said.get("comparison") or comparison
            buttons |= {button["title"]: button["payload"] for button in said["buttons"]}
            cards += [c["product_id"] for c in (message.get("custom") or {}).get("cards", [])]
        return Answer("\n".join(texts), buttons, cards, comparison, handoff)
