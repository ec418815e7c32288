"""Sentence vectors of the plain encoder, without the adapter."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from nlu.batches import cut_words, pad
from nlu.encoder import mean_pool


class Embedder:
    """Turns texts into unit vectors. Safe to share between threads."""

    def __init__(self, encoder: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> None:
        self._encoder = encoder.eval()
        self._tokenizer = tokenizer

    @property
    def width(self) -> int:
        """The length of a vector."""
        return int(self._encoder.config.hidden_size)

    @torch.inference_mode()
    def embed(self, texts: Sequence[str], *, batch: int = 32) -> NDArray[np.float32]:
        """Unit vectors [texts, width]; the zero vector never occurs."""
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        words = cut_words(texts, tokenizer=self._tokenizer) if texts else []
        order = sorted(range(len(texts)), key=lambda n: len(words[n].ids))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            ids = pad([words[n].ids for n in chosen], filler=int(self._tokenizer.pad_token_id or 0))
            lengths = torch.tensor([len(words[n].ids) for n in chosen])
            mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
            device = self._encoder.device
            hidden = self._encoder(
                input_ids=ids.to(device), attention_mask=mask.to(device)
            ).last_hidden_state
            pooled = functional.normalize(mean_pool(hidden, mask.to(device)), dim=-1)
            vectors[chosen] = pooled.cpu().numpy()
        return vectors
