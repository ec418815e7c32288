import asyncio
import time
from types import SimpleNamespace

import pytest
from addons import whole_turns
from addons.gateway_channel import GatheringOutput, answer
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

whole_turns.install()


@pytest.fixture
def store(tmp_path):
    return SQLTrackerStore(Domain.empty(), db=str(tmp_path / "rasa.db"))


def a_tracker(*said: tuple[str, str | None]) -> DialogueStateTracker:
    """A conversation of messages with their ids, each with its answer or none."""
    tracker = DialogueStateTracker("c", [AnySlot("wishes", mappings=[{}])])
    for message_id, text in said:
        tracker.update(UserUttered("hello", {"name": "greet"}, message_id=message_id))
        tracker.update(ActionExecuted("action_greet"))
        if text is not None:
            custom = {"cards": [{"product_id": "p1"}]}
            tracker.update(BotUttered(text, {"custom": custom, "buttons": [{"title": "A"}]}))
            tracker.update(SlotSet("wishes", {"color": ["red"]}))
        tracker.update(ActionExecuted("action_listen"))
    return tracker


def replayed(store, message_id: str) -> list[dict] | None:
    output = GatheringOutput()
    message = UserMessage("hello", output, "c", message_id=message_id)
    done = asyncio.run(whole_turns.replay(SimpleNamespace(tracker_store=store), message))
    return output.messages if done else None


def test_a_turn_that_was_answered_is_said_again_as_it_was(store):
    asyncio.run(store.save(a_tracker(("1", "one"), ("2", "two"), ("3", "three"))))

    (said,) = replayed(store, "2")

    assert said["text"] == "two"
    assert said["buttons"] == [{"title": "A"}]
    assert said["custom"] == {"cards": [{"product_id": "p1"}]}


def test_a_turn_that_never_came_to_its_end_is_run(store):
    asyncio.run(store.save(a_tracker(("1", "one"))))

    assert replayed(store, "2") is None


def test_an_unknown_conversation_has_nothing_to_say_again(store):
    assert replayed(store, "1") is None


def test_a_silent_turn_is_not_kept(store):
    processor = SimpleNamespace(tracker_store=store)

    with pytest.raises(whole_turns.SilentTurn):
        asyncio.run(MessageProcessor.save_tracker(processor, a_tracker(("1", None))))

    assert asyncio.run(store.retrieve("c")) is None


def test_an_earlier_answer_does_not_speak_for_this_turn(store):
    processor = SimpleNamespace(tracker_store=store)

    with pytest.raises(whole_turns.SilentTurn):
        asyncio.run(MessageProcessor.save_tracker(processor, a_tracker(("1", "one"), ("2", None))))


class BrokenStore(SQLTrackerStore):
    async def retrieve(self, sender_id):
        raise OSError("disk full, for this test")

    async def save(self, tracker):
        raise OSError("disk full, for this test")


def test_a_store_that_fails_fails_the_turn(tmp_path):
    store = FailSafeTrackerStore(BrokenStore(Domain.empty(), db=str(tmp_path / "rasa.db")))

    with pytest.raises(OSError, match="disk full"):
        asyncio.run(store.retrieve("c"))
    with pytest.raises(OSError, match="disk full"):
        asyncio.run(store.save(a_tracker(("1", "one"))))


def test_a_turn_that_comes_too_late_is_not_run():
    ran = []

    async def run(message):
        ran.append(message)

    body = {
        "conversation_id": "c",
        "text": "add it",
        "parse": {"intent": {"name": "add_to_cart"}, "entities": []},
        "metadata": {"answer_by": time.time() - 1},
    }
    response = asyncio.run(answer(body, run))

    assert response.status == 409
    assert ran == []


def test_a_message_has_the_gateways_own_id():
    seen = []

    async def run(message):
        seen.append(message.message_id)
        await message.output_channel.send_response("c", {"text": "hi"})

    body = {
        "conversation_id": "c",
        "text": "hi",
        "parse": {"intent": {"name": "greet"}, "entities": []},
        "metadata": {"message_id": "17"},
    }
    asyncio.run(answer(body, run))

    assert seen == ["17"]
