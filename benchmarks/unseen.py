"""Goods that nobody had when it was learnt: who takes them, over a tenth of Amazon Beauty.

    python -m benchmarks.unseen [--test]

A tenth of the items is taken out of every history that is learnt from. Whoever's next item is one
of them is ranked these new items alone, by what else they had. Nearest text is the peer, in the
best of its ways; ours reads a new item as the goods whose texts are nearest to its own: what leads
to these leads to it, and what sells like these sells. Weights are learnt, and everything is chosen,
on another tenth and on the last purchases but one; `--test` shows the last ones, looked at once.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.recommender_sets import REAL, encode, read_set
from recommender.lexical import Floats
from recommender.sequence.fusion import Fusion, fit_fusion
from recommender.sequence.histories import from_items
from recommender.sequence.neighbours import IN_ORDER, Neighbours

_CACHE = Path(".cache/benchmarks/recommender")
_SEED = 11
_NEW = 0.1
_CUT = 10
_AT_ONCE = 256
# The goods that a new one is read as, and how much more the nearer ones count.
NEAREST, SHARPNESS = 30, 20.0
_FADING = 0.65
GOAL = 1.1
Rank = Callable[[Floats], Floats]
NAMES = ("mean", "recent", "closest", "led to", "sells like")
PEERS: Mapping[str, Rank] = {
    "nearest text: mean of the history": lambda signs: signs[0],
    "nearest text: the recent more": lambda signs: signs[1],
    "nearest text: closest one": lambda signs: signs[2],
}


@dataclass(frozen=True)
class Task:
    """Shoppers whose next item is a new one.

    Attributes:
        learn: what is learnt from, without the new items.
        asked: what each of these shoppers had of it, oldest first.
        wanted: the new item that each took, as its place among them [u].
        new: the new items, as rows of the catalogue [m].
    """

    learn: list[list[int]]
    asked: list[list[int]]
    wanted: NDArray[np.int64]
    new: NDArray[np.int64]


def main() -> int:
    """Learn, measure and print; 1 where the data is absent or the goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--test", action="store_true", help="the last purchases, once")
    asked = parser.parse_args()
    if not REAL.is_dir():
        print(f"{REAL} is not there: name the folder of real data by SHOPKEEPER_DATA.")
        return 1
    torch.set_num_threads(1)
    rows = read_set("beauty")
    texts = encode(rows.texts, file=_CACHE / "vectors.db")
    order = np.random.default_rng(_SEED).permutation(len(texts))
    count = int(_NEW * len(texts))
    tested, chosen = np.sort(order[:count]), np.sort(order[count : 2 * count])
    before = [items[:-1] for items in rows.sequences]
    task = make_task(before, new=chosen, hidden=tested)
    signs = Signs(task, texts)
    half = len(task.wanted) // 2
    fusion = fit_fusion(signs, task.wanted, range(half))
    print("weights", {n: round(w, 2) for n, w in zip(NAMES, fusion.weights, strict=True)})
    print("| set | ranking | recall@10 |\n|---|---|---|")
    over = report("validation", signs, task, np.arange(half, len(task.wanted)), fusion)
    if asked.test:
        task = make_task(rows.sequences, new=tested, hidden=tested[:0])
        over = report("test", Signs(task, texts), task, np.arange(len(task.wanted)), fusion)
    return int(over < GOAL)


def make_task(
    sequences: list[list[int]], *, new: NDArray[np.int64], hidden: NDArray[np.int64]
) -> Task:
    """Whose last item is new; `hidden` items do not exist yet either."""
    place = {int(item): at for at, item in enumerate(new)}
    gone = set(place) | set(hidden.tolist())
    learn, asked, wanted = [], [], []
    for items in sequences:
        had = [item for item in items[:-1] if item not in gone]
        if had:
            learn.append(had)
        if had and items[-1] in place:
            asked.append(had)
            wanted.append(place[items[-1]])
    return Task(learn, asked, np.array(wanted), new)


class Signs:
    """What speaks for each new item, as `NAMES`: float32 [s, u, m] for some of the shoppers."""

    def __init__(self, task: Task, texts: Floats) -> None:
        self._task, self._texts = task, texts
        learn = from_items(task.learn)
        self._neighbours = Neighbours.count(learn, items=len(texts), nearness=IN_ORDER)
        counts = np.bincount(learn.items, minlength=len(texts))
        near = texts[task.new] @ texts.T
        # Nobody had them: nothing leads to a new item but through others.
        near[:, counts == 0] = -1.0
        self._at = np.argpartition(-near, NEAREST, axis=1)[:, :NEAREST]
        likeness = np.take_along_axis(near, self._at, axis=1)
        shares = np.exp(SHARPNESS * (likeness - likeness.max(1, keepdims=True)))
        self._shares = (shares / shares.sum(1, keepdims=True)).astype(np.float32)
        self._sells = (np.log1p(counts)[self._at] * self._shares).sum(1).astype(np.float32)

    def __call__(self, shoppers: NDArray[np.intp]) -> Floats:
        histories = [self._task.asked[shopper] for shopper in shoppers]
        new = self._texts[self._task.new]
        found = []
        for had in histories:
            alike = self._texts[had] @ new.T
            fading = _FADING ** np.arange(len(had))[::-1]
            found.append([alike.mean(0), fading @ alike / fading.sum(), alike.max(0)])
        near = np.array(found, dtype=np.float32).transpose(1, 0, 2)
        counted = self._neighbours(from_items(histories))
        counted /= np.maximum(counted.sum(1, keepdims=True), 1e-9)
        led = np.einsum("umk,mk->um", counted[:, self._at], self._shares)
        told = np.log(led * len(self._texts) + 0.01)
        sells = np.broadcast_to(self._sells, told.shape)
        return np.concatenate([near, np.stack([told, sells])]).astype(np.float32)


def report(
    name: str, signs: Signs, task: Task, shoppers: NDArray[np.intp], fusion: Fusion
) -> float:
    """Print the figures; ours over the best of the peers."""
    rankings = {**PEERS, "ours": fusion}
    hits = dict.fromkeys(rankings, 0)
    for start in range(0, len(shoppers), _AT_ONCE):
        some = shoppers[start : start + _AT_ONCE]
        seen = signs(some)
        for ranking, score in rankings.items():
            scores = score(seen)
            own = scores[np.arange(len(some)), task.wanted[some]]
            hits[ranking] += int(((scores > own[:, None]).sum(1) < _CUT).sum())
    found = {ranking: count / len(shoppers) for ranking, count in hits.items()}
    best = max(found[peer] for peer in PEERS)
    for ranking, value in found.items():
        print(f"| {name} | {ranking} | {value:.4f} |", flush=True)
    print(
        f"{name}: {len(shoppers)} shoppers, {len(task.new)} new items, {found['ours'] / best:.2f}x"
    )
    return found["ours"] / best


if __name__ == "__main__":
    sys.exit(main())
