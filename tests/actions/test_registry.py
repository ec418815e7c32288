import re
from pathlib import Path

import pytest
import yaml

from actions.registry import ACTIONS
from tests.actions.rehearsal import BOT, read_domain, read_rules

ROOT = BOT.parent
RULES = read_rules()
SPOKEN = re.compile(r'"(utter_\w+)"')


def read_list(part: str) -> list[str]:
    names: list[str] = []
    for file in sorted((BOT / "domain").glob("*.yml")):
        for entry in yaml.safe_load(file.read_text()).get(part) or []:
            names += [entry] if isinstance(entry, str) else list(entry)
    return names


def test_every_intent_that_the_nlu_tells_apart_is_in_the_domain_and_has_a_rule() -> None:
    known = set(yaml.safe_load((ROOT / "nlu_data" / "intents.yml").read_text()))
    assert set(read_list("intents")) == known | {"nlu_fallback"}
    # Rasa answers `restart` by itself.
    assert set(RULES) == (known | {"nlu_fallback"}) - {"restart"}


def test_every_action_of_the_domain_is_registered_and_the_other_way_round() -> None:
    assert sorted(read_list("actions")) == sorted(ACTIONS)


def test_every_rule_leads_to_something_that_exists() -> None:
    assert set(RULES.values()) <= set(ACTIONS) | set(read_domain("responses"))


def test_every_action_has_a_rule() -> None:
    assert set(ACTIONS) <= set(RULES.values())


@pytest.mark.parametrize("file", sorted((ROOT / "actions").glob("*.py")), ids=lambda f: f.name)
def test_every_response_that_an_action_names_has_words(file: Path) -> None:
    assert set(SPOKEN.findall(file.read_text())) <= set(read_domain("responses"))


def test_every_button_leads_to_an_intent() -> None:
    for name, variations in read_domain("responses").items():
        for variation in variations:
            for button in variation.get("buttons", ()):
                intent = re.match(r"/(\w+)", button["payload"])
                assert intent, name
                assert intent[1] in RULES or intent[1] == "restart", name
