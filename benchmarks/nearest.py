"""The ten nearest of many products, with and without constraints: bytes against FAISS, on a CPU.

    uv pip install --target .cache/faiss --no-deps faiss-cpu
    python -m benchmarks.nearest [--products 200000 1000000] [--runs 9]

Vectors of 384 numbers in clusters, as texts' are; one thread. Contenders take turns, and processor
time counts, so that what else the machine does hits all alike. Every contender obeys the same mask.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from recommender.lexical import Floats, Mask
from recommender.nearest import ByteVectors

_FAISS = Path(".cache/faiss")
_WIDTH, _CLUSTERS = 384, 2_000
_K = 10
# What FAISS's bytes find is put in order exactly, too.
_RESCORED = 64
GOALS = {1: 0.55, 64: 0.2}
Find = Callable[[Floats, Mask | None], NDArray[np.int64]]


def main() -> int:
    """Measure and print; 1 where FAISS is absent or a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--products", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=9)
    asked = parser.parse_args()
    sys.path.append(str(_FAISS))
    try:
        import faiss
    except ImportError:
        print(f"faiss-cpu is not there: uv pip install --target {_FAISS} --no-deps faiss-cpu")
        return 1
    torch.set_num_threads(1)
    faiss.omp_set_num_threads(1)
    print(f"| products | queries | mask | ranking | ms | of FAISS flat | overlap@{_K} |")
    print("|" + "---|" * 7)
    missed = False
    for products in asked.products:
        rng = np.random.default_rng(7)
        matrix, queries = make_vectors(products, rng=rng)
        contenders = make_contenders(faiss, matrix)
        for mask in (None, rng.random(products) < 0.3):
            for count in GOALS:
                some = queries[:count]
                told = measure(contenders, some, mask, runs=asked.runs if count == 1 else 3)
                flat, exact = told["FAISS flat"][0], contenders["torch"](some, mask)
                for name, (milliseconds, found) in told.items():
                    overlap = statistics.fmean(
                        len(set(a) & set(b)) / _K
                        for a, b in zip(found.tolist(), exact.tolist(), strict=True)
                    )
                    share = milliseconds / flat
                    kind = "none" if mask is None else "30%"
                    print(
                        f"| {products:,} | {count} | {kind} | {name} | {milliseconds:.1f} | "
                        f"{share:.2f} | {overlap:.3f} |",
                        flush=True,
                    )
                    missed |= name == "ours" and (share > GOALS[count] or overlap < 0.99)
    return int(missed)


def make_vectors(products: int, *, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Vectors of length 1 around common centres, and queries beside some of them."""
    centres = rng.standard_normal((_CLUSTERS, _WIDTH), dtype=np.float32)
    matrix = rng.standard_normal((products, _WIDTH), dtype=np.float32)
    matrix *= 0.6
    matrix += centres[rng.integers(0, _CLUSTERS, products)]
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    queries = 0.6 * rng.standard_normal((max(GOALS), _WIDTH), dtype=np.float32)
    queries += centres[rng.integers(0, _CLUSTERS, len(queries))]
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    return matrix, queries


def make_contenders(faiss: Any, matrix: Floats) -> dict[str, Find]:
    """What finds the rows [m, k] that are nearest to queries [m, d] among those of a mask [n]."""
    flat = faiss.IndexFlatIP(_WIDTH)
    flat.add(matrix)
    coarse = faiss.IndexScalarQuantizer(
        _WIDTH, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    coarse.train(matrix[:50_000])
    coarse.add(matrix)
    floats = torch.from_numpy(matrix)
    ours = ByteVectors(floats)

    def parameters(mask: Mask | None) -> Any:
        if mask is None:
            return None
        bits = np.packbits(mask, bitorder="little")
        chosen = faiss.IDSelectorBitmap(len(mask), faiss.swig_ptr(bits))
        made = faiss.SearchParameters(sel=chosen)
        made.bits = bits  # The selector does not keep what it points to.
        return made

    def by_flat(queries: Floats, mask: Mask | None) -> NDArray[np.int64]:
        return np.asarray(flat.search(queries, _K, params=parameters(mask))[1])

    def by_coarse(queries: Floats, mask: Mask | None) -> NDArray[np.int64]:
        rows = np.asarray(coarse.search(queries, _RESCORED, params=parameters(mask))[1])
        exact = np.einsum("mkd,md->mk", matrix[rows], queries)
        return np.take_along_axis(rows, np.argsort(-exact, axis=1)[:, :_K], axis=1)

    def by_torch(queries: Floats, mask: Mask | None) -> NDArray[np.int64]:
        scores = torch.from_numpy(queries) @ floats.T
        if mask is not None:
            scores.masked_fill_(~torch.from_numpy(mask), -torch.inf)
        return scores.topk(_K, dim=1).indices.numpy()

    def by_ours(queries: Floats, mask: Mask | None) -> NDArray[np.int64]:
        return ours.nearest(torch.from_numpy(queries), _K, among=mask).rows

    return {
        "FAISS flat": by_flat,
        "FAISS SQ8, rescored": by_coarse,
        "torch": by_torch,
        "ours": by_ours,
    }


def measure(
    contenders: dict[str, Find], queries: Floats, mask: Mask | None, *, runs: int
) -> dict[str, tuple[float, NDArray[np.int64]]]:
    """The median processor milliseconds of each, taking turns, and what it found."""
    found = {name: find(queries, mask) for name, find in contenders.items()}
    took: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, find in contenders.items():
            started = time.process_time()
            find(queries, mask)
            took[name].append((time.process_time() - started) * 1_000)
    return {name: (statistics.median(took[name]), found[name]) for name in contenders}


if __name__ == "__main__":
    sys.exit(main())
