"""What refuses a candidate, one thing at a time, and the report that tells why."""

import json
import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from common.model_shelf import CARD
from learning.evidence import Rows, Stories, check_model
from learning.gate import judge
from learning.registry import PAGE, REPORT, content_hash, read_report
from learning.replay import Replay, Turn, compare, compare_answers
from learning.report import build, of_language, write
from nlu.dataset import Example, Span
from nlu.exam import Answer
from nlu.labels import OUT_OF_SCOPE

INTENTS = ("greet", "deny", "affirm", OUT_OF_SCOPE)


def an_answer(given: str = "greet", **values: Any) -> Answer:
    known: dict[str, Any] = {
        "given": given,
        "top": given,
        "confidence": 0.95,
        "in_scope": 0.1 if given == OUT_OF_SCOPE else 0.9,
        "sentiment": "neutral",
        "entities": frozenset({("color", "include", 0, 3)}),
    }
    return Answer(**{**known, **values})


def some_rows(count: int = 600, **wrong: list[int]) -> Rows:
    """Rows that both models read right, but for those named as wrong before or after."""
    examples = [
        Example(f"red {n}", INTENTS[n % 4], "neutral", (Span(0, 3, "color"),)) for n in range(count)
    ]
    before, after = (
        [
            an_answer("affirm" if n in wrong.get(side, ()) else example.intent)
            for n, example in enumerate(examples)
        ]
        for side in ("before", "after")
    )
    return Rows(examples, before, after)


GOOD: dict[str, Any] = {
    "times": ([5.0] * 50, [5.2] * 50),
    "stories": Stories({"a wish": []}, {"a wish": []}),
    "replay": Replay(),
}
NOTHING = Rows([], [], [])


def refused(heldout: Rows | None = None, corrected: Rows = NOTHING, **values: Any) -> list[str]:
    """The names of the checks that do not let such a candidate pass."""
    checks = check_model(heldout or some_rows(), corrected, **{**GOOD, **values})
    return list(judge(checks).refused_by)


def test_a_candidate_that_reads_all_as_before_passes() -> None:
    assert refused() == []


def test_one_that_is_worse_on_what_ships_does_not() -> None:
    assert "heldout" in refused(some_rows(after=[0, 4]))


def test_corrected_messages_must_be_gained_where_they_are_few() -> None:
    assert refused(corrected=some_rows(40)) == ["corrected"]
    assert refused(corrected=some_rows(40, before=[0, 1, 2, 4, 5, 6, 8, 9])) == []


def test_an_intent_may_not_be_lost_for_the_sake_of_others() -> None:
    # Six greetings for seven refusals.
    greetings, refusals = [0, 4, 8, 12, 16, 20], [1, 5, 9, 13, 17, 21, 25]
    rows = some_rows(200, after=greetings, before=refusals)
    assert "intents" in refused(rows)


def test_entities_and_moods_may_not_get_worse() -> None:
    rows = some_rows()
    blind = [an_answer(row.intent, entities=frozenset()) for row in rows.examples]
    assert refused(Rows(rows.examples, rows.before, blind)) == ["entities"]
    sad = [an_answer(row.intent, sentiment="negative") for row in rows.examples]
    assert refused(Rows(rows.examples, rows.before, sad)) == ["moods"]


def test_what_is_out_of_scope_must_stay_so() -> None:
    rows = some_rows()
    eager = [an_answer(row.intent, in_scope=0.9) for row in rows.examples]
    assert refused(Rows(rows.examples, rows.before, eager)) == ["out_of_scope"]


def test_confidence_must_stay_honest() -> None:
    rows = some_rows()
    meek = [an_answer(row.intent, confidence=0.5) for row in rows.examples]
    assert refused(Rows(rows.examples, rows.before, meek)) == ["calibration"]


def test_it_may_not_be_slower() -> None:
    assert refused(times=([5.0] * 50, [6.0] * 50)) == ["speed"]
    assert refused(times=([], [])) == ["speed"]


@pytest.mark.parametrize(
    ("before", "after", "passes"),
    [
        ({"a": []}, {"a": ["no cards"]}, False),
        ({"a": ["no cards"]}, {"a": ["no cards"]}, True),
        ({"a": ["no cards"], "b": []}, {"a": [], "b": ["no cards"]}, False),
        ({}, {}, False),
    ],
)
def test_no_scripted_conversation_may_break(
    before: dict[str, list[str]], after: dict[str, list[str]], *, passes: bool
) -> None:
    assert (refused(stories=Stories(before, after)) == []) is passes


def test_stories_that_nobody_held_are_not_passed_silently() -> None:
    assert refused(stories=Stories(missing="Rasa is not there.")) == ["stories"]


def a_turn(text: str, number: int = 0, **values: Any) -> Turn:
    return Turn("c1", "talk", f"m{number}", text, values.pop("masked", text), **values)


def test_a_replay_tells_what_is_read_otherwise_and_refuses_another_bot() -> None:
    turns = [a_turn(f"text {n}", n) for n in range(10)]
    before = [an_answer("greet") for _ in turns]
    after = [an_answer("deny", sentiment="negative"), *before[1:]]
    replay = compare(turns, before, after)
    (found,) = replay.differences
    assert (found.text, found.kinds) == ("text 0", ("intent", "sentiment"))
    assert (found.before, found.after) == ("greet (95%); neutral", "deny (95%); negative")
    assert refused(replay=replay) == []
    other = [an_answer("deny") for _ in turns]
    assert refused(replay=compare(turns, before, other)) == ["replay"]
    lost = [an_answer(OUT_OF_SCOPE), *before[1:]]
    assert refused(replay=compare(turns, before, lost)) == ["replay"]


def test_answers_differ_by_goods_state_or_plainly_other_words() -> None:
    turns = [a_turn(f"text {n}", n) for n in range(4)]

    def said(text: str, *goods: str, state: str = "bot") -> dict[str, Any]:
        cards = [{"title": each} for each in goods]
        return {"state": state, "messages": [{"text": text, "cards": cards}]}

    before = [said("Here are lamps", "A", "B"), said("Hello there!"), said("Bye"), said("Yes")]
    after = [
        said("Here are lamps", "B", "A"),
        said("Hello there"),
        said("I did not get that, sorry."),
        said("Yes", state="queued"),
    ]
    found = compare_answers(turns, before, after)
    assert [each.message for each in found] == ["m0", "m2", "m3"]
    assert found[0].before == "Here are lamps [A; B]"


class _Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "one"
    made.mkdir()
    (made / CARD).write_text("{}")
    return made


def a_report(folder: Path, **values: Any) -> dict[str, Any]:
    heldout, corrected = some_rows(before=[0, 4, 8]), some_rows(40, before=[0, 1, 2, 4, 5, 6, 8, 9])
    turns = [a_turn("i am Ida", masked="i am [name]"), a_turn("<b>bold</b>", 1)]
    replay = compare(turns, [an_answer()] * 2, [an_answer("deny")] * 2)
    stories = values.pop("stories", GOOD["stories"])
    checks = check_model(heldout, corrected, times=GOOD["times"], stories=stories, replay=Replay())
    origin = {"by": "staff:s1", "at": "2026-11-21T17:00:00+00:00", "code": "0.1.0"}
    return build(
        folder,
        judge(checks),
        kind="nlu",
        beside="shipped",
        card={"data_hash": "abc", "origin": {**origin, "rows": {"learnt": 5, "conflict": 2}}},
        headline=heldout.figures[1],
        more=of_language(heldout, corrected, stories=stories, replay=replay),
    )


def test_a_report_is_what_promotion_asks_for(folder: Path) -> None:
    write(folder, a_report(folder))
    report = read_report(folder)
    assert report is not None
    assert (report["passed"], report["beside"], report["model"]) == (True, "shipped", "one")
    assert report["content"] == content_hash(folder)
    assert {"name", "passed", "before", "after", "margin", "detail"} == set(report["checks"][0])
    assert report["headline"]["accuracy"] == 1.0
    assert (report["data_hash"], report["origin"]["by"]) == ("abc", "staff:s1")
    for name in (REPORT, PAGE):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_its_page_is_whole_escaped_and_without_script(folder: Path) -> None:
    write(folder, a_report(folder, stories=Stories({"<i>x</i>": []}, {"<i>x</i>": ["a & b"]})))
    html = (folder / PAGE).read_text()
    page = _Page(html)
    assert not {"script", "iframe", "img", "link", "object", "b", "i"} & set(page.tags)
    assert page.tags.count("svg") == 2
    names = {name for name, _ in page.attributes}
    # A policy may forbid styles of single elements; nothing is fetched, and nothing acts.
    assert not {"style", "src", "href"} & names
    assert not [name for name in names if name.startswith("on")]
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert "a &amp; b" in html
    assert "i am [name]" in html
    assert "Ida" not in html
    assert "Ida" not in json.dumps(read_report(folder))
    assert "prefers-color-scheme: dark" in html
    assert re.search("did not pass 1 of 10 checks", html)


def test_a_recommenders_report_has_a_page_too(folder: Path) -> None:
    verdict = judge([])
    report = build(
        folder, verdict, kind="recommender", beside="shipped", card={}, headline={"ndcg@10": 0.1}
    )
    write(folder, report)
    assert "May this model serve?" in (folder / PAGE).read_text()
