"""One turn at a time, in order, whatever happens to the one before."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gateway.errors import TooManyMessages
from gateway.turns import TurnQueue


def test_work_of_one_conversation_runs_in_order_even_after_a_failure() -> None:
    done: list[str] = []

    def work(
        name: str, *, seconds: float = 0.0, fails: bool = False
    ) -> Callable[[], Awaitable[str]]:
        async def run() -> str:
            await asyncio.sleep(seconds)
            done.append(name)
            if fails:
                raise RuntimeError(name)
            return name

        return run

    async def scene() -> None:
        turns = TurnQueue(most_waiting=10)
        first = turns.enqueue("a", work("slow", seconds=0.03))
        second = turns.enqueue("a", work("fails", fails=True))
        third = turns.enqueue("a", work("last"))
        with pytest.raises(RuntimeError):
            await second
        assert (await first, await third) == ("slow", "last")

    asyncio.run(scene())
    assert done == ["slow", "fails", "last"]


def test_a_full_queue_refuses_and_takes_again_when_there_is_room() -> None:
    async def scene() -> None:
        turns = TurnQueue(most_waiting=2)
        free = asyncio.Event()
        waiting = [turns.enqueue("a", free.wait) for _ in range(2)]
        with pytest.raises(TooManyMessages):
            turns.enqueue("a", free.wait)
        other = turns.enqueue("b", free.wait)
        free.set()
        await asyncio.gather(*waiting, other)
        assert await turns.enqueue("a", free.wait)

    asyncio.run(scene())


def test_draining_waits_for_work_under_way_and_no_longer_than_told() -> None:
    async def scene() -> tuple[bool, bool]:
        turns = TurnQueue(most_waiting=2)
        quick = turns.enqueue("a", lambda: asyncio.sleep(0.01))
        endless = turns.enqueue("b", lambda: asyncio.sleep(60))
        await turns.drain(seconds=0.1)
        await asyncio.sleep(0)
        return quick.done() and not quick.cancelled(), endless.cancelled()

    assert asyncio.run(scene()) == (True, True)
