"""Reading what was said, and what a button stands for."""

import pytest

from gateway.understanding import Meaning, meaning_of, read_command


def test_a_command_names_its_intent_and_entities() -> None:
    parse = read_command('/refine_search{"price_max": 50, "color": ["red", "blue"]}')

    assert parse["intent"] == {"name": "refine_search", "confidence": 1.0}
    entities = [(entity["entity"], entity["value"]) for entity in parse["entities"]]
    assert entities == [("price_max", 50), ("color", "red"), ("color", "blue")]
    assert parse["sentiment"]["label"] == "neutral"


def test_a_command_may_be_an_intent_alone() -> None:
    assert read_command("/human_handoff")["entities"] == []


@pytest.mark.parametrize("payload", ["words", "/", "/a b", "/a{", '/a{"b": {}}', "/a{7}"])
def test_nonsense_is_no_command(payload: str) -> None:
    with pytest.raises(ValueError):
        read_command(payload)


def test_a_button_stands_for_a_command_or_for_words() -> None:
    assert meaning_of("/help", title="What can you do?") == Meaning("What can you do?", "/help")
    assert meaning_of("red shoes", title="Red") == Meaning("red shoes")
