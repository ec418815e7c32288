import numpy as np
import pytest

from nlu.calibration import (
    Calibration,
    auroc,
    expected_calibration_error,
    fit,
    fit_temperature,
    softmax,
)


def noisy_logits(*, rows: int, classes: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(classes, size=rows)
    logits = rng.normal(size=(rows, classes))
    logits[np.arange(rows), labels] += 2.0
    return logits * scale, labels


def test_a_model_that_is_too_sure_of_itself_is_cooled_down() -> None:
    logits, labels = noisy_logits(rows=600, classes=8, scale=5.0)
    temperature = fit_temperature(logits, labels)
    right = logits.argmax(1) == labels
    before = expected_calibration_error(softmax(logits).max(1), right)
    after = expected_calibration_error(softmax(logits / temperature).max(1), right)
    assert temperature > 1
    assert after < before / 2


def test_what_is_near_no_class_is_believed_less() -> None:
    logits, labels = noisy_logits(rows=400, classes=5, scale=2.0)
    cosines = softmax(logits)
    calibration = fit(logits, cosines, labels)
    clear = np.array([[9.0, 0, 0, 0, 0]])
    vague = np.array([[0.4, 0.3, 0.2, 0.3, 0.2]])
    sure = calibration.belief(clear, np.array([0.95]))[0]
    unsure = calibration.belief(vague, np.array([0.2]))[0]
    assert unsure < calibration.threshold < sure


def test_a_calibration_survives_json() -> None:
    logits, labels = noisy_logits(rows=50, classes=4, scale=1.0)
    calibration = fit(logits, softmax(logits), labels)
    assert Calibration.from_json(calibration.to_json()) == calibration


@pytest.mark.parametrize(
    ("positive", "negative", "area"),
    [
        ([3.0, 4.0], [1.0, 2.0], 1.0),
        ([1.0, 2.0], [3.0, 4.0], 0.0),
        ([1.0, 3.0], [2.0, 4.0], 0.25),
        ([1.0, 1.0], [1.0], 0.5),
        ([1.0], [], None),
    ],
)
def test_auroc_counts_pairs_in_the_right_order(
    positive: list[float], negative: list[float], area: float | None
) -> None:
    assert auroc(np.array(positive), np.array(negative)) == area


def test_perfect_confidence_has_no_calibration_error() -> None:
    assert expected_calibration_error(np.array([1.0, 1.0]), np.array([True, True])) == 0
    assert expected_calibration_error(np.array([0.95] * 4), np.array([False] * 4)) == pytest.approx(
        0.95
    )
