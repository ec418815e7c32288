"""Pictures and texts to vectors of one space, by any CLIP-like sentence-transformers model."""

import logging
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from common.errors import ConfigurationError
from common.settings import Settings
from recommender.encoders import TOKENS, SentenceEncoder, choose_device, fingerprint
from recommender.lexical import Floats

logger = logging.getLogger(__name__)

# What a model's own code raises that lacks a file, a library, or the half that sees.
_UNFIT = (
    OSError,
    ValueError,
    RuntimeError,
    ImportError,
    TypeError,
    LookupError,
    AttributeError,
)


class ClipEncoder(SentenceEncoder):
    """A sentence-transformers model that reads pictures as well as texts."""

    def encode_pictures(self, pictures: Sequence[Image.Image]) -> Floats:
        """The vectors of pictures, of length 1, in the space of texts: float32 [n, d]."""
        return self._encode(pictures)


def load_picture_encoder(settings: Settings) -> ClipEncoder:
    """The model of pictures that the settings name.

    Raises:
        ConfigurationError: none is named, it is not there or knows no pictures, or the GPU asked
            for is not there.
    """
    device = choose_device(settings)
    if device.type == "cpu":
        torch.set_num_threads(1)  # As for texts.
    path = settings.picture_model or ""
    disable_progress_bar()
    try:
        model = SentenceTransformer(path, device=str(device))
        model.eval()
        model.max_seq_length = min(model.max_seq_length or TOKENS, TOKENS)
        name = f"{Path(path).name}-{fingerprint(path, weights='**/*.safetensors')}"
        # Single precision on a GPU too: pictures come as such.
        encoder = ClipEncoder(model, name=name, device=device)
        seen = encoder.encode_pictures([Image.new("RGB", (64, 64), "white")]).shape[1]
    except _UNFIT as error:
        raise _refusal(path) from error
    if seen != encoder.dimension:
        raise _refusal(path)
    logger.info("picture model loaded", extra={"model": name, "device": str(device)})
    return encoder


def _refusal(path: str) -> ConfigurationError:
    return ConfigurationError(
        f"SHOPKEEPER_PICTURE_MODEL {path!r} does not load as a model of pictures and texts: name a "
        "folder or a model of Hugging Face that is on this machine, such as clip-ViT-B-32, "
        "or leave the setting out."
    )
