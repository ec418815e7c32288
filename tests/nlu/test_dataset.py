from dataclasses import replace
from pathlib import Path

import pytest

from nlu.dataset import (
    DATA,
    Example,
    Span,
    fingerprint,
    read_annotations,
    read_file,
    read_folder,
    read_intents,
    spell_names,
    split,
    write_annotations,
)
from nlu.errors import DatasetError

INTENTS = ("greet", "search_product")


def a_file(folder: Path, content: str, *, name: str = "greet.yml") -> Path:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return file


def test_a_row_becomes_its_text_and_its_spans() -> None:
    text, spans = read_annotations(
        'i want [sandals](category) not [boots]{"entity": "category", "role": "exclude"}'
    )
    assert text == "i want sandals not boots"
    assert [(text[s.start : s.end], s.entity, s.role) for s in spans] == [
        ("sandals", "category", "include"),
        ("boots", "category", "exclude"),
    ]


def test_a_misspelt_row_says_what_was_meant() -> None:
    row = 'red [sandels]{"entity": "category", "value": "sandals"}'
    text, (span,) = read_annotations(row)
    assert (text[span.start : span.end], span.value) == ("sandels", "sandals")
    assert write_annotations(text, [span]) == row


@pytest.mark.parametrize("folder", ["train", "heldout"])
def test_every_row_of_the_data_survives_a_round_trip(folder: str) -> None:
    for example in read_folder(DATA / folder):
        row = write_annotations(example.text, example.spans or ())
        assert read_annotations(row) == (example.text, example.spans)


def test_brackets_without_a_label_are_only_text() -> None:
    assert read_annotations("size [see chart] please") == ("size [see chart] please", ())


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("a [hat](headgear)", "unknown entity 'headgear'"),
        ('a [hat]{"entity": "category", "role": "maybe"}', "unknown role 'maybe'"),
        ('a [hat]{"role": "exclude"}', "name the entity"),
        ("a [hat]{category}", "name the entity"),
        ('a [hst]{"entity": "category", "value": []}', "a value is what was meant"),
    ],
)
def test_a_wrong_annotation_is_named_with_file_and_row(
    tmp_path: Path, row: str, complaint: str
) -> None:
    quoted = row.replace("'", "''")
    file = a_file(tmp_path, f"intent: greet\nneutral:\n  - 'hi'\n  - '{quoted}'\n")
    with pytest.raises(DatasetError) as error:
        read_file(file, intents=INTENTS)
    assert "greet.yml, neutral row 2" in error.value.detail
    assert complaint in error.value.detail


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("intent: sing\nneutral: ['la']\n", "unknown intent 'sing'"),
        ("intent: greet\nfurious: ['hi']\n", "unknown list 'furious'"),
        ("intent: greet\nneutral: [no]\n", "is no text"),
        ("- hi\n", "must map names"),
        ("intent: [", "cannot be read"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(
    tmp_path: Path, content: str, complaint: str
) -> None:
    with pytest.raises(DatasetError, match=r"greet\.yml") as error:
        read_file(a_file(tmp_path, content), intents=INTENTS)
    assert complaint in error.value.detail


def test_a_folder_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no rows"):
        read_folder(tmp_path)


def test_every_intent_has_at_least_twenty_rows_to_learn_from() -> None:
    rows = read_folder(DATA / "train")
    for intent in read_intents():
        assert sum(row.intent == intent for row in rows) >= 20, intent


def test_a_split_takes_its_share_of_every_intent_and_loses_nothing() -> None:
    rows = [Example(f"{intent} {n}", intent) for intent in INTENTS for n in range(20)]
    learn, aside = split(rows, share=0.25, seed=3)
    assert sorted(e.text for e in learn + aside) == sorted(e.text for e in rows)
    assert [sum(e.intent == intent for e in aside) for intent in INTENTS] == [5, 5]
    assert split(rows, share=0.25, seed=3) == (learn, aside)


def test_rows_for_their_mood_alone_say_so_and_are_never_set_aside(tmp_path: Path) -> None:
    file = a_file(tmp_path, "intent: greet\ntells_intent: false\nneutral:\n  - 'hi'\n  - 'hello'\n")
    rows = read_file(file, intents=INTENTS)
    assert [row.tells_intent for row in rows] == [False, False]
    assert split(rows, share=0.5, seed=1) == (rows, [])
    told = [replace(row, tells_intent=True) for row in rows]
    assert fingerprint(told) != fingerprint(rows)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CHAT_WITH_AGENT", ["chat with agent"]),
        ("orderStatus", ["order status"]),
        ("faq/shipping-time", ["faq shipping time"]),
        ("17_2", []),
    ],
)
def test_an_intents_name_is_spelt_as_it_is_said(name: str, said: list[str]) -> None:
    assert [e.text for e in spell_names([name])] == said


def test_the_hash_ignores_order_and_notices_a_changed_span() -> None:
    one = Example("red hat", "search_product", "neutral", (Span(0, 3, "color"),))
    two = Example("hi", "greet", "neutral", ())
    changed = Example("red hat", "search_product", "neutral", (Span(0, 3, "brand"),))
    assert fingerprint([one, two]) == fingerprint([two, one])
    assert fingerprint([one, two]) != fingerprint([changed, two])
