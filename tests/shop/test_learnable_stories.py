"""Dialogues turn by turn, as an export tells them."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, insert

from db.engine import make_engine
from db.tracker import EVENTS, TRACKER
from nlu.rasa_yaml import read_rasa
from shop.learnable import Learnable, NamedEntity
from shop.learnable_files import write_learnable
from shop.learnable_stories import Story, read_stories, write_stories
from shop.privacy.dialogues import Dialogues
from tests.conftest import ROOT, skip_but_on_ci

KEY = "a key of the tests"
RED = NamedEntity("color", 0, 3, "red")
NOT_BLUE = NamedEntity("color", 0, 4, "blue", "exclude")


class Tracker:
    """Rasa's memory."""

    def __init__(self, url: str) -> None:
        self.dialogues = Dialogues(url)
        self._engine: Engine = make_engine(url)
        TRACKER.create_all(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def note(self, conversation: str, kind: str, **values: Any) -> None:
        data = values.pop("data", {})
        row = {"sender_id": conversation, "type_name": kind, "data": json.dumps(data), **values}
        with self._engine.begin() as connection:
            connection.execute(insert(EVENTS).values(row))

    def began(self, conversation: str) -> None:
        self.note(conversation, "action", action_name="action_session_start")
        self.note(conversation, "session_started")
        self.did(conversation, "action_listen")

    def heard(self, conversation: str, message: int | None, intent: str | None) -> None:
        said = {"metadata": {"message_id": str(message)}, "text": "words of the shopper"}
        self.note(conversation, "user", intent_name=intent, data=said if message else {})

    def did(self, conversation: str, *actions: str) -> None:
        for action in actions:
            self.note(conversation, "action", action_name=action)


@pytest.fixture
def tracker(tmp_path: Path) -> Iterator[Tracker]:
    opened = Tracker(f"sqlite:///{tmp_path / 'tracker.db'}")
    yield opened
    opened.close()


def a_turn(intent: str, *entities: NamedEntity) -> Learnable:
    return Learnable("c", "m", "red shoes", intent, "neutral", entities, False, "2026-05-04")


def told(tracker: Tracker, turns: dict[int, Learnable], **options: Any) -> list[Story]:
    return read_stories(tracker.dialogues, ["talk"], turns, key=KEY, **options)


def test_what_staff_said_of_a_message_holds_in_its_story(tracker: Tracker) -> None:
    tracker.began("talk")
    tracker.heard("talk", 7, "greet")
    tracker.did("talk", "action_search", "action_listen")
    (story,) = told(tracker, {7: a_turn("search_product", RED, NOT_BLUE)})
    assert story.steps == (
        {
            "intent": "search_product",
            "entities": [{"color": "red"}, {"color": "blue", "role": "exclude"}],
        },
        {"action": "action_search"},
    )
    assert "talk" not in story.name


def test_a_tapped_quick_reply_is_a_step_without_words(tracker: Tracker) -> None:
    tracker.began("talk")
    tracker.heard("talk", 7, "affirm")
    tracker.did("talk", "utter_yes")
    (story,) = told(tracker, {})
    assert story.steps == ({"intent": "affirm"}, {"action": "utter_yes"})
    assert "words of the shopper" not in write_stories([story])


def test_a_story_ends_before_what_staff_discarded(tracker: Tracker) -> None:
    tracker.began("talk")
    tracker.heard("talk", 7, "greet")
    tracker.did("talk", "utter_greet")
    tracker.heard("talk", 8, "search_product")
    tracker.did("talk", "action_search")
    (story,) = told(tracker, {}, discarded={8})
    assert [*story.steps] == [{"intent": "greet"}, {"action": "utter_greet"}]


def test_each_session_is_a_story_and_one_without_an_answer_is_none(tracker: Tracker) -> None:
    for message in (7, 8):
        tracker.began("talk")
        tracker.heard("talk", message, "greet")
        tracker.did("talk", "utter_greet")
    tracker.began("talk")
    tracker.heard("talk", 9, "goodbye")
    names = [story.name for story in told(tracker, {})]
    assert len(names) == len(set(names)) == 2


def test_only_the_conversations_that_may_be_learnt_from_are_told(tracker: Tracker) -> None:
    tracker.began("other")
    tracker.heard("other", 7, "greet")
    tracker.did("other", "utter_greet")
    assert told(tracker, {}) == []


def test_a_shop_whose_bot_never_ran_has_no_stories(tmp_path: Path) -> None:
    nothing = Dialogues(f"sqlite:///{tmp_path / 'none.db'}")
    assert read_stories(nothing, ["talk"], {}, key=KEY) == []
    assert write_stories([]) == ""


STORIES = [
    Story(
        "c1",
        (
            {"intent": "search_product", "entities": [{"color": "red"}, {"price_max": 60}]},
            {"action": "action_search"},
            {"active_loop": "cart_form"},
            {"active_loop": None},
            {"intent": "affirm"},
            {"action": "utter_yes"},
        ),
    )
]
WANTED = {"gift_wrap": "Wants it\nwrapped."}


def export(folder: Path) -> Path:
    file = folder / "export.yml"
    rows = [a_turn("search_product", RED), a_turn("gift_wrap")]
    write_learnable(rows[:1], file, form="rasa", stories=STORIES, wanted=WANTED)
    return file


def test_stories_stand_beside_the_messages_and_both_are_read_back(tmp_path: Path) -> None:
    file = export(tmp_path)
    read = yaml.safe_load(file.read_text())
    assert read["stories"] == [{"story": "c1", "steps": list(STORIES[0].steps)}]
    assert [example.text for example in read_rasa(file)] == ["red shoes"]
    assert "#   gift_wrap: Wants it wrapped." in file.read_text()


@pytest.mark.slow
def test_rasas_own_reader_reads_the_same_steps(tmp_path: Path) -> None:
    python = ROOT / "bot" / ".venv" / "bin" / "python"
    if not python.exists():
        skip_but_on_ci("bot/.venv is not there; `make setup` makes it.")
    run = subprocess.run(
        [python, "-c", _READ, export(tmp_path)], capture_output=True, text=True, check=True
    )
    (steps,) = json.loads(run.stdout.splitlines()[-1])
    assert steps == [
        ["user", "search_product", [["color", "red"], ["price_max", "60"]]],
        ["action", "action_search"],
        ["active_loop", "cart_form"],
        ["active_loop", None],
        ["user", "affirm", []],
        ["action", "utter_yes"],
    ]


_READ = """
import json, sys
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
domain = Domain.from_dict({
    "intents": ["search_product", "affirm"], "entities": ["color", "price_max"],
    "actions": ["action_search"], "responses": {"utter_yes": [{"text": "Yes"}]},
    "forms": {"cart_form": {"required_slots": []}},
})
def told(event):
    name = event.type_name
    if name == "user":
        found = [[e["entity"], str(e["value"])] for e in event.entities]
        return ["user", event.intent["name"], found]
    return [name, event.action_name if name == "action" else event.name]
steps = YAMLStoryReader(domain).read_from_file(sys.argv[1])
known = ("user", "action", "active_loop")
kept = [[told(e) for e in step.events if e.type_name in known] for step in steps]
print(json.dumps([[e for e in step if e[1] != "action_listen"] for step in kept]))
"""
