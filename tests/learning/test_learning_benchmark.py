"""The harness of `benchmarks.learning`: who is corrected when, what errs, and what is counted."""

from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.learning import area, corrections_kept, corrections_needed, lines, table
from benchmarks.learning_bot import Bot, Rows, unseen_chances
from benchmarks.learning_gate import run
from benchmarks.learning_lesson import WAYS, Lesson, curve
from benchmarks.learning_plot import draw_lines

INTENTS = ("greet", "leave", "buy", "ask")


def some_rows(count: int, *, seed: int = 0) -> Rows:
    """Messages that lie around their intent's direction, so that anyone can tell them apart."""
    rng = np.random.default_rng(seed)
    places = rng.integers(len(INTENTS), size=count)
    vectors = np.eye(8)[places] + 0.25 * rng.normal(size=(count, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    texts = [f"{INTENTS[place]} in the words of {n}" for n, place in enumerate(places)]
    return Rows(texts, np.array([INTENTS[place] for place in places]), vectors, vectors)


def a_run(accuracies: Sequence[float], *, step: int = 10) -> dict[str, list[float]]:
    return {
        "corrections": [step * n for n in range(len(accuracies))],
        "labelled": [0] * len(accuracies),
        "accuracy": list(accuracies),
        "errors": [0.0] * len(accuracies),
    }


def test_a_lesson_begins_with_a_fifth_and_ends_with_everything() -> None:
    found = curve(some_rows(100), some_rows(60, seed=1), WAYS["ours"], seed=3)
    assert found["corrections"] == [10 * n for n in range(9)]
    assert found["labelled"] == [20 + 10 * n for n in range(9)]
    assert found["errors"] == [0.0] * 9
    assert found["accuracy"][-1] > 0.9


def test_the_same_seed_gives_the_same_curve_and_another_one_another() -> None:
    rows, test = some_rows(60), some_rows(80, seed=1)
    first, again, other = (curve(rows, test, WAYS["random"], seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_all_ways_begin_alike_and_end_alike_where_nobody_errs() -> None:
    rows, test = some_rows(60), some_rows(80, seed=1)
    found = [curve(rows, test, WAYS[way], seed=3) for way in ("random", "margin", "ours")]
    assert len({each["accuracy"][0] for each in found}) == 1
    assert len({each["accuracy"][-1] for each in found}) == 1


def test_a_tenth_of_the_labels_is_wrong_where_people_err() -> None:
    found = curve(some_rows(400), some_rows(20, seed=1), WAYS["random, 10% wrong"], seed=3)
    # Of the four fifths that were corrected.
    assert found["errors"][0] == 0.0
    assert 0.04 < found["errors"][-1] < 0.12


def test_hygiene_sets_most_wrong_labels_aside() -> None:
    lesson = Lesson.begun(some_rows(300), seed=3)
    lesson.known = list(range(300))
    wrong = np.random.default_rng(5).choice(300, size=30, replace=False)
    lesson.labels[wrong] = np.where(lesson.labels[wrong] == "greet", "leave", "greet")
    suspect = lesson._suspect(np.arange(300), seed=3)
    assert suspect[wrong].mean() > 0.8
    assert np.delete(suspect, wrong).mean() < 0.02


def test_alike_messages_cost_one_correction() -> None:
    rows = some_rows(40)
    twice = rows.at([n for n in range(40) for _ in range(2)])
    found = curve(twice, rows, WAYS["ours, alike in one go"], seed=3)
    assert found["labelled"][-1] == 80
    assert found["corrections"][-1] <= 40


def test_rows_are_judged_by_bots_that_did_not_learn_them() -> None:
    rows = some_rows(60)
    chances = unseen_chances(rows.adapted, rows.intents, seed=1)
    assert chances.shape == (60, 4)
    assert chances.sum(1) == pytest.approx(1.0)
    learnt = Bot.taught(rows.adapted, rows.intents).read(rows.adapted)
    assert chances.max(1).mean() < learnt.max(1).mean()


def test_corrections_are_counted_to_the_first_and_to_the_last_time_below() -> None:
    wavering = a_run([0.5, 0.8, 0.7, 0.9, 0.9])
    assert corrections_needed(wavering, 0.75) == 10
    assert corrections_kept(wavering, 0.75) == 30
    assert corrections_needed(wavering, 0.95) is None
    assert corrections_kept(wavering, 0.95) is None


def test_the_area_is_the_mean_accuracy_and_the_end_goes_on() -> None:
    assert area(a_run([0.5, 0.7]), until=10) == pytest.approx(0.6)
    assert area(a_run([0.5, 0.7]), until=20) == pytest.approx((0.5 + 0.7 + 0.7) / 3)


def test_the_table_compares_with_random() -> None:
    found = {
        "random": [a_run([0.5, 0.6, 0.7, 0.8, 0.9])] * 2,
        "ours": [a_run([0.5, 0.7, 0.89, 0.9, 0.9])] * 2,
    }
    rows = table("hint3_curekart", found)
    assert rows[-2].startswith("| random | 0.7000 | 40 ± 0 | 100% | 0 of 2 | 40 ± 0 |")
    assert rows[-1].startswith("| ours | 0.7780 | 20 ± 0 | 50% | 2 of 2 | 20 ± 0 |")


def test_the_plot_names_every_line() -> None:
    found = {"random": [a_run([0.5, 0.9])], "ours": [a_run([0.6, 0.9]), a_run([0.5, 0.9])]}
    picture = draw_lines(lines(found))
    assert picture.startswith("<svg")
    assert ">random<" in picture
    assert ">ours<" in picture


def test_the_gate_lets_no_ruined_bot_through() -> None:
    judged = run(some_rows(300), some_rows(400, seed=1), seed=3)
    assert {each["round"] for each in judged} == {1, 2, 3, 4, 5}
    lost = [each for each in judged if each["kind"] == "most rows lost"]
    worse = [each for each in lost if each["gain"] < -0.01]
    assert not any(each["passed"] for each in worse)
