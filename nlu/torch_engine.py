"""Networks run by torch: while training, and on a GPU."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from transformers import PreTrainedModel

from nlu.batches import FILLER, pad
from nlu.encoder import mean_pool
from nlu.engine import Floats, TextOutputs, TokenIds
from nlu.model import Understander

_AT_ONCE = 32


class TorchEngine:
    """An understander on a device."""

    def __init__(self, model: Understander, *, device: torch.device | None = None) -> None:
        self.device = device or torch.device("cpu")
        self._model = model.to(self.device).eval()

    @torch.inference_mode()
    def run(self, rows: Sequence[TokenIds]) -> list[TextOutputs]:
        """The outputs for each row. Rows of like length go through together."""
        found: dict[int, TextOutputs] = {}
        for places, ids, mask in _batches(rows):
            out = self._model(ids.to(self.device), mask.to(self.device))
            pooled, intents, sentiments, tags, roles = (
                each.float().cpu().numpy()
                for each in (out.pooled, out.intents, out.sentiments, out.tags, out.roles)
            )
            for n, place in enumerate(places):
                length = len(rows[place])
                found[place] = TextOutputs(
                    pooled[n], intents[n], sentiments[n], tags[n, :length], roles[n, :length]
                )
        return [found[place] for place in range(len(rows))]


class TorchPooler:
    """A plain encoder on a device."""

    def __init__(self, encoder: PreTrainedModel, *, device: torch.device | None = None) -> None:
        self.device = device or torch.device("cpu")
        self._encoder = encoder.to(self.device).eval()

    @property
    def width(self) -> int:
        """The length of a vector."""
        return int(self._encoder.config.hidden_size)

    @torch.inference_mode()
    def pool(self, rows: Sequence[TokenIds]) -> Floats:
        """The mean of each row's tokens: [rows, width]."""
        vectors = np.zeros((len(rows), self.width), dtype=np.float32)
        for places, ids, mask in _batches(rows):
            mask = mask.to(self.device)
            out = self._encoder(input_ids=ids.to(self.device), attention_mask=mask)
            vectors[places] = mean_pool(out.last_hidden_state, mask).float().cpu().numpy()
        return vectors


def _batches(
    rows: Sequence[TokenIds],
) -> Iterator[tuple[list[int], torch.Tensor, torch.Tensor]]:
    """Places, padded ids and mask of rows of like length."""
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    for start in range(0, len(order), _AT_ONCE):
        places = order[start : start + _AT_ONCE]
        ids = pad([rows[place] for place in places], filler=FILLER)
        lengths = torch.tensor([len(rows[place]) for place in places])
        yield places, ids, (torch.arange(ids.shape[1]) < lengths[:, None]).long()


def share_embeddings(mine: torch.nn.Module, plain: torch.nn.Module) -> None:
    """Half of MiniLM is its word table, which no adapter touches: keep it in memory once."""
    twins = dict(mine.named_parameters())
    for name, parameter in plain.named_parameters():
        twin = twins.get(name)
        if "embeddings" in name and twin is not None and torch.equal(twin, parameter):
            parameter.data = twin.data
