"""How good the next purchase is foreseen after so many minutes of one processor: ours and a peer.

    python -m benchmarks.recommender_curve [--set beauty] [--minutes 1 3 6 10 15] [--peer PYTHON]
        [--plot docs/images/recommender_curve.svg]

Ours is the transformer with the neighbours beside it, the best epoch on validation so far; the peer
is RecTools' SASRec with sampled softmax (see `rectools_sasrec.py` for its environment), one after
the other in the same run, one thread each. Processor time, so that other work on the machine does
not choose who wins. Not in it, for both: judging; and for ours the texts' vectors, which search
needs anyway and which are made once.
"""

import argparse
import json
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from benchmarks.learning_plot import Line, draw_lines
from benchmarks.personal_search import read_checkpoint
from benchmarks.recommender import FIRST_SEED
from benchmarks.recommender_sets import FILES, REAL, encode, read_set
from benchmarks.recommender_systems import Task, make_task
from recommender.lexical import Floats
from recommender.sequence.mixture import Mixture
from recommender.sequence.neighbours import IN_ORDER, Neighbours
from recommender.sequence.recipe import Epoch, Recipe
from recommender.sequence.training import train

_CACHE = Path(".cache/benchmarks/recommender")
_PEER = Path(".cache/rectools/bin/python")
# Of the neighbours in the mixture, as Beauty's validation chose it.
_SHARE = 0.7


def main() -> int:
    """Measure and print both curves; 1 where the data is absent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--set", choices=FILES, default="beauty")
    parser.add_argument("--minutes", type=float, nargs="+", default=[1, 3, 6, 10, 15])
    parser.add_argument("--peer", type=Path, default=_PEER, help="Python of the peer")
    parser.add_argument("--factors", type=int, default=64, help="width of the peer's vectors")
    parser.add_argument("--plot", type=Path, help="write an SVG here")
    asked = parser.parse_args()
    if not REAL.is_dir():
        print(f"{REAL} is not there: name the folder of real data by SHOPKEEPER_DATA.")
        return 1
    torch.set_num_threads(1)
    rows = read_set(asked.set)
    texts = encode(rows.texts, file=_CACHE / "vectors.db")
    folder = _CACHE / "curve" / asked.set
    task = make_task(
        rows.sequences,
        items=len(texts),
        texts=lambda: texts,
        folder=folder,
        seed=FIRST_SEED,
        device="cpu",
        short=False,
    )
    points = {"ours": ours(task, texts, sorted(asked.minutes))}
    if asked.peer.exists():
        points["RecTools SASRec"] = theirs(asked)
    else:
        print(f"{asked.peer} is not there: benchmarks/rectools_sasrec.py says how to make it.")
    print("| minutes | system | epochs | CPU s | recall@10 | NDCG@10 | validation N@10 |")
    print("|---|---|---|---|---|---|---|")
    for name, found in points.items():
        for point in found:
            told = [point["test_recall@10"], point["test_ndcg@10"], point["valid_ndcg@10"]]
            shown = " | ".join(f"{value:.4f}" for value in told)
            done = f"{point['epochs']} | {point['cpu_seconds']:.0f}"
            print(f"| {point['minutes']:g} | {name} | {done} | {shown} |")
    if asked.plot:
        asked.plot.write_text(draw(points))
    return 0


def draw(points: dict[str, list[dict[str, Any]]]) -> str:
    """Both curves as an SVG; what a point tells holds from then on."""
    lines = [
        Line(name, [p["minutes"] for p in found], [p["test_ndcg@10"] for p in found], [])
        for name, found in points.items()
    ]
    return draw_lines(lines, across="minutes of one processor; NDCG@10", rise=0.01, stride=10)


class _PastLastPoint(Exception):
    """Nothing more is asked of the training."""


class _Curve:
    """Looks at a training after each epoch and measures what was best before each point."""

    def __init__(self, task: Task, texts: Floats, points: list[float], *, kept: Path) -> None:
        self._task, self._texts = task, texts
        self._points = list(points)
        self._checkpoint, self._before = kept, kept.with_suffix(".before")
        self._epoch: Epoch | None = None
        self._neighbours = Neighbours.count(task.learn, items=task.items, nearness=IN_ORDER)
        self.found: list[dict[str, Any]] = []

    def __call__(self, epoch: Epoch) -> None:
        print(f"  epoch {epoch.number}: {epoch.cpu_seconds:.0f} s", file=sys.stderr, flush=True)
        while self._points and epoch.cpu_seconds > self._points[0] * 60:
            self.measure(self._points.pop(0))
        if not self._points:
            raise _PastLastPoint
        self._epoch = epoch
        shutil.copy(self._checkpoint, self._before)

    def measure(self, minutes: float) -> None:
        """The best model that there was before this epoch; before the first, the neighbours."""
        if self._epoch is None:
            score, number, seconds = self._neighbours, 0, 0.0
            mixture: Any = score
        else:
            sequence = read_checkpoint(self._before, self._texts)
            mixture = Mixture(sequence, self._neighbours, share=_SHARE)
            number, seconds = self._epoch.number, self._epoch.cpu_seconds
        test, valid = self._task.test(mixture), self._task.validate(mixture)
        self.found.append(
            {
                "minutes": minutes,
                "epochs": number,
                "cpu_seconds": seconds,
                "test_recall@10": test["recall@10"],
                "test_ndcg@10": test["ndcg@10"],
                "valid_ndcg@10": valid["ndcg@10"],
            }
        )
        print(json.dumps({"system": "ours", **self.found[-1]}), flush=True)


def ours(task: Task, texts: Floats, points: list[float]) -> list[dict[str, Any]]:
    """Our curve; a training that was broken off begins anew."""
    kept = task.folder / "curve.pt"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.unlink(missing_ok=True)
    curve = _Curve(task, texts, points, kept=kept)
    recipe = Recipe(seed=task.seed, epochs=10_000, patience=10_000)
    with suppress(_PastLastPoint):
        train(task.asked, texts, recipe=recipe, device="cpu", checkpoint=kept, on_epoch=curve)
    return curve.found


def theirs(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """The peer's curve, from a process of its own."""
    command = [
        str(asked.peer),
        str(Path(__file__).with_name("rectools_sasrec.py")),
        str(REAL / "recommender" / FILES[asked.set]),
        *("--factors", str(asked.factors), "--minutes", *map(str, sorted(asked.minutes))),
    ]
    found = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("{"):
                found.append(json.loads(line))
                print(line, end="", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
