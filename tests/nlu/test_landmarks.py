import numpy as np
import pytest
import torch

from nlu.landmarks import Landmarks, choose_landmarks


def east_north_west() -> Landmarks:
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    return Landmarks(vectors, torch.tensor([0, 1, 1]))


def test_what_is_nearest_has_nearly_all_the_votes() -> None:
    said = east_north_west().weigh(torch.tensor([[5.0, 0.5]]), torch.zeros(1, 2))
    assert said.votes[0, 0] > 0.99
    assert said.votes.sum() == pytest.approx(1)
    assert said.nearest[0] == pytest.approx(0.995, abs=1e-3)


def test_an_intent_taken_away_neither_scores_nor_votes_nor_is_near() -> None:
    pooled, logits = torch.tensor([[1.0, 0.0]]), torch.tensor([[3.0, 1.0]])
    said = east_north_west().weigh(pooled, logits, without=[0])
    assert said.logits.argmax(1).tolist() == [1]
    np.testing.assert_allclose(said.votes, [[0, 1]], atol=1e-6)
    assert said.nearest[0] == pytest.approx(0, abs=1e-6)


def test_every_intent_keeps_some_rows_and_none_keeps_many() -> None:
    torch.manual_seed(0)
    pooled, intents = torch.randn(60, 4), [0] * 50 + [1] * 9 + [2]
    kept = choose_landmarks(pooled, intents, seed=1)
    assert torch.bincount(kept.owners).tolist() == [20, 9, 1]
    torch.testing.assert_close(kept.vectors.norm(dim=1), torch.ones(30))
    again = choose_landmarks(pooled, intents, seed=1)
    assert torch.equal(kept.vectors, again.vectors)
