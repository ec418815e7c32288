import numpy as np
import pytest

from nlu.calibration import (
    Calibration,
    Evidence,
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


def evidence(
    logits: np.ndarray, nearest: np.ndarray | None = None, votes: np.ndarray | None = None
) -> Evidence:
    return Evidence(
        logits,
        softmax(logits) if votes is None else votes,
        softmax(logits).max(1) if nearest is None else nearest,
    )


def without_own(logits: np.ndarray, labels: np.ndarray) -> Evidence:
    others = logits.copy()
    others[np.arange(len(labels)), labels] = -1e9
    return evidence(others)


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
    calibration = fit(evidence(logits), without_own(logits, labels), labels)
    clear = np.array([[9.0, 0, 0, 0, 0]])
    vague = np.array([[0.4, 0.3, 0.2, 0.3, 0.2]])
    sure = calibration.belief(evidence(clear, np.array([0.95])))[0]
    unsure = calibration.belief(evidence(vague, np.array([0.2])))[0]
    assert unsure < calibration.threshold < sure


def test_a_handful_of_rows_cannot_turn_belief_around() -> None:
    # The rows set aside say the opposite of what is true in general: the unsure ones are right.
    logits = np.array([[2.0, 1.0], [9.0, 0.0], [1.0, 2.0], [9.0, 0.0]])
    labels = np.array([0, 1, 1, 1])
    calibration = fit(evidence(logits), without_own(logits, labels), labels)
    clear, vague = np.array([[9.0, 0.0]]), np.array([[0.3, 0.2]])
    sure = calibration.belief(evidence(clear, np.array([0.9])))[0]
    assert sure > calibration.belief(evidence(vague, np.array([0.1])))[0]


def test_a_calibration_survives_json() -> None:
    logits, labels = noisy_logits(rows=50, classes=4, scale=1.0)
    calibration = fit(evidence(logits), without_own(logits, labels), labels)
    assert Calibration.from_json(calibration.to_json()) == calibration


def test_the_nearest_rows_have_a_say_where_they_know_better_than_the_head() -> None:
    logits, labels = noisy_logits(rows=400, classes=5, scale=1.0)
    knowing = 0.9 * np.eye(5)[labels] + 0.02
    guessing = np.full((400, 5), 0.2)
    shares = [
        fit(evidence(logits, votes=votes), without_own(logits, labels), labels).vote_share
        for votes in (knowing, guessing)
    ]
    assert shares == [0.5, 0.0]


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
