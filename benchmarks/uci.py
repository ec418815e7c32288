"""What the time and the country tell of the next purchases, over a real gift shop's invoices.

    python -m benchmarks.uci [--live] [--test]

The last month is held out: nothing of it is known, or with `--live`, as in a shop that counts on,
what others bought before the day on which a customer is asked. Those who bought before are ranked
all goods that they have not had, by what they bought and by what others buy, without and with the
time and their country; those who never bought, by their country alone, as the product's own code
counts it in a database of what was known. Weights are learnt, and settings are chosen, on the
months before it; `--test` shows the last month, looked at once.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmarks.uci_lines import FILE, Lines, days_since_start, read_lines
from benchmarks.uci_served import Served
from recommender.lexical import Floats
from recommender.sequence.fusion import Fusion, fit_fusion
from recommender.sequence.histories import from_items
from recommender.sequence.neighbours import IN_ORDER, Neighbours

# The first days of the months to learn from, to choose by, and to test on, and the end of all.
_LEARN, _CHOOSE = date(2011, 7, 1), date(2011, 8, 1)
_TEST, _END = date(2011, 9, 1), date(2011, 10, 1)
# Strangers are few: more months to choose by.
_EARLIER = (date(2011, 4, 1), date(2011, 5, 1), date(2011, 6, 1))
_CUT = 20
# Goods of one buyer's month that weights are learnt from, and buyers of a month.
_TAUGHT, _TEACHERS = 2, 400
HALF_LIVES = (7, 14, 30, 60)
TRUSTS = (50, 200, 1_000)
GOALS = {"known": 1.05, "strangers": 1.2}


def main() -> int:
    """Learn, choose, measure and print; 1 where the data is absent or a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--test", action="store_true", help="the last month, once")
    parser.add_argument("--live", action="store_true", help="sales count up to the day before")
    asked = parser.parse_args()
    if not FILE.is_file():
        print(f"{FILE} is not there: name the folder of real data by SHOPKEEPER_DATA.")
        return 1
    lines = read_lines()
    print(
        f"{len(lines.items)} purchases, {len(lines.countries)} customers, {len(lines.names)} goods"
    )
    print("| month | who | ranking | recall@20 | over the first |\n|" + "---|" * 5)
    missed = _known(lines, live=asked.live, test=asked.test) < GOALS["known"]
    return int(missed | (_strangers(lines, live=asked.live, test=asked.test) < GOALS["strangers"]))


def _known(lines: Lines, *, live: bool, test: bool) -> float:
    """Those who bought before; how much the time and the country help in the last month shown."""
    learn = Month(lines, _LEARN, _CHOOSE, live=live)
    choose = Month(lines, _CHOOSE, _TEST, live=live)
    chosen = choose_systems(learn, choose)
    report("August", "known", {name: found for name, (_, found) in chosen.items()})
    if test:
        last = Month(lines, _TEST, _END, live=live)
        found = {
            name: recall(last, system, fit(system, [learn, choose]))
            for name, (system, _) in chosen.items()
        }
        return report("September", "known", found)
    return GOALS["known"]


def _strangers(lines: Lines, *, live: bool, test: bool) -> float:
    """Those who never bought before."""
    firsts = [*_EARLIER, _LEARN, _CHOOSE, _TEST, _END][: None if test else -1]
    months = [Month(lines, first, end, live=live) for first, end in pairwise(firsts)]
    days = {month.asked_on[buyer] for month in months for buyer in month.who(known=False).tolist()}
    rankings = to_strangers(Served(lines, days))
    found = {
        name: [recall_of_strangers(month, rank) for month in months]
        for name, rank in rankings.items()
    }
    before = {name: float(np.mean(values[: len(_EARLIER) + 2])) for name, values in found.items()}
    report("April to August", "strangers", before)
    if test:
        return report("September", "strangers", {name: each[-1] for name, each in found.items()})
    return GOALS["strangers"]


def report(month: str, who: str, found: Mapping[str, float]) -> float:
    """Print the figures; the last one over the first."""
    base = next(iter(found.values()))
    for name, value in found.items():
        print(f"| {month} | {who} | {name} | {value:.4f} | {value / base:.3f} |", flush=True)
    return value / base


class Month:
    """A month that is foreseen from all before it, and who bought in it.

    Attributes:
        before: what was known.
        bought: what each buyer bought that they had not had, by customer.
    """

    def __init__(self, lines: Lines, first: date, end: date, *, live: bool) -> None:
        self.day = days_since_start(first)
        self.before = lines.until(self.day)
        during = lines.during(self.day, days_since_start(end))
        self._counted = lines if live else self.before
        # The first day in the month of each buyer, or the month's.
        self.asked_on: dict[int, int] = {}
        for customer, day in zip(during.customers.tolist(), during.days.tolist(), strict=True):
            self.asked_on.setdefault(customer, day if live else self.day)
        had: dict[int, set[int]] = {}
        for customer, item in zip(self.before.customers, self.before.items, strict=True):
            had.setdefault(int(customer), set()).add(int(item))
        self.had = had
        self.bought: dict[int, set[int]] = {}
        for customer, item in zip(during.customers, during.items, strict=True):
            if int(item) not in had.get(int(customer), ()):
                self.bought.setdefault(int(customer), set()).add(int(item))
        self._kept: dict[object, Floats] = {}

    def who(self, *, known: bool) -> NDArray[np.intp]:
        """Buyers that were known before, or strangers, by number."""
        return np.array([c for c in sorted(self.bought) if (c in self.had) == known], np.intp)

    def counts(
        self,
        day: int,
        *,
        half_life: float | None,
        country: str | None = None,
    ) -> Floats:
        """How many bought each good [n], as far as it is known.

        Args:
            day: before which.
            half_life: in days; None counts all times alike.
            country: of the buyers; None counts everybody.
        """
        key = (day, half_life, country)
        return self._once(key, lambda: self._counts(day, half_life, country))

    def _once(self, key: object, make: Callable[[], Floats]) -> Floats:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def _counts(self, day: int, half_life: float | None, country: str | None) -> Floats:
        lines = self._counted.until(day)
        weights = np.ones(len(lines.items))
        if half_life is not None:
            weights = 0.5 ** ((day - lines.days) / half_life)
        if country is not None:
            weights = weights * (np.array(lines.countries) == country)[lines.customers]
        counts = np.bincount(lines.items, weights=weights, minlength=len(lines.names))
        return counts.astype(np.float32)

    def history(self, customers: NDArray[np.intp]) -> Floats:
        """What neighbours of their purchases say [u, n]; 0 for strangers."""
        return self._once(customers.tobytes(), lambda: self._history(customers))

    def _history(self, customers: NDArray[np.intp]) -> Floats:
        order = np.lexsort((self.before.days, self.before.customers))
        whose, what = self.before.customers[order], self.before.items[order]
        everybody, starts = np.unique(whose, return_index=True)
        tracks = dict(zip(everybody.tolist(), np.split(what, starts[1:]), strict=True))
        items = len(self.before.names)
        learnt = from_items([track.tolist() for track in tracks.values()])
        neighbours = Neighbours.count(learnt, items=items, nearness=IN_ORDER)
        counted = neighbours(from_items([tracks.get(int(c), [])[-50:] for c in customers]))
        return counted / np.maximum(counted.sum(1, keepdims=True), 1e-9)


# What a shop shows to somebody of a country whom it does not know: shares of its goods [n].
Shares = Callable[[Month, str, int], Floats]


def _of_country(
    month: Month, country: str, day: int, *, half_life: float | None, trust: float
) -> Floats:
    """The shares of goods in a country, drawn to the world's by so many purchases."""
    world = month.counts(day, half_life=half_life)
    own = month.counts(day, half_life=half_life, country=country)
    shares: Floats = (own + trust * world / world.sum()) / (own.sum() + trust)
    return shares


def to_strangers(served: Served) -> Mapping[str, Shares]:
    """Rankings for those who never bought; the last is what the product does."""
    return {
        "their country, ever": partial(_of_country, half_life=None, trust=1e-3),
        "their country, lately": partial(served, stranger=False),
        "first orders of their country, lately": partial(served, stranger=True),
    }


def recall_of_strangers(month: Month, rank: Shares) -> float:
    """Recall of the twenty that somebody of their country is shown, over all strangers."""
    shown: dict[tuple[str, int], set[int]] = {}
    found = []
    for buyer in month.who(known=False).tolist():
        asked = month.before.countries[buyer], month.asked_on[buyer]
        if asked not in shown:
            shown[asked] = set(np.argsort(-rank(month, *asked), kind="stable")[:_CUT].tolist())
        wanted = month.bought[buyer]
        found.append(len(wanted & shown[asked]) / min(_CUT, len(wanted)))
    return float(np.mean(found))


Signs = Callable[[Month, NDArray[np.intp]], Floats]


def choose_systems(learn: Month, choose: Month) -> Mapping[str, tuple[Signs, float]]:
    """For each ranking the settings that the second month likes best, learnt on the first."""
    families: Mapping[str, list[Signs]] = {
        "without": [_untimed],
        "with time": [partial(_timed, half_life=days) for days in HALF_LIVES],
        "with time and country": [
            partial(_timed, half_life=days, trust=trust) for days in HALF_LIVES for trust in TRUSTS
        ],
    }
    return {
        name: max(
            ((signs, recall(choose, signs, fit(signs, [learn]))) for signs in some),
            key=lambda each: each[1],
        )
        for name, some in families.items()
    }


def _untimed(month: Month, customers: NDArray[np.intp]) -> Floats:
    """What a shop without a calendar knows."""
    ever = [_log(month.counts(month.asked_on[c], half_life=None)) for c in customers.tolist()]
    return np.stack([_log(month.history(customers) * 1e3), np.stack(ever)])


def _timed(
    month: Month, customers: NDArray[np.intp], *, half_life: float, trust: float | None = None
) -> Floats:
    """What others bought lately too, and their country as far as its numbers reach."""
    days = [month.asked_on[customer] for customer in customers.tolist()]
    lately = [_log(month.counts(day, half_life=half_life)) for day in days]
    parts = [*_untimed(month, customers), np.stack(lately)]
    if trust is not None:
        asked = [(month.before.countries[c], day) for c, day in zip(customers, days, strict=True)]
        rows = {
            each: _log(1e4 * _of_country(month, *each, half_life=half_life, trust=trust))
            for each in set(asked)
        }
        parts.append(np.stack([rows[each] for each in asked]))
    return np.stack(parts)


def _log(counts: Floats) -> Floats:
    return np.log1p(counts).astype(np.float32)


def fit(signs: Signs, months: list[Month]) -> Fusion:
    """Weights that make what was bought likeliest."""
    seen, taken = [], []
    for month in months:
        buyers = month.who(known=True)
        told = signs(month, buyers)
        rng = np.random.default_rng(month.day)
        for place in rng.permutation(len(buyers))[:_TEACHERS]:
            goods = sorted(month.bought[int(buyers[place])])
            # A large order says no more than a small one.
            for good in rng.permutation(goods)[:_TAUGHT]:
                seen.append(told[:, place])
                taken.append(int(good))
    return fit_fusion(
        lambda some: np.stack([seen[i] for i in some], axis=1),
        np.array(taken),
        range(len(taken)),
    )


def recall(month: Month, signs: Signs, fusion: Fusion) -> float:
    """The share of what each bought, of twenty at most, that is among their first twenty."""
    buyers = month.who(known=True)
    scores = fusion(signs(month, buyers))
    found = []
    for row, buyer in zip(scores, buyers.tolist(), strict=True):
        row[sorted(month.had.get(buyer, ()))] = -np.inf
        wanted = month.bought[buyer]
        first = np.argsort(-row, kind="stable")[:_CUT]
        found.append(len(wanted.intersection(first.tolist())) / min(_CUT, len(wanted)))
    return float(np.mean(found))


if __name__ == "__main__":
    sys.exit(main())
