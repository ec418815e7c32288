"""One turn at a time in a conversation, in order of arrival; none waits for another's."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from gateway.errors import TooManyMessages

T = TypeVar("T")


class TurnQueue:
    """A queue of work for each conversation.

    Work goes on when whoever asked for it has hung up: what was said is answered and stored.

    Args:
        most_waiting: how many pieces of work one conversation may have in the queue.
    """

    def __init__(self, *, most_waiting: int) -> None:
        self._most_waiting = most_waiting
        self._last: dict[str, asyncio.Task[Any]] = {}
        self._waiting: Counter[str] = Counter()

    def enqueue(self, conversation_id: str, work: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        """Run the work once all earlier work of this conversation is done, well or badly.

        Raises:
            TooManyMessages: the conversation's queue is full.
        """
        if self._waiting[conversation_id] >= self._most_waiting:
            raise TooManyMessages(
                "Too many messages wait for an answer here: send it again later.", retry_after=10
            )
        task = asyncio.create_task(self._run(self._last.get(conversation_id), work))
        self._last[conversation_id] = task
        self._waiting[conversation_id] += 1
        task.add_done_callback(lambda done: self._forget(conversation_id, done))
        return task

    @property
    def waiting(self) -> int:
        """How many pieces of work are waiting or under way."""
        return self._waiting.total()

    async def drain(self, *, seconds: float) -> None:
        """Wait for the work under way, at most this long; the rest is cancelled."""
        pending = [task for task in self._last.values() if not task.done()]
        if pending:
            _, late = await asyncio.wait(pending, timeout=seconds)
            for task in late:
                task.cancel()

    async def _run(self, previous: asyncio.Task[Any] | None, work: Callable[[], Awaitable[T]]) -> T:
        if previous is not None:
            await asyncio.wait([previous])
        return await work()

    def _forget(self, conversation_id: str, done: asyncio.Task[Any]) -> None:
        self._waiting[conversation_id] -= 1
        if self._last.get(conversation_id) is done:
            del self._last[conversation_id]
            del self._waiting[conversation_id]
        if not done.cancelled():
            # Whoever asked may have gone: mark the error as seen, it was logged where it arose.
            done.exception()
