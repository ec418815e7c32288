"""Requests worked on together: each gets its own answer, and nobody waits for company."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from recommender.batches import Batches
from recommender.encoders import DeviceVectors


class Slow:
    """Doubles numbers, a batch in some milliseconds."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def __call__(self, numbers: list[int]) -> Sequence[int]:
        self.sizes.append(len(numbers))
        time.sleep(0.02)
        if 13 in numbers:
            raise ValueError("thirteen")
        return [2 * number for number in numbers]


def test_everybody_gets_their_own_answer_and_many_share_the_work() -> None:
    slow = Slow()
    together = Batches[int, int](slow, most=8)
    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(together, range(100, 164))) == [2 * n for n in range(100, 164)]
    assert sum(slow.sizes) == 64
    assert max(slow.sizes) == 8
    assert len(slow.sizes) < 32


def test_who_comes_alone_waits_for_nobody() -> None:
    slow = Slow()
    assert Batches[int, int](slow, most=8)(4) == 8
    assert slow.sizes == [1]


def test_an_error_reaches_all_of_its_batch_and_nobody_after() -> None:
    slow = Slow()
    together = Batches[int, int](slow, most=4)
    inside = threading.Barrier(4)

    def ask(number: int) -> int | str:
        inside.wait()
        try:
            return together(number)
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(ask, (1, 2, 13, 3)))
    assert told[2] == "thirteen"
    assert together(5) == 10


def test_directions_of_several_requests_are_parted_again() -> None:
    matrix = np.eye(5, 4, dtype=np.float32)
    placed = DeviceVectors(matrix, device=torch.device("cpu"))
    asked = [np.ones((2, 4), np.float32), np.arange(4, dtype=np.float32)[None, :]]
    first, second = placed._products(asked)
    assert first.tolist() == (matrix @ asked[0].T).tolist()
    assert second.tolist() == (matrix @ asked[1].T).tolist()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_answers_several_at_once_as_one_by_one() -> None:
    matrix = np.random.default_rng(1).standard_normal((200, 16)).astype(np.float32)
    placed = DeviceVectors(matrix, device=torch.device("cuda"))
    asked = [matrix[n : n + 1] for n in range(40)]
    alone = [placed.similar(some) for some in asked]
    with ThreadPoolExecutor(8) as pool:
        for one, several in zip(alone, pool.map(placed.similar, asked), strict=True):
            assert np.allclose(one, several, atol=1e-2)
