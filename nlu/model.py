"""One encoder with one adapter and three heads: intent, sentiment, entities, in one pass."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import torch
from peft import LoraConfig, PeftConfig, PeftModel, get_peft_model
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel

from nlu.encoder import mean_pool
from nlu.labels import ROLES, SENTIMENTS, Labels

# Cosines lie within -1 and 1; times this they make a softmax that can be sure of itself.
_START_SCALE = 16.0


def default_adapter() -> LoraConfig:
    """LoRA on every linear layer of the encoder. Any other PEFT configuration does as well."""
    return LoraConfig(
        r=16,
        lora_alpha=32,
        lora_dropout=0.0,
        target_modules="all-linear",
        bias="none",
    )


@dataclass(frozen=True, slots=True)
class Outputs:
    """What one pass gives.

    Attributes:
        pooled: [rows, width], the mean of the tokens.
        intents: logits [rows, intents].
        sentiments: logits [rows, 3].
        tags: logits [rows, tokens, tags].
        roles: logits [rows, tokens, 2].
    """

    pooled: torch.Tensor
    intents: torch.Tensor
    sentiments: torch.Tensor
    tags: torch.Tensor
    roles: torch.Tensor


class CosineHead(nn.Module):
    """Scores a vector by its angle to one direction per class.

    Started at the class means it is a nearest-mean classifier before the first step, which helps
    where examples are few (Gidaris and Komodakis 2018, "Dynamic Few-Shot Visual Learning").
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.directions = nn.Parameter(torch.randn(classes, width) / width**0.5)
        self.scale = nn.Parameter(torch.tensor(_START_SCALE))

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Logits [rows, classes]."""
        return self.scale * self.cosines(vectors)

    def cosines(self, vectors: torch.Tensor) -> torch.Tensor:
        """Cosines [rows, classes]."""
        directions = functional.normalize(self.directions, dim=-1)
        return functional.normalize(vectors, dim=-1) @ directions.T

    @torch.no_grad()
    def start_at(self, means: torch.Tensor) -> None:
        """Point each direction at its class mean: [classes, width]."""
        self.directions.copy_(functional.normalize(means, dim=-1))


class Heads(nn.Module):
    """The three heads; together a few tens of thousands of weights."""

    def __init__(self, width: int, labels: Labels) -> None:
        super().__init__()
        self.intent = CosineHead(width, len(labels.intents))
        self.sentiment = nn.Linear(width, len(SENTIMENTS))
        self.tags = nn.Linear(width, len(labels.tags))
        self.roles = nn.Linear(width, len(ROLES))

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> Outputs:
        """All logits from the encoder's last layer."""
        pooled = mean_pool(hidden, mask)
        return Outputs(
            pooled=pooled,
            intents=self.intent(pooled),
            sentiments=self.sentiment(pooled),
            tags=self.tags(hidden),
            roles=self.roles(hidden),
        )


class Understander(nn.Module):
    """Encoder, adapter and heads."""

    def __init__(self, encoder: PreTrainedModel | PeftModel, heads: Heads) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = heads

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> Outputs:
        """One pass over padded token ids [rows, tokens]."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return cast(Outputs, self.heads(hidden, mask))

    def learnable(self) -> list[tuple[str, nn.Parameter]]:
        """The adapter's and the heads' parameters, by name."""
        return [(name, p) for name, p in self.named_parameters() if p.requires_grad]

    @torch.no_grad()
    def round_to_half(self) -> None:
        """Round what was learnt to float16, as it will be stored: measured is what ships."""
        for _, parameter in self.learnable():
            parameter.copy_(parameter.half().float())

    def merge(self) -> None:
        """Fold the adapter into the encoder's own weights: the same outputs, less work."""
        if isinstance(self.encoder, PeftModel):
            self.encoder = cast(Any, self.encoder).merge_and_unload()


@contextmanager
def quiet_peft() -> Iterator[None]:
    """PEFT asks transformers a deprecated question, which is no business of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def build(
    encoder: PreTrainedModel, labels: Labels, *, adapter: PeftConfig | None = None
) -> Understander:
    """A fresh adapter and fresh heads on this encoder; the encoder's own weights are frozen."""
    width = int(encoder.config.hidden_size)
    # Frozen weights do not overfit, and on a CPU dropping out is half of a step's time.
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    with quiet_peft():
        adapted = get_peft_model(encoder, adapter or default_adapter())
    return Understander(adapted, Heads(width, labels))
