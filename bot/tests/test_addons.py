import asyncio
import time
from types import SimpleNamespace

import pytest
from addons import action_calls, sessions
from addons.gateway_channel import GatheringOutput, answer, find_problem
from addons.health import Turns
from addons.lock_store import PromptLockStore
from addons.speech import Speech, find_locale, last_variation
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from run import digest

PARSE = {"intent": {"name": "greet", "confidence": 1.0}, "entities": []}


def a_tracker(*, turns: int, metadata: dict | None = None) -> DialogueStateTracker:
    tracker = DialogueStateTracker("t", [AnySlot("wishes", mappings=[{}])])
    for number in range(turns):
        message = UserUttered(f"message {number}", {"name": "greet"}, metadata=metadata)
        tracker.update(message)
        tracker.update(ActionExecuted("utter_greet"))
        tracker.update(BotUttered("hi", metadata={"utter_action": "utter_greet", "variation": 1}))
        tracker.update(ActionExecuted("action_listen"))
    return tracker


def run(body: dict, on_message):
    response = asyncio.run(answer(body, on_message))
    return response.status, response.body


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"conversation_id": "c", "text": "hi", "parse": {}},
        {"conversation_id": "c", "text": "hi", "parse": {"intent": {"name": None}, "entities": []}},
        {"conversation_id": "c", "text": "hi", "parse": {"intent": {"name": "greet"}}},
        {"conversation_id": 1, "text": "hi", "parse": PARSE},
    ],
)
def test_a_call_that_would_fall_silent_is_refused(body):
    assert find_problem(body)


def test_a_whole_call_is_taken():
    assert find_problem({"conversation_id": "c", "text": "hi", "parse": PARSE}) is None


BODY = {"conversation_id": "c", "text": "hi", "parse": PARSE, "metadata": {"locale": "en"}}


def test_words_buttons_and_cards_stay_one_message():
    async def reply(message: UserMessage) -> None:
        assert message.metadata == {"locale": "en"}
        assert message.parse_data["intent"]["name"] == "greet"
        said = {"text": "hi", "buttons": [{"title": "a"}], "custom": {"cards": []}}
        await message.output_channel.send_response("c", said)

    status, body = run(BODY, reply)
    assert status == 200
    assert b'"text":"hi"' in body
    assert b'"title":"a"' in body
    assert b'"cards":[]' in body


def test_a_turn_that_says_nothing_is_an_error():
    async def silence(_: UserMessage) -> None:
        return None

    assert run(BODY, silence)[0] == 500


def test_a_turn_that_fails_is_an_error():
    async def crash(_: UserMessage) -> None:
        raise RuntimeError("for this test")

    assert run(BODY, crash)[0] == 500


def test_waiting_for_a_conversation_takes_no_second():
    async def both() -> float:
        store = PromptLockStore(endpoint_config=EndpointConfig())

        async def turn() -> None:
            async with store.lock("c"):
                await asyncio.sleep(0.01)

        started = time.perf_counter()
        await asyncio.gather(*(turn() for _ in range(10)))
        return time.perf_counter() - started

    assert asyncio.run(both()) < 0.9


def test_only_the_last_turns_are_sent_to_actions():
    action_calls.install()
    tracker = a_tracker(turns=30)
    tracker.update(SlotSet("wishes", {"color": ["red"]}))
    call = RemoteAction("action_x", None)._action_call_format(tracker, Domain.empty())
    said = [e["text"] for e in call["tracker"]["events"] if e["event"] == "user"]
    assert said == ["message 28", "message 29"]
    assert call["tracker"]["slots"]["wishes"] == {"color": ["red"]}


@pytest.mark.parametrize(
    ("result", "valid"),
    [
        ({"events": [{"event": "slot", "name": "x", "value": {}}], "responses": [{}]}, True),
        ({"events": [{"name": "x"}], "responses": []}, False),
        ({"events": [], "responses": ["x"]}, False),
    ],
)
def test_an_action_s_answer_is_still_checked(result, valid):
    action_calls.install()
    action = RemoteAction("action_x", None)
    if valid:
        assert action._validate_action_result(result)
    else:
        with pytest.raises(Exception, match="Failed validating"):
            action._validate_action_result(result)


def test_a_long_session_ends_and_a_short_one_does_not():
    assert sessions.is_long(a_tracker(turns=sessions.MAX_TURNS))
    assert not sessions.is_long(a_tracker(turns=sessions.MAX_TURNS - 1))


def test_the_processor_ends_sessions_by_turns_and_by_time():
    sessions.install()
    config = SimpleNamespace(session_expiration_time=60, are_sessions_enabled=lambda: True)
    processor = SimpleNamespace(domain=SimpleNamespace(session_config=config))
    expired = MessageProcessor._has_session_expired
    assert expired(processor, a_tracker(turns=sessions.MAX_TURNS))
    assert not expired(processor, a_tracker(turns=1))


def test_a_new_session_remembers_each_slot_once_and_as_it_is_now():
    tracker = a_tracker(turns=1)
    tracker.slots["focus"] = AnySlot("focus", [])
    for value in ("s1", "s2", "s3"):
        tracker.update(SlotSet("focus", value))
    assert [(event.key, event.value) for event in sessions.carry_over(tracker)] == [("focus", "s3")]


def test_a_form_is_not_cut_in_two():
    tracker = a_tracker(turns=sessions.MAX_TURNS)
    tracker.change_loop_to("order_form")
    assert not sessions.is_long(tracker)


@pytest.mark.parametrize(
    ("metadata", "locale"), [(None, "en"), ({"locale": "zh-CN"}, "zh"), ({"locale": None}, "en")]
)
def test_the_language_is_that_of_the_message(metadata, locale):
    assert find_locale(a_tracker(turns=1, metadata=metadata)) == locale


def test_speech_knows_what_it_said_last():
    tracker = a_tracker(turns=1)
    assert last_variation(tracker, "utter_greet") == 1
    assert last_variation(tracker, "utter_other") is None


def test_speech_takes_its_words_when_the_model_is_loaded():
    speech = Speech(endpoint_config=EndpointConfig(), domain=Domain.empty())
    speech.responses = {"utter_greet": [{"text": "a {x}"}, {"text": "b {x}"}]}
    tracker = a_tracker(turns=1)
    said = asyncio.run(speech.generate("utter_greet", tracker, "gateway", x="!"))
    assert said["text"] == "a!"


def test_speech_speaks_the_shoppers_language_and_else_the_domains():
    speech = Speech(endpoint_config=EndpointConfig(), domain=Domain.empty())
    speech.responses = {"utter_goodbye": [{"text": "Bye"}], "utter_new": [{"text": "New"}]}

    def say(response: str, locale: str) -> str:
        tracker = a_tracker(turns=1, metadata={"locale": locale})
        return asyncio.run(speech.generate(response, tracker, "gateway"))["text"]

    assert say("utter_goodbye", "zh-CN") != "Bye"
    assert say("utter_goodbye", "fr") == "Bye"
    assert say("utter_new", "zh-CN") == "New"


def test_turns_are_counted_in_prometheus_format():
    turns = Turns()
    turns.count(seconds=0.03, failed=False)
    turns.count(seconds=9.0, failed=True)
    text = turns.as_prometheus()
    assert 'dialogue_turn_seconds_bucket{le="0.05"} 1' in text
    assert 'dialogue_turn_seconds_bucket{le="+Inf"} 2' in text
    assert "dialogue_turns_failed_total 1" in text


def test_the_model_s_name_changes_with_the_words(tmp_path):
    for name in ("config.yml", "domain/a.yml", "rules/a.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    before = digest(tmp_path)
    assert digest(tmp_path) == before
    (tmp_path / "domain" / "a.yml").write_text("y")
    assert digest(tmp_path) != before


def test_an_output_without_words_is_kept():
    output = GatheringOutput()
    asyncio.run(output.send_response("c", {"custom": {"cards": [1]}}))
    assert output.messages == [{"text": "", "buttons": [], "custom": {"cards": [1]}}]
