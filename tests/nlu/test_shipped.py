"""The adapter in the repository: made from today's rows, and as good as it claims."""

import re

import pytest
from rapidfuzz import fuzz

from nlu.card import SHIPPED, read_card
from nlu.dataset import DATA, Example, fingerprint, read_folder, read_intents
from nlu.evaluation import evaluate
from nlu.predictor import Predictor

LARGEST = 5 * 1024 * 1024
_ALIKE = 90


def test_the_adapter_was_trained_from_the_rows_as_they_are_now() -> None:
    assert read_card(SHIPPED).data_hash == fingerprint(read_folder(DATA / "train"))


def test_the_adapter_is_small_enough_to_ship() -> None:
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) <= LARGEST


def test_the_adapter_knows_every_intent() -> None:
    assert set(read_card(SHIPPED).labels.intents) == set(read_intents())


def test_no_heldout_row_is_a_training_row(heldout: list[Example]) -> None:
    learnt = {_plain(example.text) for example in read_folder(DATA / "train")}
    for example in heldout:
        text = _plain(example.text)
        assert not text or text not in learnt, example.text
        # Short phrases are alike by nature: "in blue" and "in black".
        if len(text) > 12:
            nearest = max(learnt, key=lambda other: fuzz.ratio(text, other))
            assert fuzz.ratio(text, nearest) < _ALIKE, (example.text, nearest)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", text.lower()).strip()


@pytest.fixture(scope="module")
def report(shipped: Predictor, heldout: list[Example]) -> dict:  # type: ignore[type-arg]
    return evaluate(shipped, heldout)


@pytest.mark.parametrize(
    ("figure", "floor"),
    [("accuracy", 0.92), ("macro_f1", 0.93), ("in_scope_accuracy", 0.945), ("oos_auroc", 0.975)],
)
def test_heldout_intents_are_told_apart(report: dict, figure: str, floor: float) -> None:  # type: ignore[type-arg]
    assert report[figure] >= floor


def test_heldout_entities_and_sentiment_are_found(report: dict) -> None:  # type: ignore[type-arg]
    assert report["entities"]["value"]["f1"] >= 0.885
    assert report["sentiment"]["accuracy"] >= 0.95


def test_the_card_tells_what_the_report_tells(report: dict) -> None:  # type: ignore[type-arg]
    claimed = read_card(SHIPPED).metrics
    assert claimed["accuracy"] == pytest.approx(report["accuracy"], abs=0.01)
    assert claimed["entity_value_f1"] == pytest.approx(report["entities"]["value"]["f1"], abs=0.01)
