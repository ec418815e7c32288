"""Work in the background stands back while its process answers somebody.

Threads of one process share Python's lock, and mostly the cores too: a thread that reads 100,000
products would otherwise make every answer beside it take twice as long.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
# Goes through items in its own time: `iter`, or one that gives way now and then.
Pace = Callable[[Iterable[T]], Iterator[T]]

# A process that always answers somebody still gets its other work done.
_PATIENCE_S = 0.25
_AT_ONCE = 100


class Courtesy:
    """Knows whether somebody is being answered."""

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._answers = 0
        self._quiet = threading.Event()
        self._quiet.set()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Somebody waits for what happens in here."""
        with self._counting:
            self._answers += 1
            self._quiet.clear()
        try:
            yield
        finally:
            with self._counting:
                self._answers -= 1
                if not self._answers:
                    self._quiet.set()

    def give_way(self) -> None:
        """Between two small pieces of work: wait until nobody is being answered, or a moment."""
        self._quiet.wait(_PATIENCE_S)

    def paced(self, items: Iterable[T]) -> Iterator[T]:
        """The items, giving way after every hundred of them."""
        for number, item in enumerate(items, start=1):
            yield item
            if number % _AT_ONCE == 0:
                self.give_way()
