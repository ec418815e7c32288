"""Very many products compared by bytes: what comes first is what comes first exactly."""

import numpy as np
import pytest
import torch

from recommender.encoders import DeviceVectors
from recommender.lexical import Floats, Mask
from recommender.nearest import MANY, ByteVectors

WIDTH = 48


def vectors(count: int, *, seed: int = 3, width: int = WIDTH) -> Floats:
    """Vectors of length 1 around a few centres, as texts' are."""
    rng = np.random.default_rng(seed)
    made = np.random.default_rng(3).standard_normal((40, width))[rng.integers(0, 40, count)]
    made += 0.6 * rng.standard_normal((count, width))
    unit: Floats = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
    return unit


MATRIX, QUERIES = vectors(20_000), vectors(12, seed=4)
EXACT = MATRIX @ QUERIES.T
MASKS = {
    "everything": None,
    "a third": np.arange(len(MATRIX)) % 3 == 0,
    "few": np.arange(len(MATRIX)) % 97 == 0,
}


@pytest.mark.parametrize("among", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("count", [1, 12])
def test_the_ten_nearest_are_those_of_an_exact_search(count: int, among: Mask | None) -> None:
    nearest = ByteVectors(torch.from_numpy(MATRIX)).nearest(
        torch.from_numpy(QUERIES[:count]), 10, among=among
    )
    allowed = EXACT[:, :count].T if among is None else np.where(among, EXACT[:, :count].T, -np.inf)
    for rows, scores, exact in zip(nearest.rows, nearest.scores, allowed, strict=True):
        assert rows.tolist() == np.argsort(-exact)[:10].tolist()
        assert scores == pytest.approx(exact[rows], abs=1e-5)


@pytest.mark.parametrize("among", MASKS.values(), ids=MASKS)
def test_signs_lose_hardly_any_of_the_ten_nearest(among: Mask | None) -> None:
    matrix, queries = vectors(20_000, width=384), vectors(40, seed=4, width=384)
    wide = ByteVectors(torch.from_numpy(matrix))
    exact = matrix @ queries.T
    allowed = exact if among is None else np.where(among[:, None], exact, -np.inf)
    found = 0
    for column, query in enumerate(torch.from_numpy(queries)):
        rows = wide.nearest(query[None, :], 10, among=among).rows[0]
        found += len({*rows.tolist()} & {*np.argsort(-allowed[:, column])[:10].tolist()})
    assert found >= 0.99 * 10 * len(queries)


@pytest.mark.parametrize("among", MASKS.values(), ids=MASKS)
def test_a_small_catalogue_finds_the_same_ten(among: Mask | None) -> None:
    placed = DeviceVectors(MATRIX, device=torch.device("cpu"))
    found = placed.nearest(QUERIES, 10, among=among)
    allowed = EXACT.T if among is None else np.where(among, EXACT.T, -np.inf)
    assert found.rows.tolist() == np.argsort(-allowed)[:, :10].tolist()
    assert found.scores == pytest.approx(np.take_along_axis(allowed, found.rows, axis=1), abs=1e-5)


def test_what_a_mask_leaves_out_is_not_found_where_it_leaves_fewer_than_asked() -> None:
    among = np.zeros(len(MATRIX), dtype=bool)
    among[[5, 9]] = True
    for queries in (QUERIES[:1], QUERIES):
        found = ByteVectors(torch.from_numpy(MATRIX)).nearest(
            torch.from_numpy(queries), 10, among=among
        )
        assert {frozenset(rows) for rows in found.rows.tolist()} == {frozenset({5, 9})}


@pytest.mark.parametrize("among", MASKS.values(), ids=MASKS)
def test_scores_of_all_are_near_and_those_of_the_first_exact(among: Mask | None) -> None:
    found = ByteVectors(torch.from_numpy(MATRIX)).similar(torch.from_numpy(QUERIES), among=among)
    assert np.abs(found - EXACT).max() < 0.02
    shown = np.arange(len(MATRIX)) if among is None else np.flatnonzero(among)
    for column in range(len(QUERIES)):
        first = shown[np.argsort(-EXACT[shown, column])[:100]]
        assert found[first, column] == pytest.approx(EXACT[first, column], abs=1e-5)


def test_after_goods_changed_and_came_in_the_copy_is_that_of_today() -> None:
    before = ByteVectors(torch.from_numpy(MATRIX[:15_000].copy()))
    now = MATRIX.copy()
    now[[3, 700]] = vectors(2, seed=9)
    kept = ByteVectors(torch.from_numpy(now), before=before)
    anew = ByteVectors(torch.from_numpy(now))
    asked = torch.from_numpy(now[[3, 700, 19_000]])
    assert kept.nearest(asked, 5).rows.tolist() == anew.nearest(asked, 5).rows.tolist()
    assert kept.nearest(asked, 1).rows[:, 0].tolist() == [3, 700, 19_000]


def test_a_large_catalogue_is_ranked_as_exactly_as_a_small_one() -> None:
    matrix = np.resize(MATRIX, (MANY, WIDTH)) + np.float32(1e-3) * vectors(MANY, seed=5)
    placed = DeviceVectors(matrix, device=torch.device("cpu"))
    found, exact = placed.similar(QUERIES), matrix @ QUERIES.T
    assert np.argsort(-found, axis=0)[:10].tolist() == np.argsort(-exact, axis=0)[:10].tolist()
