"""When people shop: the days, hours and months of the demo shop's year."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

DAYS = 365
GROWTH = 0.4
WEEKEND = 1.25
# Share of visits by hour of the day, from midnight.
HOURS = np.array([2, 1, 1, 0, 0, 1, 3, 5, 6, 6, 7, 7, 8, 7, 6, 6, 6, 7, 8, 10, 12, 12, 9, 5])
# Visits begin early enough in an hour to end before the year does.
LATEST_MINUTE = 15
# How long ago an order was placed that is in this state now.
AGES = {
    "placed": timedelta(hours=5),
    "paid": timedelta(hours=20),
    "shipped": timedelta(days=2.6),
    "delivered": timedelta(days=16),
    "returned": timedelta(days=14),
    "refunded": timedelta(days=40),
    "cancelled": timedelta(days=24),
}


class Year:
    """Twelve months that end as `today` begins: nothing lies in the future."""

    def __init__(self, *, rng: np.random.Generator, today: date) -> None:
        self.end = datetime.combine(today, time(), UTC)
        self.start = self.end - timedelta(days=DAYS)
        self._rng = rng
        crowds = np.array([self._crowd(day) for day in range(DAYS)])
        self._crowds: NDArray[np.float64] = crowds / crowds.sum()

    def some_moment(self) -> datetime:
        """A moment to start a visit, likelier when many people shop."""
        day = int(self._rng.choice(DAYS, p=self._crowds))
        hour = int(self._rng.choice(len(HOURS), p=HOURS / HOURS.sum()))
        minute = int(self._rng.integers(0, LATEST_MINUTE))
        return self.start + timedelta(days=day, hours=hour, minutes=minute)

    def moment_for(self, state: str) -> datetime:
        """A moment long enough ago for an order to have come to this state, and not further."""
        minutes = AGES[state] / timedelta(minutes=1) * float(self._rng.uniform(0.9, 1.1))
        return self.end - timedelta(minutes=int(minutes))

    def _crowd(self, day: int) -> float:
        """How many shop on this day: more each month, on weekends and before Christmas."""
        moment = self.start + timedelta(days=day)
        crowd = 1 + GROWTH * day / DAYS
        if moment.weekday() >= 5:
            crowd *= WEEKEND
        if moment.month == 11:
            crowd *= 1.3
        if moment.month == 12 and moment.day < 22:
            crowd *= 1.7
        return crowd
