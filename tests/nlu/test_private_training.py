"""Training under differential privacy: what it learns, what it reports, what it does not keep."""

from dataclasses import replace
from pathlib import Path

import pytest

from common.errors import ConfigurationError
from nlu import adapter, private_training
from nlu.dataset import Example
from nlu.errors import DatasetError
from nlu.private_training import Privacy, train_privately
from nlu.recipe import Recipe
from nlu.training import Trained

pytest.importorskip("opacus", reason="Opacus is an extra of its own: [private].")

ROWS = [
    *(Example(f"where is my parcel {n}", "track_order") for n in range(30)),
    *(Example(f"i want to give this back {n}", "return_item") for n in range(30)),
]
ASKED = ["where is the parcel", "may i give it back"]
QUICK = Privacy(epsilon=8.0, batch=20, epochs=4)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train_privately(ROWS, QUICK, recipe=Recipe(seed=3), device="cpu")


def test_it_learns_and_says_what_it_cost(trained: Trained, tmp_path: Path) -> None:
    trained.save(tmp_path / "made")
    predictor = adapter.load(tmp_path / "made").predictor()
    given = [predictor.labels.intents[int(p.intents.argmax())] for p in predictor.predict(ASKED)]
    assert given == ["track_order", "return_item"]
    told = predictor.card.recipe["privacy"]
    assert told["epsilon"] == pytest.approx(8.0, abs=0.1)
    assert told["epsilon"] <= 8.0
    assert told["delta"] == pytest.approx(1 / 120)
    assert told["noise"] > 0.3
    assert told["steps"] == 12


def test_what_it_keeps_holds_nothing_of_the_rows(trained: Trained) -> None:
    made = trained.adapter
    # A landmark for each intent, from its name.
    assert made.landmarks.vectors.shape[0] == 2
    assert (made.card.data_hash, made.card.words, made.card.pairs) == ("", {}, {})


def test_less_epsilon_takes_more_noise(trained: Trained) -> None:
    few = train_privately(ROWS, replace(QUICK, epsilon=1.0, epochs=1), device="cpu")
    told, much = (each.adapter.card.recipe["privacy"] for each in (few, trained))
    # Though it takes a quarter of the steps.
    assert told["steps"] < much["steps"]
    assert told["noise"] > 1.5 * much["noise"]


@pytest.mark.parametrize("privacy", [Privacy(epsilon=0.0), Privacy(epsilon=1.0, delta=1.0)])
def test_what_protects_nobody_is_refused(privacy: Privacy) -> None:
    with pytest.raises(ConfigurationError, match="protects nobody"):
        train_privately(ROWS, privacy, device="cpu")


def test_one_intent_alone_is_refused() -> None:
    with pytest.raises(DatasetError, match="two intents"):
        train_privately(ROWS[:30], QUICK, device="cpu")


def test_without_opacus_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opacus", None)
    with pytest.raises(ConfigurationError, match=r"shopkeeper\[private\]"):
        private_training._opacus()
