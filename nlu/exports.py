"""Adapters as graphs for ONNX Runtime: where they lie, how they are made and read. Free of torch.

Each export is a folder named by what it was made from, so that none is ever out of date.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from common.settings import Settings
from nlu.card import SHIPPED, read_card
from nlu.embedding import Embedder
from nlu.errors import AdapterError, ExportError
from nlu.landmarks import Landmarks
from nlu.onnx_engine import OnnxEngine, OnnxPooler
from nlu.predictor import Predictor

GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
LANDMARKS = "landmarks.safetensors"
# Says how the weights are kept, and what that was measured to cost.
FORM = "form.json"
# Moves when exports are made in another way.
_FORMAT = 2
# What the exporting process ends with where the adapter itself is at fault.
BROKEN = 3
_ROOT = Path(__file__).resolve().parents[1]


def exports_of(settings: Settings, adapter: Path) -> Path:
    """Where an adapter's exports lie: they can be deleted and are made anew.

    Those of the adapter that ships lie beside the code, so that all shops of a machine share them.
    """
    shared = _ROOT / ".cache" / "nlu"
    if adapter == SHIPPED and (os.access(_ROOT, os.W_OK) or shared.is_dir()):
        return shared
    return settings.home / "cache" / "nlu"


def adapter_export(exports: Path, version: str) -> Path:
    """The folder of an adapter of this version."""
    return exports / f"adapter-{_FORMAT}-{version}"


def encoder_export(exports: Path, base: str) -> Path:
    """The folder of a plain encoder, by its name and its size where it is a folder."""
    digest = hashlib.sha256(base.encode())
    for file in sorted(Path(base).glob("*")) if Path(base).is_dir() else ():
        digest.update(f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}".encode())
    return exports / f"encoder-{_FORMAT}-{digest.hexdigest()[:12]}"


def make_exports(adapter: Path, exports: Path) -> None:
    """Export in a process of its own, which takes torch's memory along when it ends.

    Raises:
        AdapterError: the adapter is broken.
        ExportError: there is no such graph of its encoder, or no place to write it to.
    """
    try:
        exports.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"{exports} cannot be written: {error.strerror}.") from error
    command = [sys.executable, "-m", "nlu.onnx_export", str(adapter), str(exports)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    ended = subprocess.run(  # noqa: S603 - our own command
        command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        said = ended.stderr.strip().splitlines() or [f"It ended with {ended.returncode}."]
        raise (AdapterError if ended.returncode == BROKEN else ExportError)(said[-1])


def read_predictor(folder: Path) -> Predictor:
    """What answers for texts, from an adapter's export.

    Raises:
        AdapterError: a file is missing or damaged.
    """
    try:
        kept = load_file(folder / LANDMARKS)
        landmarks = Landmarks(kept["vectors"], kept["owners"])
    except (OSError, SafetensorError, KeyError) as error:
        raise _damaged(folder) from error
    engine = OnnxEngine(folder / GRAPH)
    return Predictor(engine, _read_tokenizer(folder), landmarks, read_card(folder))


def read_embedder(folder: Path) -> Embedder:
    """What gives texts their vectors, from an encoder's export.

    Raises:
        AdapterError: a file is missing or damaged.
    """
    return Embedder(OnnxPooler(folder / GRAPH), _read_tokenizer(folder))


def _read_tokenizer(folder: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # tokenizers' errors have no common root
        raise _damaged(folder) from error


def _damaged(folder: Path) -> AdapterError:
    return AdapterError(f"{folder} is damaged: delete it, it is made anew.")
