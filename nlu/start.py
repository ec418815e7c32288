"""Where training starts: an adapter that has already learnt to tell many intents apart.

Learning other people's intents first teaches which differences between sentences matter, and a
handful of rows then goes further (Zhang et al. 2021, "Effectiveness of Pre-training for Few-shot
Intent Classification"). `nlu/start` was made by `python -m benchmarks.nlu_start`.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import torch
from peft import set_peft_model_state_dict
from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from nlu.augmentation import augment
from nlu.batches import Batch, make_batches, make_rows
from nlu.dataset import Example
from nlu.errors import AdapterError
from nlu.labels import Labels
from nlu.lexicon import Lexicon
from nlu.model import Understander
from nlu.rates import make_optimizer
from nlu.recipe import Recipe

START = Path(__file__).resolve().parent / "start"
WEIGHTS = "adapter_model.safetensors"


def take_start(model: Understander, *, folder: Path = START) -> None:
    """Give a fresh default adapter on the packaged encoder the weights of the start.

    Raises:
        AdapterError: they are missing or damaged.
    """
    file = folder / WEIGHTS
    try:
        weights = {name: value.float() for name, value in load_file(file).items()}
    except (OSError, SafetensorError) as error:
        raise AdapterError(
            f"{file}, which training starts from, is missing or damaged: bring it back with "
            "`git checkout nlu/start`, or make it with `python -m benchmarks.nlu_start`."
        ) from error
    set_peft_model_state_dict(cast(Any, model.encoder), weights)


def learn_many(
    model: Understander,
    sets: Sequence[Sequence[Example]],
    *,
    labels: Labels,
    tokenizer: Tokenizer,
    lexicon: Lexicon,
    recipe: Recipe,
    on_epoch: Callable[[int, float], None],
) -> None:
    """Learn several label sets at once; a row is only told apart from its own set's labels.

    Args:
        model: with a head that knows all labels and has been started at their class means.
        sets: the rows of each; no label is in two of them.
        labels: of all sets.
        tokenizer: the encoder's.
        lexicon: values to swap in.
        recipe: how.
        on_epoch: told the number of the epoch and its mean loss.
    """
    rng = random.Random(recipe.seed)  # noqa: S311 - reproducible, not secret
    steps = recipe.epochs * sum(math.ceil(len(rows) / recipe.batch) for rows in sets)
    optimizer, schedule = make_optimizer(model, recipe, steps=steps)
    own = [torch.tensor(sorted({labels.intent_ids[e.intent] for e in rows})) for rows in sets]
    for number in range(1, recipe.epochs + 1):
        model.train()
        batches: list[tuple[Batch, torch.Tensor]] = []
        for rows, columns in zip(sets, own, strict=True):
            varied = [
                augment(e, rng=rng, lexicon=lexicon) if rng.random() < recipe.augmented else e
                for e in rows
            ]
            made = make_rows(
                [replace(e, spans=None, sentiment=None) for e in varied],
                tokenizer=tokenizer,
                labels=labels,
            )
            batches += [
                (batch, columns) for batch in make_batches(made, size=recipe.batch, rng=rng)
            ]
        rng.shuffle(batches)
        total = 0.0
        for batch, columns in batches:
            logits = model(batch.ids, batch.mask).intents[:, columns]
            wanted = torch.searchsorted(columns, batch.intents)
            loss = functional.cross_entropy(logits, wanted, label_smoothing=recipe.smoothing)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_([p for _, p in model.learnable()], 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        on_epoch(number, total / len(batches))
