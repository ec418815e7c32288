"""Searching as somebody: a few words and a history, over the whole of Amazon Beauty.

    python -m benchmarks.personal_search [--checkpoint FILE] [--learn 3000] [--test]

Each purchase's query is the words of its category path without the brand; what the shopper had
before is known; full ranking over what they have not had. Weights are learnt, and everything is
chosen, on the last purchase but one; `--test` shows the last one, which is looked at once.
"""

import argparse
import csv
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.recommender import FIRST_SEED
from benchmarks.recommender_sets import FILES, REAL, encode, read_set
from recommender.lexical import Floats
from recommender.lexicon import load_lexicon
from recommender.sequence.evaluation import figures
from recommender.sequence.fusion import Fusion, Signs, fit_fusion
from recommender.sequence.histories import Histories, from_items
from recommender.sequence.mixture import mix
from recommender.sequence.model import SequenceModel
from recommender.sequence.neighbours import IN_ORDER, Neighbours
from recommender.sequence.recipe import Recipe
from recommender.sequence.scorer import SequenceScorer

_CACHE = Path(".cache/benchmarks/recommender")
_SHARE = 0.7
# A name is a department where so many goods bear it after a brand.
_DEPARTMENT = 50
_AT_ONCE = 128
# Reciprocal ranks are taken over the rank and this.
_RRF = 60
GOAL = 0.145


def main() -> int:
    """Learn, measure and print; 1 where the data is absent or the goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--checkpoint", type=Path, help="of a training that the benchmark keeps")
    parser.add_argument("--learn", type=int, default=3_000, help="shoppers to learn weights from")
    parser.add_argument("--judge", type=int, default=4_000, help="others to choose by")
    parser.add_argument("--test", action="store_true", help="the last purchases, once")
    asked = parser.parse_args()
    if not REAL.is_dir():
        print(f"{REAL} is not there: name the folder of real data by SHOPKEEPER_DATA.")
        return 1
    torch.set_num_threads(1)
    started = time.process_time()
    rows = read_set("beauty")
    texts = encode(rows.texts, file=_CACHE / "vectors.db")
    paths = category_paths()
    whole, targets = from_items(rows.sequences).split_last()
    before, valid = whole.split_last()
    neighbours = Neighbours.count(before, items=len(paths), nearness=IN_ORDER)
    learnt = read_checkpoint(asked.checkpoint, texts) if asked.checkpoint else None
    search = Search(paths, texts, neighbours, learnt, before)
    order = np.random.default_rng(FIRST_SEED).permutation(len(before))
    learning, judging = order[: asked.learn], order[asked.learn : asked.learn + asked.judge]
    fusion = fit_fusion(search.signs_of(before, valid), valid, learning)
    print("weights", {n: round(w, 3) for n, w in zip(NAMES, fusion.weights, strict=True)})
    rankings = contenders(fusion)
    print("| set | ranking | recall@10 | NDCG@10 |\n|---|---|---|---|")
    report("validation", search.signs_of(before, valid), before, valid, judging, rankings)
    found = 1.0
    if asked.test:
        everybody = np.arange(len(whole))
        # Sorting twice for everybody takes longer than all else.
        del rankings["reciprocal ranks"]
        found = report("test", search.signs_of(whole, targets), whole, targets, everybody, rankings)
    print(f"{time.process_time() - started:.0f} s of processor time")
    return int(found < GOAL)


NAMES = ("history", "words", "all words", "meaning", "popularity")


@dataclass(frozen=True)
class Search:
    """The signs of every item for a shopper's words and history."""

    paths: list[str]
    texts: Floats
    neighbours: Neighbours
    sequence: SequenceScorer | None
    learn: Histories

    def signs_of(self, histories: Histories, targets: NDArray[np.int64]) -> Signs:
        """Signs as `NAMES`, of shoppers who look for the path of their target."""
        vocabulary = {path: number for number, path in enumerate(sorted(set(self.paths)))}
        of_item = np.array([vocabulary[path] for path in self.paths])
        shares, complete = path_matches(sorted(vocabulary), self.paths)
        queries = encode(sorted(vocabulary), file=_CACHE / "vectors.db")
        meaning = (queries @ self.texts.T).astype(np.float32)
        counts = np.bincount(self.learn.items, minlength=len(self.paths))
        popular = np.log1p(counts).astype(np.float32)

        def signs(shoppers: NDArray[np.intp]) -> Floats:
            some = histories.choose(shoppers)
            wanted = of_item[targets[shoppers]]
            counted = self.neighbours(some)
            logits = self.sequence(some) if self.sequence else np.zeros_like(counted) + popular
            history = mix(logits, counted, share=_SHARE)
            return np.stack(
                [
                    history,
                    shares[wanted],
                    complete[wanted],
                    meaning[wanted],
                    np.broadcast_to(popular, history.shape),
                ]
            )

        return signs


def category_paths() -> list[str]:
    """The words of each item's category path, without its brand."""
    file = (REAL / "recommender" / FILES["beauty"]).parent / "items.tsv"
    with file.open(encoding="utf-8", newline="") as rows:
        told = [
            row["attributes"].split("|") for row in csv.DictReader(rows, delimiter="\t", quoting=3)
        ]
    second = Counter(names[1] for names in told if len(names) > 1)
    departments = {name for name, count in second.items() if count >= _DEPARTMENT}
    # Where no brand is known the path begins with its department.
    return [" ".join(names if names[0] in departments else names[1:]) for names in told]


def path_matches(queries: list[str], paths: list[str]) -> tuple[Floats, Floats]:
    """How much of each query's words each item's path has, by rarity; and which have all [q, n]."""
    lexicon = load_lexicon()
    words = [set(lexicon.terms(path)) for path in paths]
    known = sorted(set().union(*words))
    column = {word: number for number, word in enumerate(known)}
    has = np.zeros((len(paths), len(known)), dtype=np.float32)
    for row, some in enumerate(words):
        has[row, [column[word] for word in some]] = 1.0
    rarity = np.log(1 + len(paths) / has.sum(0))
    shares = np.zeros((len(queries), len(paths)), dtype=np.float32)
    complete = np.zeros_like(shares)
    for number, query in enumerate(queries):
        at = [column[word] for word in set(lexicon.terms(query)) if word in column]
        if at:
            shares[number] = has[:, at] @ rarity[at] / rarity[at].sum()
            complete[number] = has[:, at].all(1)
    return shares, complete


def read_checkpoint(file: Path, texts: Floats) -> SequenceScorer:
    """The best model so far of a training that is kept, or under way."""
    kept = torch.load(file, map_location="cpu", weights_only=True)
    recipe = Recipe()
    model = SequenceModel(learnt=len(texts), text_width=texts.shape[1], recipe=recipe)
    model.load_state_dict(kept["best"])
    model.tower.lay_out(torch.from_numpy(texts), torch.arange(len(texts)))
    return SequenceScorer(model, length=recipe.length)


Ranking = Callable[[Floats], Floats]


def contenders(fusion: Fusion) -> dict[str, Ranking]:
    """Scores [u, n] from signs [s, u, n], by name."""
    return {
        "history alone": lambda signs: signs[0],
        "query alone: meaning": lambda signs: signs[3],
        "query alone: words and meaning": lambda signs: signs[1] + signs[3],
        "reciprocal ranks": lambda signs: _reciprocal(signs[0]) + _reciprocal(signs[1] + signs[3]),
        "ours": fusion,
    }


def _reciprocal(scores: Floats) -> Floats:
    places = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1, kind="stable")
    return (1.0 / (_RRF + 1 + places)).astype(np.float32)


def report(
    name: str,
    signs: Signs,
    histories: Histories,
    targets: NDArray[np.int64],
    shoppers: NDArray[np.intp],
    rankings: Mapping[str, Ranking],
) -> float:
    """Print each ranking's figures; NDCG@10 of the last."""
    places: dict[str, list[NDArray[np.int64]]] = {ranking: [] for ranking in rankings}
    for start in range(0, len(shoppers), _AT_ONCE):
        some = shoppers[start : start + _AT_ONCE]
        seen, had = signs(some), histories.choose(some)
        for ranking, score in rankings.items():
            places[ranking].append(_places(score(seen).copy(), had, targets[some]))
    value = 0.0
    for ranking, found in places.items():
        told = figures(np.concatenate(found), cuts=(10,))
        value = told["ndcg@10"]
        print(f"| {name} | {ranking} | {told['recall@10']:.4f} | {value:.4f} |", flush=True)
    return value


def _places(scores: Floats, had: Histories, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each target, from 0; of equals half are before it."""
    rows = np.arange(len(scores))
    own = scores[rows, wanted][:, None].copy()
    scores[np.repeat(rows, had.lengths), had.items] = -np.inf
    better, equal = (scores > own).sum(1), (scores == own).sum(1) - 1
    return np.asarray(better + np.maximum(equal, 0) // 2)


if __name__ == "__main__":
    sys.exit(main())
