import random

import numpy as np
import pytest

from nlu.dataset import Example
from nlu.hygiene import examine, fold, likely_errors
from nlu.out_of_fold import out_of_fold


def rows(*pairs: tuple[str, str]) -> list[Example]:
    return [Example(text, intent) for text, intent in pairs]


def test_a_wording_that_stands_there_twice_is_told_whatever_its_case_and_signs() -> None:
    found = examine(rows(("Where is it?", "track_order"), ("where is it", "track_order")))
    assert found.duplicates == {"where is it": 2}
    assert not found.harmful


def test_a_wording_under_two_labels_does_harm() -> None:
    found = examine(rows(("stop", "goodbye"), ("Stop!", "deny"), ("yes", "affirm")))
    assert found.conflicts == {"stop": ["deny", "goodbye"]}
    assert found.harmful


def test_a_held_out_row_that_was_learnt_gives_the_exam_away() -> None:
    learnt = rows(("where is my order now", "track_order"), ("hi", "greet"))
    exam = rows(("Where is my order, now?", "track_order"), ("hey", "greet"))
    assert list(examine(learnt, heldout=exam).leaks) == ["where is my order now"]


def test_so_does_one_that_differs_by_a_letter_unless_it_is_short() -> None:
    learnt = rows(("where is my order now", "track_order"), ("in blue", "refine_search"))
    exam = rows(("where is my ordr now", "track_order"), ("in blues", "refine_search"))
    leaks = examine(learnt, heldout=exam).leaks
    assert leaks == {"where is my ordr now": "where is my order now"}


def test_labels_with_few_rows_or_far_more_than_others_are_told() -> None:
    many = [(f"row {n}", "praise") for n in range(500)]
    some = [(f"word {n} {name}", name) for name in ("greet", "deny") for n in range(15)]
    found = examine(rows(*many, *some, ("bye", "goodbye")))
    assert found.scarce == {"goodbye": 1}
    assert found.dominant == {"praise": 500}


def test_nothing_is_wrong_with_nothing() -> None:
    assert not examine([]).harmful


def test_a_wording_is_the_same_in_any_writing() -> None:
    assert fold("  Ｗhere_is - IT?! ") == fold("where is it")


def clusters(rows_each: int, names: str = "abcdef") -> tuple[np.ndarray, list[str]]:
    """Points of unit length around one corner for each name."""
    rng = np.random.default_rng(7)
    labels = [name for name in names for _ in range(rows_each)]
    corners = np.eye(16)[[names.index(name) for name in labels]]
    points = corners + rng.normal(scale=0.18, size=corners.shape)
    return points / np.linalg.norm(points, axis=1, keepdims=True), labels


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_of_labels_that_were_muddled_most_are_found_and_put_right(seed: int) -> None:
    vectors, right = clusters(60)
    rng = random.Random(seed)
    wrong = set(rng.sample(range(len(right)), len(right) // 10))
    given = [rng.choice(sorted(set(right) - {x})) if n in wrong else x for n, x in enumerate(right)]
    probabilities, names = out_of_fold(vectors, given)
    found = likely_errors(["text"] * len(given), given, probabilities, names=names)
    rows = {error.row for error in found}
    assert len(rows & wrong) >= 0.75 * len(wrong)
    assert len(rows - wrong) <= 0.15 * len(rows)
    assert all(error.suggested == right[error.row] for error in found if error.row in wrong)
    assert [error.margin for error in found] == sorted((e.margin for e in found), reverse=True)


def test_labels_that_are_right_are_left_alone() -> None:
    vectors, labels = clusters(40)
    probabilities, _ = out_of_fold(vectors, labels)
    assert likely_errors(["text"] * len(labels), labels, probabilities) == []


def test_a_judge_has_not_learnt_from_the_row_that_it_judges() -> None:
    vectors, labels = clusters(10, "ab")
    alone = np.vstack([vectors, -vectors[:1]])
    probabilities, names = out_of_fold(alone, [*labels, "c"], folds=5)
    assert names == ["a", "b", "c"]
    assert probabilities[-1, 2] < 0.1
    assert np.allclose(probabilities.sum(axis=1), 1)


def test_one_label_alone_has_no_errors() -> None:
    assert likely_errors(["x"], ["a"], np.ones((1, 1))) == []
    assert likely_errors([], [], np.zeros((0, 2)), names=["a", "b"]) == []
