"""The labelled sets that `benchmarks.nlu` measures on, read from the folder of real data."""

import csv
import hashlib
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nlu import typos
from nlu.dataset import DATA, Example, read_folder
from nlu.sheets import read_sheet

REAL = Path(os.environ.get("SHOPKEEPER_DATA", Path(__file__).parents[2] / "shared" / "data"))
FEW = 10


@dataclass(frozen=True)
class LabelledSet:
    """Rows to learn from and rows to report on; labels met only in the test are out of scope."""

    train: list[Example]
    test: list[Example]


@dataclass(frozen=True)
class Source:
    """How to get a set.

    Attributes:
        read: takes the seed, which only matters where rows are drawn.
        seeds: how many seeds a full run takes.
        figures: what the table shows.
    """

    read: Callable[[int], LabelledSet]
    seeds: int = 1
    figures: tuple[str, ...] = ("in_scope_accuracy",)


def read_set(name: str, *, seed: int) -> LabelledSet:
    """The rows of one set of `SETS`."""
    return SETS[name].read(seed)


def hint3(name: str) -> LabelledSet:
    """Real messages to one firm's chatbot; about half of the test is out of scope."""
    folder = REAL / "nlu" / f"hint3_{name}"
    return LabelledSet(read_sheet(folder / "train.csv"), read_sheet(folder / "test.csv"))


def banking() -> LabelledSet:
    """Bank customers' questions, 77 intents."""
    folder = REAL / "nlu" / "banking77"
    return LabelledSet(read_sheet(folder / "train.csv"), read_sheet(folder / "test.csv"))


def clinc() -> LabelledSet:
    """150 intents of ten trades; no out-of-scope row is learnt."""
    parts = json.loads((REAL / "nlu" / "clinc150" / "data_full.json").read_text())
    return LabelledSet(
        [Example(text, label) for text, label in parts["train"]],
        [Example(text, label) for text, label in parts["test"] + parts["oos_test"]],
    )


def hwu(part: str = "train") -> LabelledSet:
    """Requests to a home assistant, 64 intents."""
    return LabelledSet(_hwu_rows(part), _hwu_rows("test"))


def _hwu_rows(part: str) -> list[Example]:
    folder = REAL / "nlu" / "hwu64" / part
    texts = (folder / "seq.in").read_text().splitlines()
    labels = (folder / "label").read_text().splitlines()
    return [Example(t.strip(), i.strip()) for t, i in zip(texts, labels, strict=True)]


def bitext() -> list[Example]:
    """Requests to a shop's support, made from templates."""
    file = REAL / "nlu" / "bitext" / "bitext_customer_service_8k.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        return [Example(row["utterance"], row["intent"]) for row in csv.DictReader(lines)]


def sst2() -> LabelledSet:
    """Sentences of film reviews, good or bad."""
    return LabelledSet(_sst2_rows("train"), _sst2_rows("test"))


def _sst2_rows(part: str) -> list[Example]:
    rows = (REAL / "sentiment" / "sst2" / f"{part}.tsv").read_text().splitlines()
    pairs = [row.rpartition("\t") for row in rows]
    return [Example(text, "positive" if mark == "1" else "negative") for text, _, mark in pairs]


def womens_clothing() -> LabelledSet:
    """Reviews of clothes: 1-2 stars, 3, 4-5; whole articles are kept for the test."""
    parts: dict[bool, list[Example]] = {False: [], True: []}
    file = REAL / "sentiment" / "womens_clothing" / "reviews.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            text = ". ".join(filter(None, (row["Title"].strip(), row["Review Text"].strip())))
            stars = int(row["Rating"])
            label = "negative" if stars < 3 else "positive" if stars > 3 else "neutral"
            digest = hashlib.md5(row["Clothing ID"].encode()).hexdigest()
            if text:
                parts[int(digest, 16) % 5 == 1].append(Example(text, label))
    return LabelledSet(parts[False], parts[True])


def own() -> LabelledSet:
    """Our rows, with sentiment and entities."""
    return LabelledSet(read_folder(DATA / "train"), read_folder(DATA / "heldout"))


def with_typos(rows: LabelledSet, *, seed: int) -> LabelledSet:
    """The same test with about one slip in ten characters."""
    return replace(rows, test=typos.with_typos(rows.test, seed=seed))


def draw(examples: Sequence[Example], *, each: int, seed: int) -> list[Example]:
    """At most so many rows of every label."""
    rows: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        rows[example.intent].append(example)
    rng = random.Random(seed)
    return [
        e for label in sorted(rows) for e in rng.sample(rows[label], min(each, len(rows[label])))
    ]


def few(rows: LabelledSet, *, seed: int) -> LabelledSet:
    """Ten rows of every label to learn from, the whole test."""
    return replace(rows, train=draw(rows.train, each=FEW, seed=seed))


def smallest(rows: LabelledSet, *, seed: int) -> LabelledSet:
    """A few labels and rows, for a run that only shows that everything works."""
    labels = [label for label, _ in Counter(e.intent for e in rows.train).most_common(4)]
    kept = [e for e in rows.train if e.intent in labels]
    test = [e for e in rows.test if e.intent in labels]
    other = [e for e in rows.test if e.intent not in labels]
    return LabelledSet(draw(kept, each=FEW, seed=seed), test[:60] + other[:20])


_BOTH = ("in_scope_accuracy", "oos_auroc")
SETS: dict[str, Source] = {
    "hint3_curekart": Source(lambda _: hint3("curekart"), seeds=3, figures=_BOTH),
    "hint3_powerplay11": Source(lambda _: hint3("powerplay11"), seeds=3, figures=_BOTH),
    "banking77_10": Source(lambda seed: few(banking(), seed=seed), seeds=3),
    "hwu64_10": Source(lambda _: hwu("train_10"), seeds=3),
    "banking77": Source(lambda _: banking()),
    "clinc150": Source(lambda _: clinc(), figures=_BOTH),
    "sst2": Source(lambda _: sst2()),
    "womens_clothing": Source(lambda _: womens_clothing(), figures=("macro_f1",)),
    "own": Source(lambda _: own(), figures=_BOTH),
    "own_typos": Source(lambda seed: with_typos(own(), seed=seed), figures=("in_scope_accuracy",)),
}
