"""Whether the gate lets a worse bot through: runs with wrong labels, and with worse ones still.

    python -m benchmarks.learning_gate [--only hint3_curekart banking77] [--seeds 20]
        [--cache .cache/benchmarks/learning_gate] [--print]

A bot knows a fifth of the rows. Rounds of corrections follow in the inbox's order, a tenth of them
wrong; a quarter of each round is kept for the gate and never learnt, wrong labels and all. After
each round a candidate is judged by `learning/gate.py` on half of the test and on what was kept, and
serves from then on if it passes. The other half of the test neither training nor gate has seen: on
it is told whether those that passed are worse. Beside each honest candidate stand three that an
accident has made worse; they are judged, and serve in no round.
"""

import argparse
import hashlib
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cells import Cell, keep
from benchmarks.learning import read_rows
from benchmarks.learning_bot import Bot, Rows, see, version
from benchmarks.learning_lesson import WAYS, Lesson
from benchmarks.nlu_peers import ROOT
from benchmarks.nlu_sets import REAL, banking
from learning.evidence import INTENT
from learning.gate import MARGIN, Check, judge, no_intent_dropped, not_worse
from nlu.dataset import Example

CACHE = Path(".cache/benchmarks/learning_gate")
SETS = ("hint3_curekart", "banking77")
FIRST_SEED = 107
ROUNDS = 5
_POINT = 0.01
_KEPT = 0.25
_BANKING_ROWS = 800
# What an accident does to labels.
_RUINED = 0.35

Figures = dict[str, Any]


def main() -> int:
    """Measure what is missing and print; 1 where the data is absent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", nargs="*", choices=SETS, default=list(SETS))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--print", action="store_true", help="only what is in the cache")
    parser.add_argument("--cache", type=Path, default=CACHE)
    options = parser.parse_args()
    if not REAL.is_dir():
        print(f"{REAL} is not there: name the folder of real data by SHOPKEEPER_DATA.")
        return 1
    gate = hash_of((ROOT / "learning" / "gate.py").read_bytes())
    for name in options.only:
        found = []
        for seed in range(FIRST_SEED, FIRST_SEED + options.seeds):
            cell = Cell(name, "gate", seed)

            def work(name: str = name, seed: int = seed) -> Figures:
                return {"judged": run(*rows_of(name, options.cache), seed=seed)}

            key = f"{version()} {gate}"
            made = keep(cell, key, None if options.print else work, cache=options.cache)
            found += [made["judged"]] if made else []
        print("\n".join(table(name, found)))
    return 0


def hash_of(content: bytes) -> str:
    """A short one, the same in every process."""
    return hashlib.sha256(content).hexdigest()[:12]


def rows_of(name: str, cache: Path) -> tuple[Rows, Rows]:
    """Rows to learn from, and test rows in scope."""
    if name != "banking77":
        return read_rows(name, cache)
    whole = banking()
    order = np.random.default_rng(0).permutation(len(whole.train))[:_BANKING_ROWS]
    train: list[Example] = [whole.train[n] for n in order]
    return see(train, cache=cache), see(whole.test, cache=cache)


@dataclass(frozen=True)
class Exam:
    """What the gate sees: rows with the labels that they were given."""

    rows: Rows
    labels: NDArray[np.str_]

    def right(self, bot: Bot) -> list[bool]:
        """Of each row."""
        if not len(self.rows):
            return []
        given = bot.labels[bot.read(self.rows.adapted).argmax(1)]
        return [bool(each) for each in given == self.labels]


def examine(before: Bot, after: Bot, *, frozen: Exam, corrected: Exam) -> list[Check]:
    """The checks of `learning/evidence.py` as far as they are about intents."""
    was, now = frozen.right(before), frozen.right(after)
    kept_was, kept_now = corrected.right(before), corrected.right(after)
    intents = [str(name) for name in (*frozen.labels, *corrected.labels)]
    return [
        not_worse("heldout", was, now, margin=MARGIN),
        not_worse("corrected", kept_was, kept_now, margin=MARGIN),
        no_intent_dropped(intents, was + kept_was, now + kept_now, margin=INTENT),
    ]


def run(rows: Rows, test: Rows, *, seed: int) -> list[Figures]:
    """One run: every candidate with the gate's word and the truth."""
    rng = np.random.default_rng(seed)
    halves = rng.permutation(len(test))
    half = len(test) // 2
    frozen = Exam(test.at(halves[:half]), test.at(halves[:half]).intents)
    unseen = test.at(halves[half:])
    lesson = Lesson.begun(rows, seed=seed)
    serving = lesson.teach(hygiene=False, seed=seed)
    for_gate: set[int] = set()
    found: list[Figures] = []
    size = -(-len(lesson.waiting) // ROUNDS)
    for number in range(1, ROUNDS + 1):
        before = len(lesson.known)
        lesson.correct(serving, WAYS["ours, 10% wrong"], count=size, rng=rng)
        for_gate |= {n for n in lesson.known[before:] if rng.random() < _KEPT}
        kept = sorted(for_gate)
        corrected = Exam(rows.at(kept), lesson.labels[kept])
        learnt = [n for n in lesson.known if n not in for_gate]
        honest = _taught(lesson, learnt, hygiene=True, seed=seed)
        candidates = {"honest": honest, **_accidents(lesson, learnt, rng=rng)}
        truth = serving.right(unseen)
        for kind, bot in candidates.items():
            verdict = judge(examine(serving, bot, frozen=frozen, corrected=corrected))
            better = bot.right(unseen)
            found.append(
                {
                    "round": number,
                    "kind": kind,
                    "passed": verdict.passed,
                    "refused_by": list(verdict.refused_by),
                    "gain": round(float(better.mean() - truth.mean()), 4),
                    "differ": round(float((better != truth).mean()), 4),
                    "unseen": len(unseen),
                }
            )
        if found[-len(candidates)]["passed"]:
            serving = honest
    return found


def _taught(lesson: Lesson, places: Sequence[int], *, hygiene: bool, seed: int) -> Bot:
    part = Lesson(lesson.rows, list(places), lesson.labels)
    return part.teach(hygiene=hygiene, seed=seed)


def _accidents(
    lesson: Lesson, learnt: Sequence[int], *, rng: np.random.Generator
) -> dict[str, Bot]:
    """Bots that no shop wants, though they learnt from the same rows."""
    vectors, labels = lesson.rows.adapted[learnt], lesson.labels[learnt]
    ruined = labels.copy()
    hit = rng.random(len(labels)) < _RUINED
    ruined[hit] = rng.permutation(ruined[hit])
    names, counts = np.unique(labels, return_counts=True)
    first, second = names[np.argsort(-counts)[:2]]
    mixed = np.where(labels == second, first, labels)
    part = rng.permutation(len(labels))[: max(30, round(0.15 * len(labels)))]
    return {
        "a third of the labels shuffled": Bot.taught(vectors, ruined),
        "two large intents mixed up": Bot.taught(vectors, mixed),
        "most rows lost": Bot.taught(vectors[part], labels[part]),
    }


def table(name: str, runs: Sequence[Sequence[Figures]]) -> list[str]:
    """Markdown: a row for each kind of candidate."""
    if not runs:
        return [f"{name}: nothing measured."]
    unseen = runs[0][0]["unseen"]
    lines = [
        f"{name}: {len(runs)} runs, {ROUNDS} rounds each, {unseen} rows that nobody saw.",
        "",
        "| candidates | judged | passed | worse by over a point | of these passed | gain |",
        "|---|---|---|---|---|---|",
    ]
    for kind in dict.fromkeys(each["kind"] for run in runs for each in run):
        mine = [each for run in runs for each in run if each["kind"] == kind]
        passed = [each for each in mine if each["passed"]]
        worse = [each for each in mine if each["gain"] < -_POINT]
        gains = [each["gain"] for each in passed]
        said = f"{statistics.mean(gains):+.3f}, least {min(gains):+.3f}" if gains else "–"
        lines.append(
            f"| {kind} | {len(mine)} | {len(passed)} | {len(worse)} "
            f"| {sum(each['passed'] for each in worse)} | {said} |"
        )
    return lines


if __name__ == "__main__":
    sys.exit(main())
