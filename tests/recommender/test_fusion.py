"""Weights of signs, learnt from what shoppers took."""

import numpy as np
import pytest

from recommender.sequence.fusion import fit_fusion


def test_the_weights_that_shoppers_go_by_are_found() -> None:
    rng = np.random.default_rng(4)
    shoppers, items, truth = 3_000, 30, np.array([1.5, -0.5, 0.0])
    signs = rng.normal(size=(3, shoppers, items)).astype(np.float32)
    # Gumbel noise makes the greatest score a draw from their softmax.
    noise = rng.gumbel(size=(shoppers, items))
    taken = (np.tensordot(truth, signs, axes=1) + noise).argmax(1)
    fusion = fit_fusion(lambda some: signs[:, some], taken, range(shoppers))
    assert fusion.weights == pytest.approx(truth, abs=0.1)
    assert fusion(signs[:, :5]).shape == (5, items)


def test_a_sign_that_always_tells_keeps_a_finite_weight() -> None:
    signs = np.zeros((1, 50, 8), dtype=np.float32)
    taken = np.arange(50) % 8
    signs[0, np.arange(50), taken] = 1.0
    fusion = fit_fusion(lambda some: signs[:, some], taken, range(50))
    assert 3 < fusion.weights[0] < 50
    assert (fusion(signs).argmax(1) == taken).all()
