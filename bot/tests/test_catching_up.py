import asyncio
from types import SimpleNamespace

import pytest
from addons import catching_up
from addons.gateway_channel import recall
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

DOMAIN = Domain.from_dict(
    {
        "intents": ["greet", "ask_faq"],
        "slots": {
            name: {"type": "any", "mappings": [{"type": "custom"}]}
            for name in ("shown", "focus", "pending", "awaited", "misunderstood")
        },
    }
)
MISSED = [
    {
        "role": "agent",
        "message_id": "11",
        "text": "What size?",
        "parse": None,
        "shown": [],
        "at": 1.0,
    },
    {
        "role": "shopper",
        "message_id": "12",
        "text": "40, please",
        "parse": {"intent": {"name": "ask_faq", "confidence": 0.9}, "entities": []},
        "shown": [],
        "at": 2.0,
    },
    {
        "role": "agent",
        "message_id": "13",
        "text": "These, then",
        "parse": None,
        "shown": ["p7", "p8"],
        "at": 3.0,
    },
]


@pytest.fixture
def processor(tmp_path):
    store = SQLTrackerStore(DOMAIN, db=str(tmp_path / "rasa.db"))

    async def fetch(sender_id):
        return await store.get_or_create_tracker(sender_id)

    tracker = DialogueStateTracker("c", DOMAIN.slots)
    for event in (
        UserUttered("hello", {"name": "greet"}, message_id="10"),
        ActionExecuted("utter_greet"),
        BotUttered("Hi! Shall I go on?"),
        SlotSet("pending", {"yes": "show_more"}),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event)
    asyncio.run(store.save(tracker))
    return SimpleNamespace(
        tracker_store=store, domain=DOMAIN, fetch_tracker_and_update_session=fetch
    )


def kept(processor):
    return asyncio.run(processor.tracker_store.retrieve_full_tracker("c"))


def test_what_was_said_without_the_bot_stands_in_the_tracker_in_order(processor):
    asyncio.run(catching_up.catch_up(processor, "c", MISSED))

    said = [e for e in kept(processor).events if isinstance(e, (UserUttered, BotUttered))]
    assert [event.text for event in said][2:] == ["What size?", "40, please", "These, then"]
    assert said[3].intent["name"] == "ask_faq"


def test_the_goods_that_a_person_showed_are_those_before_the_shopper(processor):
    asyncio.run(catching_up.catch_up(processor, "c", MISSED))

    assert asyncio.run(recall(processor.tracker_store, "c")) == {"shown": ["p7", "p8"]}


def test_what_was_asked_or_offered_before_is_over(processor):
    asyncio.run(catching_up.catch_up(processor, "c", MISSED[:1]))

    tracker = kept(processor)
    assert tracker.get_slot("pending") is None
    assert tracker.latest_action_name == "action_listen"


def test_the_same_again_is_heard_once(processor):
    for _ in range(2):
        asyncio.run(catching_up.catch_up(processor, "c", MISSED))
    known = {**MISSED[1], "message_id": "10"}
    asyncio.run(catching_up.catch_up(processor, "c", [known]))

    said = [e for e in kept(processor).events if isinstance(e, UserUttered)]
    assert [event.text for event in said] == ["hello", "40, please"]


def test_a_form_that_was_under_way_is_closed():
    tracker = DialogueStateTracker("c", DOMAIN.slots)
    tracker.update(ActiveLoop("address_form"))

    for event in catching_up.events_of(tracker, MISSED[:1]):
        tracker.update(event)

    assert tracker.active_loop_name is None


def test_an_unknown_conversation_has_no_memory(processor):
    assert asyncio.run(recall(processor.tracker_store, "nobody")) == {}
