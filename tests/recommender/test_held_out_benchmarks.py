"""What the benchmarks of new goods and of months hold back, they do not learn from."""

from datetime import date

import numpy as np
import pytest

from benchmarks.uci import Month, recall_of_strangers
from benchmarks.uci_lines import Lines
from benchmarks.uci_served import Served
from benchmarks.unseen import make_task


def some_lines() -> Lines:
    """Two buyers of January, one of whom comes back in February, and two strangers then."""
    bought = [(0, 0, 1), (1, 1, 2), (0, 2, 33), (2, 2, 35), (3, 2, 40), (3, 0, 41)]
    customers, items, days = np.array(bought).T
    return Lines(customers, items, days, ["FR", "DE", "FR", "FR"], ["cup", "tea", "pot"])


def a_month(*, live: bool) -> Month:
    return Month(some_lines(), date(2011, 1, 1), date(2011, 2, 1), live=live)


def test_new_items_are_in_no_history_and_hidden_ones_are_nowhere() -> None:
    task = make_task([[1, 2, 3], [4, 2, 5], [3, 3]], new=np.array([3]), hidden=np.array([4]))
    assert task.learn == [[1, 2], [2]]
    assert task.asked == [[1, 2]]
    assert task.wanted.tolist() == [0]


def test_of_a_month_nothing_is_known_and_live_what_was_before_the_day() -> None:
    held, live = a_month(live=False), a_month(live=True)
    assert held.who(known=True).tolist() == [0]
    assert held.who(known=False).tolist() == [2, 3]
    assert held.counts(held.asked_on[3], half_life=None).tolist() == [1, 1, 0]
    assert live.counts(live.asked_on[3], half_life=None).tolist() == [1, 1, 2]
    assert live.counts(40, half_life=None, country="DE").tolist() == [0, 1, 0]


def test_strangers_are_found_by_what_they_are_shown_first() -> None:
    month = a_month(live=False)
    everything = recall_of_strangers(month, lambda month, *_: np.ones(3, np.float32))
    assert everything == pytest.approx(1.0)


def test_what_is_served_knows_the_days_before_and_no_other() -> None:
    served, month = Served(some_lines(), [2, 40]), a_month(live=True)
    assert served(month, "FR", 2, stranger=True).tolist() == [1, 0, 0]
    before = served(month, "FR", 40, stranger=False)
    assert (before > 0).tolist() == [True, True, True]
