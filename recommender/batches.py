"""Requests that come while others are worked on wait and are worked on together."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Batches(Generic[Asked, Answer]):
    """Calls a function with as many things at once as there happen to be.

    Nobody waits for company: who comes first is worked on alone, and those who came meanwhile
    together after that. A batch is as large as the load makes it.
    """

    def __init__(self, work: Callable[[list[Asked]], Sequence[Answer]], *, most: int) -> None:
        """Prepare.

        Args:
            work: answers several, in their order; runs in the thread of one who asks.
            most: at once.
        """
        self._work = work
        self._most = most
        self._waiting: deque[tuple[Asked, Future[Answer]]] = deque()
        self._working = threading.Lock()

    def __call__(self, asked: Asked) -> Answer:
        """The answer to one thing; from any thread.

        Raises:
            Exception: what `work` raised, to all that were in the batch.
        """
        own: Future[Answer] = Future()
        self._waiting.append((asked, own))
        with self._working:
            # Perhaps whoever held it before has worked on this too.
            while not own.done():
                self._work_on_some()
        return own.result()

    def _work_on_some(self) -> None:
        some = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            answers = self._work([asked for asked, _ in some])
            for (_, future), answer in zip(some, answers, strict=True):
                future.set_result(answer)
        except Exception as error:
            for _, future in some:
                if not future.done():
                    future.set_exception(error)
