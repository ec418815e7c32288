"""RecTools' SASRec on a sequence file: its figures at points of processor time.

Runs in an environment of its own (RecTools 0.19 wants numpy 1.26) and knows nothing of ours:

    uv venv --python 3.11 .cache/rectools
    uv pip install --python .cache/rectools/bin/python "rectools[torch]==0.19.0" numpy==1.26.4
    .cache/rectools/bin/python benchmarks/rectools_sasrec.py FILE --minutes 1 3 6 10 15

Prints one line of JSON for each point: the last epoch that ended before it.
"""

import argparse
import json
import logging
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from pytorch_lightning import Trainer
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel

_CUT = 10
# Shoppers of the file's beginning that validation is told of.
_JUDGED = 10_000


def main() -> None:
    """Train epoch after epoch until the last point is past."""
    options = read_options()
    warnings.filterwarnings("ignore")
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    sequences = [
        list(map(int, line.split()[1:])) for line in Path(options.file).read_text().splitlines()
    ]
    learn = dataset([items[:-2] for items in sequences])
    asked = dataset([items[:-1] for items in sequences])
    model = SASRecModel(
        n_factors=options.factors,
        n_blocks=2,
        n_heads=options.heads,
        dropout_rate=options.dropout,
        session_max_len=50,
        loss="sampled_softmax",
        n_negatives=options.negatives,
        lr=options.rate,
        batch_size=128,
        recommend_torch_device="cpu",
        recommend_n_threads=1,
        get_trainer_func=make_trainer,
    )
    seconds, epochs = 0.0, 0
    before: dict[str, float] | None = None
    points = sorted(options.minutes)
    while points:
        started = time.process_time()
        model.fit_partial(learn, min_epochs=1, max_epochs=1)
        seconds += time.process_time() - started
        epochs += 1
        length = seconds / epochs
        # What a point is told of ended before it: it is measured when the next would not.
        if before is None or seconds <= points[0] * 60 < seconds + length:
            before = {"epochs": epochs, "cpu_seconds": round(seconds, 1)}
            before |= figures(model, learn, sequences[:_JUDGED], at=-2, name="valid")
            before |= figures(model, asked, sequences, at=-1, name="test")
        while points and seconds + length > points[0] * 60:
            print(json.dumps({"minutes": points.pop(0), **before}), flush=True)


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", help="lines of `user item item ...`, oldest first")
    parser.add_argument("--minutes", type=float, nargs="+", default=[1, 3, 6, 10, 15])
    parser.add_argument("--factors", type=int, default=64)
    parser.add_argument("--heads", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--negatives", type=int, default=256)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def make_trainer() -> Trainer:
    """A trainer that says and keeps nothing."""
    return Trainer(
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        max_epochs=1,
    )


def dataset(sequences: list[list[int]]) -> Dataset:
    """The steps as interactions; their place is their time."""
    lengths = [len(items) for items in sequences]
    table = pd.DataFrame(
        {
            Columns.User: np.repeat(np.arange(len(sequences)), lengths),
            Columns.Item: np.concatenate([np.asarray(items, dtype=int) for items in sequences]),
            Columns.Weight: 1.0,
            Columns.Datetime: pd.to_datetime("2020-01-01")
            + pd.to_timedelta(np.concatenate([np.arange(n) for n in lengths]), unit="D"),
        }
    )
    return Dataset.construct(table)


def figures(
    model: SASRecModel, histories: Dataset, sequences: list[list[int]], *, at: int, name: str
) -> dict[str, float]:
    """Recall and NDCG at 10 of each sequence's item at this place, full ranking."""
    shown = model.recommend(
        users=np.arange(len(sequences)), dataset=histories, k=_CUT, filter_viewed=True
    )
    wanted = np.array([items[at] for items in sequences])
    hits = shown[shown[Columns.Item].to_numpy() == wanted[shown[Columns.User].to_numpy()]]
    ranks = hits[Columns.Rank].to_numpy()
    return {
        f"{name}_recall@10": round(len(ranks) / len(sequences), 4),
        f"{name}_ndcg@10": round(float((1 / np.log2(ranks + 1)).sum()) / len(sequences), 4),
    }


if __name__ == "__main__":
    main()
