"""One lesson: a bot that knows a fifth of the rows meets the rest as messages and is corrected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.learning_bot import Bot, Rows, unseen_chances
from learning.worth import Seen, alike, worth_a_look
from nlu.hygiene import likely_errors

Order = Callable[[Sequence[Seen], Any, np.random.Generator], list[str]]

KNOWN = 0.2


def at_random(seen: Sequence[Seen], _labelled: Any, rng: np.random.Generator) -> list[str]:
    """As they lie."""
    return [seen[n].message for n in rng.permutation(len(seen))]


def by_margin(seen: Sequence[Seen], _labelled: Any, _rng: np.random.Generator) -> list[str]:
    """The ones torn between two intents first: what is mostly meant by active learning."""
    return [each.message for each in sorted(seen, key=lambda each: each.margin)]


def by_worth(seen: Sequence[Seen], labelled: Any, _rng: np.random.Generator) -> list[str]:
    """As the inbox shows them."""
    return [worth.message for worth in worth_a_look(seen, labelled=labelled)]


@dataclass(frozen=True)
class Way:
    """How corrections are made.

    Attributes:
        order: which messages come first.
        grouped: alike ones are labelled in one go, as one correction, and all of them get the
            label of the first.
        wrong: the share of labels that are wrong ones.
        hygiene: likely errors are set aside before learning.
        every: so many corrections the bot is taught anew.
    """

    order: Order
    grouped: bool = False
    wrong: float = 0.0
    hygiene: bool = False
    every: int = 10


# Hygiene teaches five more bots each time.
_SELDOM = 40
WAYS = {
    "random": Way(at_random),
    "margin": Way(by_margin),
    "ours": Way(by_worth),
    "random, alike in one go": Way(at_random, grouped=True),
    "ours, alike in one go": Way(by_worth, grouped=True),
    "ours, 10% wrong": Way(by_worth, wrong=0.1, every=_SELDOM),
    "ours, 10% wrong, hygiene": Way(by_worth, wrong=0.1, hygiene=True, every=_SELDOM),
    "random, 10% wrong": Way(at_random, wrong=0.1, every=_SELDOM),
    "random, 10% wrong, hygiene": Way(at_random, wrong=0.1, hygiene=True, every=_SELDOM),
}


@dataclass
class Lesson:
    """What has been labelled so far, and how.

    Attributes:
        rows: all that there are to learn from.
        known: the labelled ones, by place, in the order of their labels.
        labels: what each row was labelled as; the truth where nobody erred.
        corrections: how many were made.
    """

    rows: Rows
    known: list[int]
    labels: NDArray[np.str_]
    corrections: int = 0

    @classmethod
    def begun(cls, rows: Rows, *, seed: int) -> "Lesson":
        """With a fifth of the rows, drawn at random, labelled right."""
        order = np.random.default_rng(seed).permutation(len(rows))
        known = [int(n) for n in order[: round(KNOWN * len(rows))]]
        return cls(rows, known, rows.intents.copy())

    @property
    def waiting(self) -> list[int]:
        """The places of what nobody has labelled."""
        known = set(self.known)
        return [n for n in range(len(self.rows)) if n not in known]

    def teach(self, *, hygiene: bool, seed: int) -> Bot:
        """A bot that has learnt what is labelled, without likely errors where asked."""
        places = np.array(self.known)
        if hygiene:
            places = places[~self._suspect(places, seed=seed)]
        return Bot.taught(self.rows.adapted[places], self.labels[places])

    def _suspect(self, places: NDArray[Any], *, seed: int) -> NDArray[np.bool_]:
        vectors, labels = self.rows.adapted[places], self.labels[places]
        chances = unseen_chances(vectors, labels, seed=seed)
        texts = [self.rows.texts[n] for n in places]
        suspect = np.zeros(len(places), dtype=bool)
        for error in likely_errors(texts, [str(label) for label in labels], chances):
            suspect[error.row] = True
        return suspect

    def correct(self, bot: Bot, way: Way, *, count: int, rng: np.random.Generator) -> None:
        """Make so many corrections in the way's order, by what the bot says now."""
        waiting = self.waiting
        seen = bot.seen(self.rows, waiting)
        order = [int(name) for name in way.order(seen, self.rows.plain[self.known], rng)]
        group_of = {int(name): group for group in alike(seen) for name in group}
        intents = np.unique(self.rows.intents)
        taken: set[int] = set()
        for place in order:
            if count == 0:
                break
            if place in taken:
                continue
            label = self.rows.intents[place]
            if way.wrong and rng.random() < way.wrong:
                label = rng.choice(intents[intents != label])
            members = [int(name) for name in group_of[place]] if way.grouped else [place]
            # The first is the one that was looked at.
            for member in [place, *(m for m in members if m != place)]:
                taken.add(member)
                self.known.append(member)
                self.labels[member] = label
            count -= 1
            self.corrections += 1


def curve(rows: Rows, test: Rows, way: Way, *, seed: int) -> dict[str, list[Any]]:
    """Teach to the end.

    Args:
        rows: to learn from.
        test: rows in scope that nothing is chosen by.
        way: how corrections are made.
        seed: for the fifth that is known, the draw and the errors.

    Returns:
        `corrections` made, `labelled` rows, `accuracy` on the test and the share of `errors` among
        the labels, after each refit.
    """
    lesson = Lesson.begun(rows, seed=seed)
    rng = np.random.default_rng(seed + 1000)
    found: dict[str, list[Any]] = {name: [] for name in _FIGURES}
    while True:
        bot = lesson.teach(hygiene=way.hygiene, seed=seed)
        known = lesson.known
        found["corrections"].append(lesson.corrections)
        found["labelled"].append(len(known))
        found["accuracy"].append(round(float(bot.right(test).mean()), 4))
        errors = float((lesson.labels[known] != rows.intents[known]).mean())
        found["errors"].append(round(errors, 4))
        if not lesson.waiting:
            return found
        lesson.correct(bot, way, count=way.every, rng=rng)


_FIGURES = ("corrections", "labelled", "accuracy", "errors")
