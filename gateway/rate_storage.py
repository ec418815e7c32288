"""Where the rate limits' counters lie: in memory, of bounded size."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import floor

from limits.aio.storage import SlidingWindowCounterSupport, Storage

# About 10 MB when full.
MOST_KEYS = 50_000


@dataclass(slots=True)
class _Counted:
    """What one key has spent in the window that runs and in the one before."""

    window: int
    current: int = 0
    previous: int = 0


class BoundedMemory(Storage, SlidingWindowCounterSupport):
    """Counters for the sliding window, the least recently seen forgotten first.

    The library's own memory storage grows with every address that calls, and looks through all of
    them a hundred times a second: a flood from many addresses would be paid for twice.

    Args:
        clock: seconds since the epoch.
    """

    STORAGE_SCHEME = None

    def __init__(
        self, *, most_keys: int = MOST_KEYS, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__()
        self._most_keys = most_keys
        self._clock = clock
        self._counted: OrderedDict[str, _Counted] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counted)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong here: nothing that is expected."""
        return ValueError

    async def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        """Spend if the limit allows it. What is refused is not counted."""
        counted, left = self._turn_to(key, expiry)
        spent = counted.previous * left / expiry + counted.current
        if floor(spent) + amount > limit:
            return False
        counted.current += amount
        return True

    async def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """The previous window's count and seconds to live, and the current one's."""
        counted, left = self._turn_to(key, expiry)
        return counted.previous, left, counted.current, left + expiry

    async def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forget a key."""
        self._counted.pop(key, None)

    def _turn_to(self, key: str, expiry: int) -> tuple[_Counted, float]:
        """The key's counters at this moment, and the seconds left of the window that runs."""
        window, into = divmod(self._clock(), expiry)
        counted = self._counted.setdefault(key, _Counted(int(window)))
        self._counted.move_to_end(key)
        if len(self._counted) > self._most_keys:
            self._counted.popitem(last=False)
        if counted.window != window:
            counted.previous = counted.current if counted.window == window - 1 else 0
            counted.window, counted.current = int(window), 0
        return counted, expiry - into

    # Of the base class; the sliding window asks for none of them.

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        counted, _ = self._turn_to(key, expiry)
        counted.current += amount
        return counted.current

    async def get(self, key: str) -> int:
        return self._counted[key].current if key in self._counted else 0

    async def get_expiry(self, key: str) -> float:
        return self._clock()

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        forgotten = len(self._counted)
        self._counted.clear()
        return forgotten

    async def clear(self, key: str) -> None:
        self._counted.pop(key, None)
