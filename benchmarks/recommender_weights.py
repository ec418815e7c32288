"""The weights of `/recommend` on Amazon Beauty: by hand, and learnt as a training learns them.

    python -m benchmarks.recommender_weights [--learn 1500] [--judge 1000] [--test]

Purchases asked for by the words of their category path with the history known (as
`benchmarks.personal_search`), and purchases of those who say nothing; full ranking by the product's
own score over what the shopper has not had. Weights are learnt on the last purchase but one of some
shoppers and judged on that of others; `--test` shows the last one of these, once.
"""

import argparse
import csv
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch

from benchmarks.personal_search import category_paths
from benchmarks.recommender import FIRST_SEED
from benchmarks.recommender_sets import FILES, REAL, encode, read_set
from common.settings import Settings
from db.behaviour import Step
from db.tables.catalog import Product
from recommender.encoders import load_encoder
from recommender.foresight import IN_SHOP, Foresight
from recommender.goods import read_good
from recommender.lexicon import load_lexicon
from recommender.popularity import Popularity
from recommender.scoring import score_parts
from recommender.sequence.evaluation import figures
from recommender.sequence.histories import from_items
from recommender.sequence.neighbours import Neighbours
from recommender.shelf import Shelf
from recommender.weighing import Known, Moment, asked_of, weigh
from recommender.weights import HAND, Weights

_CACHE = Path(".cache/benchmarks/recommender")
_NOW = datetime(2014, 7, 1, tzinfo=UTC)
# The set tells the order of purchases alone: let one a week be usual.
_APART = timedelta(days=7)


def main() -> int:
    """Learn, measure and print; 1 where the data is absent or learnt weights find less."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--learn", type=int, default=1_500, help="shoppers to learn from")
    parser.add_argument("--judge", type=int, default=1_000, help="others to judge by")
    parser.add_argument("--users", type=int, help="only the set's first so many, and their goods")
    parser.add_argument("--test", action="store_true", help="their last purchases, once")
    asked = parser.parse_args()
    if not REAL.is_dir():
        print(f"{REAL} is not there: name the folder of real data by SHOPKEEPER_DATA.")
        return 1
    torch.set_num_threads(1)
    sequences = read_set("beauty", users=asked.users).sequences
    paths = category_paths()
    order = np.random.default_rng(FIRST_SEED).permutation(len(sequences))
    learning, judging = np.split(order[: asked.learn + asked.judge], [asked.learn])
    items = 1 + max(max(sequence) for sequence in sequences)
    known = open_shop([sequence[:-2] for sequence in sequences], items=items)
    before = [sequence[:-1] for sequence in sequences]
    started = time.process_time()
    moments = [
        moment_of(before[shopper], shopper, query=query)
        for shopper in learning.tolist()
        for query in (None, paths[before[shopper][-1]])
    ]
    weighed = weigh(known, moments)
    weights = weighed.weights
    print(f"learnt in {time.process_time() - started:.0f} s of processor time")
    print("judged, by hand, learnt; taken where it is more:", weighed.found)
    for kind in ("with_query", "without_query"):
        hand, learnt = HAND.of(leads=kind == "with_query"), getattr(weights, kind)
        print(kind, {name: (hand[name], round(learnt[name], 3)) for name in hand})
    print("| set | asked | weights | recall@10 | NDCG@10 |\n|---|---|---|---|---|")
    worse = report("validation", known, before, judging.tolist(), paths, weights)
    if asked.test:
        # What was told since then is known.
        known = open_shop(before, items=items)
        worse = report("test", known, sequences, judging.tolist(), paths, weights)
    return int(worse)


def open_shop(sequences: Sequence[Sequence[int]], *, items: int) -> Known:
    """The set's first goods as a shop's, with the neighbours and the sales of these purchases."""
    file = (REAL / "recommender" / FILES["beauty"]).parent / "items.tsv"
    with file.open(encoding="utf-8", newline="") as rows:
        told = list(csv.DictReader(rows, delimiter="\t", quoting=3))
    lexicon = load_lexicon()
    products = [
        Product(
            id=row["item_id"],
            title=row["title"] or row["short_text"],
            category=path,
            active=True,
            availability="in_stock",
            created_at=_NOW - timedelta(days=999),
            updated_at=_NOW,
        )
        for row, path in zip(told[:items], category_paths(), strict=False)
    ]
    shelf = Shelf([read_good(product, lexicon) for product in products], lexicon)
    encoder = load_encoder(Settings(home=_CACHE))
    matrix = encode([good.text for good in shelf.goods], file=_CACHE / "vectors.db")
    shelf = shelf.with_vectors(encoder.place(matrix), np.ones(len(shelf), dtype=np.bool_))
    neighbours = Neighbours.count(from_items(sequences), items=len(shelf), nearness=IN_SHOP)
    counts = np.bincount([item for each in sequences for item in each], minlength=len(shelf))
    wants = {
        good.id: float(count) for good, count in zip(shelf.goods, counts, strict=True) if count
    }
    foresight = Foresight(shelf, name="counted", neighbours=neighbours)
    return Known(shelf, Popularity({(): wants}), foresight, encoder)


def moment_of(sequence: Sequence[int], shopper: int, *, query: str | None) -> Moment:
    """A shopper about to take the last of these."""
    steps = [
        Step(place, "purchase", str(item + 1), _NOW - place * _APART, None)
        for place, item in enumerate(reversed(sequence[:-1]), start=1)
    ]
    return Moment(shopper, steps, query, _NOW, (), sequence[-1])


def report(
    name: str,
    known: Known,
    sequences: Sequence[Sequence[int]],
    shoppers: Sequence[int],
    paths: Sequence[str],
    learnt: Weights,
) -> bool:
    """Print the figures of both weights; whether the learnt ones find less."""
    found: list[float] = []
    for asked in ("words and history", "history alone"):
        for told, weights in (("by hand", HAND), ("learnt", learnt)):
            places = [
                place_of_taken(
                    known,
                    moment_of(
                        sequences[shopper],
                        shopper,
                        query=paths[sequences[shopper][-1]] if asked.startswith("words") else None,
                    ),
                    weights,
                )
                for shopper in shoppers
            ]
            seen = figures(np.array(places), cuts=(10,))
            found.append(seen["ndcg@10"])
            print(
                f"| {name} | {asked} | {told} | {seen['recall@10']:.4f} | {found[-1]:.4f} |",
                flush=True,
            )
    return any(after < before for before, after in list(pairwise(found))[::2])


def place_of_taken(known: Known, moment: Moment, weights: Weights) -> int:
    """The place of what was taken among all that they had not had, from 0."""
    shelf, asked = known.shelf, replace(asked_of(known, moment), weights=weights)
    parts = score_parts(shelf, asked, known.popularity, candidates=shelf.active)
    scores = np.sum(list(parts.values()), axis=0)
    scores[[shelf.row[step.product_id] for step in moment.steps]] = -np.inf
    own = scores[moment.row]
    return int((scores > own).sum() + ((scores == own).sum() - 1) // 2)


if __name__ == "__main__":
    sys.exit(main())
