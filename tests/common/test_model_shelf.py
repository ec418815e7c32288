import json
from pathlib import Path

import pytest

from common.model_shelf import (
    CARD,
    UnknownModel,
    current_model,
    find_model,
    new_folder,
    promote,
    roll_back,
    stored_models,
)


def a_model(shelf: Path, name: str) -> Path:
    folder = shelf / name
    folder.mkdir(parents=True)
    (folder / CARD).write_text(json.dumps({"metrics": {"accuracy": 0.9}}))
    return folder


def in_use(shelf: Path) -> str | None:
    current = current_model(shelf)
    return current.name if current else None


def test_one_model_is_in_use_at_a_time(tmp_path: Path) -> None:
    one, two = a_model(tmp_path, "one"), a_model(tmp_path, "two")
    assert in_use(tmp_path) is None
    promote(one)
    promote(two)
    assert [(each.folder.name, each.in_use) for each in stored_models(tmp_path)] == [
        ("one", False),
        ("two", True),
    ]


def test_going_back_goes_step_by_step_to_what_ships(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        promote(a_model(tmp_path, name))
    assert roll_back(tmp_path) == tmp_path / "a"
    assert roll_back(tmp_path) == tmp_path / "b"
    promote(tmp_path / "c")
    assert roll_back(tmp_path) == tmp_path / "b"
    assert roll_back(tmp_path) is None
    assert in_use(tmp_path) is None
    with pytest.raises(UnknownModel, match="nothing to go back from"):
        roll_back(tmp_path)


def test_a_model_that_is_gone_is_passed_over(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        promote(a_model(tmp_path, name))
    (tmp_path / "b" / CARD).unlink()
    assert roll_back(tmp_path) == tmp_path / "a"


def test_a_link_that_nobody_logged_goes_back_to_the_newest_before_it(tmp_path: Path) -> None:
    for name in ("20260101", "20260201", "20260301"):
        a_model(tmp_path, name)
    (tmp_path / "current").symlink_to("20260201")
    assert roll_back(tmp_path) == tmp_path / "20260101"


def test_going_back_finds_what_was_put_there_by_hand(tmp_path: Path) -> None:
    for name in ("a", "b"):
        a_model(tmp_path, name)
    (tmp_path / "current").symlink_to("b")
    promote(tmp_path / "a")
    assert roll_back(tmp_path) == tmp_path / "b"


def test_an_unknown_model_is_answered_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="None has been trained"):
        find_model(tmp_path, "one")
    folder = a_model(tmp_path, "one")
    assert find_model(tmp_path, "one") == folder
    with pytest.raises(UnknownModel, match="There are: one"):
        find_model(tmp_path, "two")


def test_what_has_no_readable_card_is_no_model(tmp_path: Path) -> None:
    (a_model(tmp_path, "damaged") / CARD).write_text("{")
    (tmp_path / "empty").mkdir()
    assert list(stored_models(tmp_path)) == []


def test_a_folder_is_named_by_the_time(tmp_path: Path) -> None:
    assert new_folder(tmp_path).name.endswith("Z")
