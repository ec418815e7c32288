"""Loads an adapter for serving: by ONNX Runtime on a CPU, by torch on a GPU."""

import logging
from dataclasses import dataclass
from importlib.metadata import version as version_of_package
from pathlib import Path
from typing import TYPE_CHECKING

from common.settings import Settings
from nlu.card import SHIPPED, check_files, read_card, version_of
from nlu.embedding import Embedder
from nlu.errors import ExportError
from nlu.exports import (
    adapter_export,
    encoder_export,
    exports_of,
    make_exports,
    read_embedder,
    read_predictor,
)
from nlu.predictor import Predictor

if TYPE_CHECKING:
    import torch

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """An adapter in memory, and the plain encoder beside it.

    Attributes:
        runtime: what runs them: onnx or torch.
    """

    folder: Path
    version: str
    predictor: Predictor
    embedder: Embedder
    runtime: str


def current_adapter(settings: Settings) -> Path:
    """The adapter trained for this shop, else the one that ships with Shopkeeper."""
    own = settings.models / "nlu" / "current"
    # A link that leads nowhere was meant to lead somewhere: whoever loads it says so.
    return own.resolve() if own.exists() or own.is_symlink() else SHIPPED


def load(folder: Path, *, settings: Settings, beside: Loaded | None = None) -> Loaded:
    """Load an adapter; where it has not been exported yet that comes first.

    Args:
        folder: the adapter's.
        settings: the device, and where exports lie.
        beside: what is loaded already; its plain encoder is shared where it is the same.

    Raises:
        AdapterError: something is missing, damaged, or does not fit the encoder.
        ConfigurationError: a GPU was asked for and there is none.
    """
    if settings.device != "cpu" and (settings.device == "cuda" or _may_have_gpu()):
        from nlu.encoder import choose_device

        device = choose_device(settings.device)
        if device.type != "cpu":
            return _load_torch(folder, device)
    try:
        return _load_onnx(folder, settings=settings, beside=beside)
    except ExportError as error:
        logger.warning("torch serves instead", extra={"reason": error.detail})
        return _load_torch(folder, None)


def _may_have_gpu() -> bool:
    """Whether it is worth asking torch, which takes seconds to say no."""
    if version_of_package("torch").endswith("+cpu"):
        return False
    return any(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/dxg").exists()


def _load_onnx(folder: Path, *, settings: Settings, beside: Loaded | None) -> Loaded:
    check_files(folder)
    version, base = version_of(folder), read_card(folder).base
    exports = exports_of(settings, folder)
    mine, plain = adapter_export(exports, version), encoder_export(exports, base)
    if not (mine.is_dir() and plain.is_dir()):
        logger.info("exporting the adapter, once", extra={"adapter": version})
        make_exports(folder, exports)
    if beside and beside.runtime == "onnx" and beside.predictor.card.base == base:
        embedder = beside.embedder
    else:
        embedder = read_embedder(plain)
    return Loaded(folder, version, read_predictor(mine), embedder, "onnx")


def _load_torch(folder: Path, device: "torch.device | None") -> Loaded:
    import torch

    from nlu import adapter as adapters
    from nlu.encoder import load_encoder
    from nlu.torch_engine import TorchPooler, share_embeddings

    # One thread a pass: several shoppers at once then share the cores fairly.
    torch.set_num_threads(1)
    adapter = adapters.load(folder)
    plain, tokenizer = load_encoder(adapter.card.base)
    share_embeddings(adapter.model.encoder, plain)
    embedder = Embedder(TorchPooler(plain, device=device), tokenizer)
    predictor = adapter.predictor(device=device)
    return Loaded(folder, adapter.version, predictor, embedder, "torch")
