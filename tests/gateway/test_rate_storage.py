"""The counters behind the rate limits: a window that slides, and a size that is bounded."""

import asyncio

from limits import parse
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from gateway.rate_storage import BoundedMemory

TEN = parse("10/minute")


class Clock:
    """Seconds since the epoch, as the test sets them."""

    # A minute begins.
    now = 1_000_000_020.0

    def __call__(self) -> float:
        return self.now


class Counter:
    """Ten a minute, at the clock's time."""

    def __init__(self, *, most_keys: int = 100) -> None:
        self.clock = Clock()
        self.memory = BoundedMemory(most_keys=most_keys, clock=self.clock)
        self.limiter = SlidingWindowCounterRateLimiter(self.memory)

    def taken(self, times: int, *, who: str = "somebody") -> int:
        """How many of so many tries succeed."""

        async def try_often() -> int:
            return sum([await self.limiter.hit(TEN, who) for _ in range(times)])

        return asyncio.run(try_often())


def test_what_is_over_the_limit_is_refused() -> None:
    assert Counter().taken(15) == 10


def test_what_was_refused_is_not_counted() -> None:
    counter = Counter()
    counter.taken(100)

    counter.clock.now += 90

    assert counter.taken(100) == 5


def test_the_window_slides() -> None:
    counter = Counter()
    counter.clock.now += 59
    counter.taken(10)

    counter.clock.now += 7

    # A tenth of the minute in which ten were taken has slid out of sight.
    assert counter.taken(10) == 1


def test_after_two_quiet_minutes_all_is_forgotten() -> None:
    counter = Counter()
    counter.taken(10)

    counter.clock.now += 120

    assert counter.taken(15) == 10


def test_each_caller_has_a_share_of_their_own() -> None:
    counter = Counter()
    counter.taken(10, who="one")

    assert counter.taken(15, who="another") == 10


def test_a_flood_from_many_addresses_takes_no_more_memory() -> None:
    counter = Counter(most_keys=50)

    for number in range(500):
        counter.taken(1, who=f"address {number}")

    assert len(counter.memory) == 50


def test_who_calls_all_the_time_is_not_forgotten_in_a_flood() -> None:
    counter = Counter(most_keys=50)
    refused = 0

    for number in range(500):
        counter.taken(1, who=f"address {number}")
        refused += 1 - counter.taken(1, who="insistent")

    assert refused == 490


def test_one_callers_counters_can_be_cleared_and_all_of_them_reset() -> None:
    counter = Counter()
    counter.taken(10)
    counter.taken(10, who="another")

    asyncio.run(counter.limiter.clear(TEN, "somebody"))
    assert counter.taken(15) == 10

    asyncio.run(counter.memory.reset())
    assert counter.taken(15, who="another") == 10
