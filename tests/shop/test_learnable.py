import json
import re
import stat
import subprocess
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from db.tables.conversations import Conversation, Message
from db.tables.handoffs import MessageLabel
from nlu.rasa_yaml import read_rasa
from shop.learnable import Hint, Learnable, NamedEntity, read_learnable, tidy
from shop.learnable_files import as_rasa, write_learnable
from tests.builders import a_product
from tests.conftest import ROOT, skip_but_on_ci

KEY = "a key of the tests"


def talk(session: Session, name: str, *, consent: bool | None = True) -> str:
    session.add(Conversation(id=name, channel="web", consent_training=consent))
    session.flush()
    return name


def say(session: Session, conversation: str, text: str, **values: Any) -> Message:
    intent = values.pop("intent", "search_product")
    parse = {"text": text, "intent": {"name": intent, "confidence": 0.9}}
    parse["entities"] = values.pop("entities", [])
    message = Message(conversation_id=conversation, role="shopper", text=text, parse=parse)
    for name, value in values.items():
        setattr(message, name, value)
    session.add(message)
    session.flush()
    return message


def an_entity(text: str, surface: str, entity: str, **values: Any) -> dict[str, Any]:
    start = text.index(surface)
    end = start + len(surface)
    return {"entity": entity, "value": surface, "start": start, "end": end, **values}


def correct(session: Session, message: Message, **values: Any) -> None:
    session.add(MessageLabel(message_id=message.id, staff_id="s1", **values))
    session.flush()


def texts(session: Session, **options: Any) -> list[str]:
    return [row.text for row in read_learnable(session, key=KEY, **options)]


@pytest.mark.parametrize("consent", [None, False])
def test_without_consent_nothing_is_learnt_from(session: Session, consent: bool | None) -> None:
    say(session, talk(session, "quiet", consent=consent), "red shoes")
    say(session, talk(session, "open"), "blue shoes")
    assert texts(session) == ["blue shoes"]


def test_only_what_shoppers_typed_themselves_is_there(session: Session) -> None:
    here = talk(session, "talk")
    say(session, here, "Show more", payload="/show_more")
    say(session, here, "Hello! I am a bot.", role="bot")
    say(session, here, "red shoes")
    assert texts(session) == ["red shoes"]


def test_what_staff_corrected_holds_and_the_newest_of_theirs(session: Session) -> None:
    message = say(session, talk(session, "talk"), "it never came", intent="greet")
    correct(session, message, intent="complaint")
    correct(session, message, intent="track_order", sentiment="negative")
    (row,) = read_learnable(session, key=KEY)
    assert (row.intent, row.sentiment, row.corrected) == ("track_order", "negative", True)


def test_a_wording_is_there_once_and_its_correction_outlives_what_comes_after(
    session: Session,
) -> None:
    here = talk(session, "talk")
    correct(session, say(session, here, "Where is it", intent="greet"), intent="track_order")
    say(session, here, "where  is it", intent="goodbye")
    (row,) = read_learnable(session, key=KEY)
    assert row.intent == "track_order"


def test_what_staff_discarded_is_not_there_in_any_writing(session: Session) -> None:
    here = talk(session, "talk")
    correct(session, say(session, here, "asdf", intent="greet"), discarded=True)
    say(session, here, "ASDF", intent="goodbye")
    say(session, here, "red shoes")
    assert texts(session) == ["red shoes"]


def test_what_was_discarded_and_labelled_since_is_there(session: Session) -> None:
    message = say(session, talk(session, "talk"), "asdf")
    correct(session, message, discarded=True)
    correct(session, message, intent="greet")
    assert texts(session) == ["asdf"]


def test_hints_are_learnt_from_where_asked_for_and_never_against_staff(session: Session) -> None:
    here = talk(session, "talk")
    hinted, doubted = say(session, here, "it broke"), say(session, here, "no, the other")
    labelled = say(session, here, "red shoes")
    correct(session, labelled, intent="search_product")
    given = {
        hinted.id: Hint("complaint", "canned"),
        doubted.id: Hint(None, "taken_over"),
        labelled.id: Hint("complaint", "canned"),
    }

    def hints(_: Session, asked: Collection[int]) -> dict[int, Hint]:
        return {each: given[each] for each in asked}

    rows = read_learnable(session, key=KEY, hints=hints)
    assert [(row.text, row.intent, row.weak) for row in rows] == [
        ("it broke", "complaint", "canned"),
        ("red shoes", "search_product", None),
    ]
    assert len(texts(session)) == 3


def test_personal_data_is_masked_and_entities_move_along(session: Session) -> None:
    text = "I'm Emily, ana@mail.example, want red boots"
    red = an_entity(text, "red", "color")
    mail = an_entity(text, "ana@mail.example", "email")
    say(session, talk(session, "talk"), text, entities=[mail, red])
    (row,) = read_learnable(session, key=KEY)
    assert row.text == "I'm [name], [email], want red boots"
    surfaces = {e.entity: row.text[e.start : e.end] for e in row.entities}
    assert surfaces == {"email": "[email]", "color": "red"}
    assert {e.entity: e.value for e in row.entities} == {"email": "[email]", "color": "red"}


def test_the_shops_own_brands_are_no_names(session: Session) -> None:
    session.add(a_product(brand="Perry Ellis"))
    say(session, talk(session, "talk"), "a gift for Perry Ellis, or for Anna Moore, in blue")
    assert texts(session) == ["a gift for Perry Ellis, or for [name], in blue"]


def test_ids_are_pseudonyms_that_only_the_key_makes(session: Session) -> None:
    say(session, talk(session, "talk-1"), "red shoes")
    (row,) = read_learnable(session, key=KEY)
    (other,) = read_learnable(session, key="another key")
    assert "talk-1" not in json.dumps(row.as_json())
    assert row.conversation != other.conversation


def test_only_what_was_said_since_a_day(session: Session) -> None:
    here = talk(session, "talk")
    say(session, here, "old words", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    say(session, here, "new words", created_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert texts(session, since=datetime(2026, 2, 1, tzinfo=UTC)) == ["new words"]


def a_row(text: str, *entities: NamedEntity, intent: str = "search_product") -> Learnable:
    return Learnable("c", "m", text, intent, "neutral", entities, False, "2026-05-04")


AWKWARD = [
    a_row("red shoes", NamedEntity("color", 0, 3, "red")),
    a_row("not red shoes", NamedEntity("color", 4, 7, "red", "exclude")),
    a_row('she said "yes": no # really {not} [it]', intent="deny"),
    a_row("write to [email] (soon)", intent="ask_faq"),
    a_row("👍 日本 ' | > & * ! % @ `", intent="affirm"),
    a_row("yes", intent="affirm"),
    a_row("{}", intent="deny"),
]


def test_rasas_form_is_read_back_with_the_same_texts_intents_and_entities(tmp_path: Path) -> None:
    file = tmp_path / "nlu.yml"
    assert write_learnable(AWKWARD, file, form="rasa") == len(AWKWARD)
    read = {(e.text, e.intent, e.spans or ()) for e in read_rasa(file)}
    assert {(text, intent) for text, intent, _ in read} == {(r.text, r.intent) for r in AWKWARD}
    spans = {text: [(s.entity, s.start, s.end, s.role) for s in found] for text, _, found in read}
    for row in AWKWARD:
        assert spans[row.text] == [(e.entity, e.start, e.end, e.role) for e in row.entities]


@pytest.mark.slow
def test_rasas_own_loader_reads_the_same(tmp_path: Path) -> None:
    python = ROOT / "bot" / ".venv" / "bin" / "python"
    if not python.exists():
        skip_but_on_ci("bot/.venv is not there; `make setup` makes it.")
    file = tmp_path / "nlu.yml"
    write_learnable(AWKWARD, file, form="rasa")
    run = subprocess.run([python, "-c", _READ, file], capture_output=True, text=True, check=True)
    read = {text: (intent, spans) for text, intent, spans in json.loads(run.stdout)}
    assert read == {
        row.text: (row.intent, [[e.entity, e.start, e.end] for e in row.entities])
        for row in AWKWARD
    }


_READ = """
import json, sys
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
print(json.dumps([
    [m.get("text"), m.get("intent"), [[e["entity"], e["start"], e["end"]] for e in m.get("entities") or []]]
    for m in RasaYAMLReader().read(sys.argv[1]).training_examples
]))
"""  # noqa: E501


@given(said=st.lists(st.text(min_size=1), min_size=1, max_size=8))
def test_whatever_shoppers_type_comes_back_from_the_file(
    tmp_path_factory: pytest.TempPathFactory, said: list[str]
) -> None:
    file = tmp_path_factory.mktemp("export") / "nlu.yml"
    rows = [row for text in said if (row := tidy(a_row(text)))]
    write_learnable(rows, file, form="rasa")
    if rows:
        plain = [re.sub(r"\](?=[({])", ")", row.text) for row in rows]
        assert [example.text for example in read_rasa(file)] == plain


def test_what_looks_like_an_annotation_becomes_none(tmp_path: Path) -> None:
    file = tmp_path / "nlu.yml"
    write_learnable([a_row("see [this](link) please")], file, form="rasa")
    (example,) = read_rasa(file)
    assert example.text == "see [this)(link) please"
    assert not example.spans


def test_what_nobody_could_read_is_no_training_data_for_rasa() -> None:
    assert "hm" not in as_rasa([])
    assert (
        write_learnable([a_row("hm", intent="nlu_fallback")], Path("/dev/null"), form="rasa") == 0
    )


def test_a_line_of_json_holds_all_of_it(tmp_path: Path) -> None:
    file = tmp_path / "said.jsonl"
    write_learnable(AWKWARD, file, form="jsonl")
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [line["text"] for line in lines] == [row.text for row in AWKWARD]
    assert lines[0]["entities"][0]["entity"] == "color"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_line_breaks_and_list_marks_do_not_break_the_file(session: Session) -> None:
    say(session, talk(session, "talk"), "- red\nshoes\x07 \n")
    assert texts(session) == ["red shoes"]
