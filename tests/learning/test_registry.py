"""Who may be put into use, what is noted of it, and a shelf that is whole wherever it is killed."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from common.errors import BadRequest
from common.model_shelf import (
    CARD,
    UnknownModel,
    current_model,
    current_trial,
    finish,
    promote,
    read_log,
    roll_back,
)
from learning.registry import (
    REPORT,
    SHIPPED,
    NotPassed,
    acting_person,
    content_hash,
    name_in_use,
    put_into_use,
    read_registry,
    take_back,
    try_out,
)


def a_model(shelf: Path, name: str) -> Path:
    folder = shelf / name
    folder.mkdir(parents=True)
    (folder / CARD).write_text(json.dumps({"data_hash": "abc", "origin": {"code": "0.1.0"}}))
    (folder / "weights").write_text(name)
    return folder


def judged(folder: Path, *, passed: bool = True, beside: str = SHIPPED, **more: Any) -> Path:
    checks = [{"name": "corrected", "passed": passed}]
    report = {
        "passed": passed,
        "beside": beside,
        "content": content_hash(folder),
        "checks": checks,
        "headline": {"accuracy": 0.9},
    }
    (folder / REPORT).write_text(json.dumps({**report, **more}))
    return folder


def test_what_passed_serves_and_the_registry_tells_on_what_grounds(tmp_path: Path) -> None:
    judged(a_model(tmp_path, "one"))
    put_into_use(tmp_path, "one", by="command:mira")
    assert name_in_use(tmp_path) == "one"
    [entry] = read_registry(tmp_path)
    assert (entry.model, entry.by, entry.passed, entry.back) == ("one", "command:mira", True, False)
    assert (entry.data_hash, entry.code, entry.metrics) == ("abc", "0.1.0", {"accuracy": 0.9})


def test_what_was_not_judged_does_not_serve(tmp_path: Path) -> None:
    a_model(tmp_path, "one")
    with pytest.raises(NotPassed, match="models judge"):
        put_into_use(tmp_path, "one", by="x")
    assert current_model(tmp_path) is None


def test_what_was_refused_serves_only_with_a_reason_which_is_noted(tmp_path: Path) -> None:
    judged(a_model(tmp_path, "one"), passed=False)
    with pytest.raises(NotPassed, match="corrected"):
        put_into_use(tmp_path, "one", by="x")
    put_into_use(tmp_path, "one", by="x", anyway="the old one is broken")
    [entry] = read_registry(tmp_path)
    assert (entry.passed, entry.reason) == (False, "the old one is broken")


def test_what_changed_after_it_was_judged_does_not_serve(tmp_path: Path) -> None:
    folder = judged(a_model(tmp_path, "one"))
    (folder / "weights").write_text("others")
    with pytest.raises(NotPassed, match="has changed"):
        put_into_use(tmp_path, "one", by="x")


def test_a_verdict_beside_a_model_that_serves_no_more_is_none(tmp_path: Path) -> None:
    judged(a_model(tmp_path, "one"))
    judged(a_model(tmp_path, "two"))
    put_into_use(tmp_path, "one", by="x")
    with pytest.raises(NotPassed, match="judged beside shipped, and one serves now"):
        put_into_use(tmp_path, "two", by="x")
    judged(tmp_path / "two", beside="one")
    put_into_use(tmp_path, "two", by="x")


def test_going_back_is_noted_too(tmp_path: Path) -> None:
    judged(a_model(tmp_path, "one"))
    put_into_use(tmp_path, "one", by="x")
    assert take_back(tmp_path, by="y") is None
    assert [(e.model, e.back, e.by) for e in read_registry(tmp_path)] == [
        ("one", False, "x"),
        (None, True, "y"),
    ]


def test_who_acts_is_the_account_that_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOPKEEPER_JOB_BY", raising=False)
    monkeypatch.delenv("SHOPKEEPER_JOB", raising=False)
    assert acting_person().startswith("command:")
    monkeypatch.setenv("SHOPKEEPER_JOB", "4")
    assert acting_person() == "schedule"
    monkeypatch.setenv("SHOPKEEPER_JOB_BY", "s1")
    assert acting_person() == "staff:s1"


# Kills itself just before the nth thing that it would do to a file.
_KILLED = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from common import model_shelf

    shelf, act, fatal, done = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), 0
    touched = ("open", "os.rename", "os.remove", "os.symlink", "os.mkdir")

    def count(event, args):
        global done
        if event in touched and str(shelf) in str(args[:2]):
            done += 1
            if done == fatal:
                os._exit(9)

    sys.addaudithook(count)
    if act == "promote":
        model_shelf.promote(shelf / "two", facts={"by": "x"})
    else:
        model_shelf.roll_back(shelf, facts={"by": "x"})
""")


def run_killed(shelf: Path, act: str, fatal: int) -> bool:
    """Whether it was killed; else it came to its end before."""
    command = [sys.executable, "-c", _KILLED, str(shelf), act, str(fatal)]
    return subprocess.run(command, check=False).returncode == 9


@pytest.mark.parametrize(
    ("act", "before", "after"), [("promote", "one", "two"), ("back", "two", "one")]
)
def test_a_step_killed_anywhere_leaves_the_shelf_whole_and_a_second_run_finishes(
    tmp_path: Path, act: str, before: str, after: str
) -> None:
    fatal, killed = 0, True
    while killed:
        fatal += 1
        shelf = tmp_path / str(fatal)
        promote(a_model(shelf, "one"))
        two = a_model(shelf, "two")
        if act == "back":
            promote(two)
        steps = len(read_log(shelf))
        killed = run_killed(shelf, act, fatal)
        # Whoever serves has a whole model, and the log can be read.
        current = current_model(shelf)
        assert current is not None
        assert current.name in (before, after)
        assert (current / CARD).is_file()
        assert len(read_log(shelf)) in (steps, steps + 1)
        if act == "promote":
            promote(two, facts={"by": "x"})
        else:
            finish(shelf)
            if name_in_use(shelf) == before:
                roll_back(shelf)
        assert name_in_use(shelf) == after
        log = read_log(shelf)
        assert [step["model"] for step in log[steps:]] == [after] * (len(log) - steps)
        assert log[-1]["model"] == after
        assert not [
            each
            for each in shelf.iterdir()
            if "promotion" in each.name and each.name[0] == "." and each.name.endswith(".json")
        ]
    # It touches files far more often than once.
    assert fatal > 6


def test_a_line_that_was_cut_off_does_not_spoil_the_log(tmp_path: Path) -> None:
    promote(a_model(tmp_path, "one"))
    log = tmp_path / "promotions.jsonl"
    log.write_text(log.read_text() + '{"model": "tw')
    promote(a_model(tmp_path, "two"))
    assert [step["model"] for step in read_log(tmp_path)] == ["one", "two"]
    assert roll_back(tmp_path) == tmp_path / "one"


def test_only_what_may_serve_is_tried_on_shoppers(tmp_path: Path) -> None:
    judged(a_model(tmp_path, "one"))
    judged(a_model(tmp_path, "poor"), passed=False)
    a_model(tmp_path, "new")
    for name, problem in (("poor", "corrected"), ("new", "models judge")):
        with pytest.raises(NotPassed, match=problem):
            try_out(tmp_path, name, share=0.1)
    with pytest.raises(UnknownModel, match="There are: new, one, poor"):
        try_out(tmp_path, "none", share=0.1)
    for share in (0.0, -1.0, 1.5, float("nan")):
        with pytest.raises(BadRequest, match="above 0 and at most 1"):
            try_out(tmp_path, "one", share=share)
    assert current_trial(tmp_path) is None
    assert try_out(tmp_path, "one", share=0.1) == current_trial(tmp_path)
    put_into_use(tmp_path, "one", by="x")
    with pytest.raises(BadRequest, match="serves everybody"):
        try_out(tmp_path, "one", share=0.1)


def test_a_promotion_ends_the_trial_of_its_model_and_of_no_other(tmp_path: Path) -> None:
    for name in ("one", "two"):
        judged(a_model(tmp_path, name))
    trial = try_out(tmp_path, "two", share=0.1)
    put_into_use(tmp_path, "one", by="x")
    assert current_trial(tmp_path) == trial
    judged(tmp_path / "two", beside="one")
    put_into_use(tmp_path, "two", by="x")
    assert current_trial(tmp_path) is None
