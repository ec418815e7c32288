import numpy as np
import pytest

from nlu.landmarks import Landmarks, draw_landmarks, keep_landmarks


def east_north_west() -> Landmarks:
    vectors = np.array([[1, 0], [0, 1], [-1, 0]], np.float32)
    return Landmarks(vectors, np.array([0, 1, 1]))


def test_what_is_nearest_has_nearly_all_the_votes() -> None:
    said = east_north_west().weigh(np.array([[5, 0.5]], np.float32), np.zeros((1, 2), np.float32))
    assert said.votes[0, 0] > 0.99
    assert said.votes.sum() == pytest.approx(1)
    assert said.nearest[0] == pytest.approx(0.995, abs=1e-3)


def test_an_intent_taken_away_neither_scores_nor_votes_nor_is_near() -> None:
    pooled, logits = np.array([[1, 0]], np.float32), np.array([[3, 1]], np.float32)
    said = east_north_west().weigh(pooled, logits, without=[0])
    assert said.logits.argmax(1).tolist() == [1]
    np.testing.assert_allclose(said.votes, [[0, 1]], atol=1e-6)
    assert said.nearest[0] == pytest.approx(0, abs=1e-6)


def test_every_intent_keeps_some_rows_and_none_keeps_many() -> None:
    intents = [0] * 50 + [1] * 9 + [2]
    kept = draw_landmarks(intents, seed=1)
    assert np.bincount([intents[row] for row in kept]).tolist() == [20, 9, 1]
    assert len(set(kept)) == len(kept)
    assert draw_landmarks(intents, seed=1) == kept != draw_landmarks(intents, seed=2)


def test_what_is_kept_is_of_length_one() -> None:
    pooled = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    kept = keep_landmarks(pooled, [1, 0, 1])
    np.testing.assert_allclose(np.linalg.norm(kept.vectors, axis=1), 1, rtol=1e-5)
    assert kept.owners.tolist() == [1, 0, 1]
