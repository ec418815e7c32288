"""Answers row by row say the same as the report on all of them."""

import pytest

from nlu.dataset import Example
from nlu.evaluation import evaluate
from nlu.exam import answer, calibration_bins, figures, intent_rights
from nlu.labels import OUT_OF_SCOPE
from nlu.predictor import Predictor


@pytest.fixture(scope="module")
def rows(heldout: list[Example]) -> list[Example]:
    return heldout[::8]


def test_the_figures_are_those_of_an_evaluation(shipped: Predictor, rows: list[Example]) -> None:
    report = evaluate(shipped, rows)
    answers = answer(shipped, [row.text for row in rows])
    found = figures(rows, answers)
    for name in ("accuracy", "in_scope_accuracy", "oos_auroc", "oos_recall", "ece"):
        assert found[name] == pytest.approx(report[name], abs=1e-4), name
    assert found["entity_f1"] == pytest.approx(report["entities"]["span"]["f1"], abs=1e-4)
    assert found["sentiment_accuracy"] == pytest.approx(report["sentiment"]["accuracy"], abs=1e-4)
    assert sum(intent_rights(rows, answers)) / len(rows) == pytest.approx(found["accuracy"])
    bins = calibration_bins(rows, answers)
    assert sum(count for _, _, count in bins) == sum(row.intent != OUT_OF_SCOPE for row in rows)


def test_no_rows_have_no_figures(shipped: Predictor) -> None:
    assert figures([], []) == {}
    assert answer(shipped, []) == []


def test_what_says_nothing_is_answered_too(shipped: Predictor) -> None:
    assert len(answer(shipped, ["", "  ", "\N{THUMBS UP SIGN}", "hi", "hi"])) == 5
