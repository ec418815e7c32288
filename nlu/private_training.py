"""Training that is all but the same whether any one row was there: differential privacy.

Each step takes every row with the same small chance, clips what each row asks for, and adds noise
(Abadi et al. 2016, "Deep Learning with Differential Privacy"), by Opacus on the adapter and the
heads; the encoder is frozen and the pooler, which Opacus cannot follow, is left out of it anyway.

What else a trained model carries must not tell of the rows either. So nothing is chosen by them:
no early stopping, no class means to start at, no fitted calibration, no word list for spelling, no
hash of the data. The intents' names stand in where rows are needed: they say where the heads start
and are the landmarks. Which intents there are is not protected.
"""

import math
import random
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from common.errors import ConfigurationError
from nlu.adapter import Adapter
from nlu.batches import IGNORED, Batch, collate, make_rows
from nlu.calibration import Calibration
from nlu.card import PACKAGED, Card
from nlu.dataset import Example, spell_names
from nlu.encoder import choose_device, load_encoder
from nlu.errors import DatasetError
from nlu.labels import ENTITIES, Labels
from nlu.landmarks import Landmarks, unit_rows
from nlu.model import Understander, build
from nlu.recipe import OnStep, Recipe
from nlu.start import take_start
from nlu.training import Trained

# Under this belief no intent is believed. Not fitted: fitting it would tell of the rows.
_THRESHOLD = 0.3


@dataclass(frozen=True)
class Privacy:
    """How private, and what it takes.

    Attributes:
        epsilon: how much more likely any outcome may get by one row, as a power of e.
        delta: the chance that even that does not hold; by default under one over the rows.
        clip: no row moves the weights by more than this length.
        batch: rows a step in the mean; more rows drown the noise better.
        epochs: passes over the rows.
    """

    epsilon: float
    delta: float | None = None
    clip: float = 1.0
    batch: int = 128
    epochs: int = 30
    adapter_rate: float = 5e-4
    head_rate: float = 5e-3


def train_privately(
    examples: Sequence[Example],
    privacy: Privacy,
    *,
    recipe: Recipe | None = None,
    device: str = "auto",
    on_step: OnStep | None = None,
) -> Trained:
    """Train an adapter and heads so that no row can be told to have been among these.

    The card says epsilon, delta and what they follow from, under `recipe.privacy`.

    Args:
        examples: annotated messages, each protected as one; somebody who wrote many is protected
            less.
        privacy: how much.
        recipe: its seed and weights of losses are taken, no more.
        device: auto, cpu or cuda.
        on_step: told the step and the number of steps.

    Raises:
        ConfigurationError: Opacus is not installed, or epsilon and delta are no such numbers.
        DatasetError: there are fewer than two intents to tell apart.
        AdapterError: the start is missing or damaged.
    """
    recipe = recipe or Recipe()
    delta = privacy.delta if privacy.delta is not None else 1 / (2 * max(1, len(examples)))
    if not (privacy.epsilon > 0 and 0 < delta < 1):
        raise ConfigurationError(
            f"An epsilon of {privacy.epsilon} with a delta of {delta} protects nobody: epsilon is "
            "above 0, 8 or less for instance, and delta well under one over the number of rows."
        )
    intents = tuple(sorted({example.intent for example in examples}))
    if len(intents) < 2:
        raise DatasetError("Training needs rows of at least two intents.")
    started = time.perf_counter()
    torch.manual_seed(recipe.seed)
    labels = Labels(intents, ENTITIES if any(example.spans for example in examples) else ())
    encoder, tokenizer = load_encoder()
    model = build(encoder, labels)
    take_start(model)
    made = Adapter(
        model,
        tokenizer,
        Landmarks(np.zeros((1, _width(model)), np.float32), np.zeros(1, np.int64)),
        Card(labels, Calibration(threshold=_THRESHOLD), PACKAGED, recipe=asdict(recipe)),
        version="unsaved",
    )
    place = choose_device(device)
    model.to(place)
    names = _names(labels)
    model.heads.intent.start_at(_pooled(made, names, device=place).to(place))
    told = _learn(made, examples, privacy, recipe=recipe, delta=delta, on_step=on_step)
    model.round_to_half()
    vectors = _pooled(made, names, device=place)
    model.cpu()
    landmarks = Landmarks(
        unit_rows(vectors.numpy()),
        np.array([labels.intent_ids[name.intent] for name in names], dtype=np.int64),
    )
    card = replace(made.card, recipe=made.card.recipe | {"privacy": told})
    done = replace(made, landmarks=landmarks, card=card)
    return Trained(done, [], time.perf_counter() - started)


def _names(labels: Labels) -> list[Example]:
    """A row for each intent, from its name alone, in the labels' order."""
    said = {row.intent: row for row in spell_names(labels.intents)}
    return [said.get(name) or Example(name, name) for name in labels.intents]


def _pooled(made: Adapter, rows: Sequence[Example], *, device: torch.device) -> torch.Tensor:
    made.model.eval()
    passed = made.predictor(device=device).run([row.text for row in rows])
    return torch.from_numpy(passed.pooled)


def _width(model: Understander) -> int:
    return int(model.heads.intent.directions.shape[1])


def _learn(
    made: Adapter,
    examples: Sequence[Example],
    privacy: Privacy,
    *,
    recipe: Recipe,
    delta: float,
    on_step: OnStep | None,
) -> dict[str, Any]:
    """Take the steps; what they cost in privacy, for the card."""
    opacus = _opacus()
    share = min(1.0, privacy.batch / len(examples))
    steps = math.ceil(privacy.epochs / share)
    noise = opacus.accountants.utils.get_noise_multiplier(
        target_epsilon=privacy.epsilon,
        target_delta=delta,
        sample_rate=share,
        steps=steps,
        accountant="rdp",
    )
    model = opacus.GradSampleModule(made.model, loss_reduction="mean")
    device = next(model.parameters()).device
    plain = torch.optim.AdamW(_groups(made.model, privacy), weight_decay=0.0)
    optimizer = opacus.optimizers.DPOptimizer(
        plain,
        noise_multiplier=noise,
        max_grad_norm=privacy.clip,
        expected_batch_size=max(1, round(share * len(examples))),
    )
    accountant = opacus.accountants.RDPAccountant()
    rows = make_rows(examples, tokenizer=made.tokenizer, labels=made.card.labels)
    rng = random.Random(recipe.seed)  # noqa: S311 - which rows a step takes is no key
    model.train()
    for step in range(1, steps + 1):
        drawn = [row for row in rows if rng.random() < share]
        accountant.step(noise_multiplier=noise, sample_rate=share)
        # With a hundred rows in the mean this does not happen; a step of noise alone teaches none.
        if drawn:
            optimizer.zero_grad()
            with warnings.catch_warnings():
                # Token numbers have no gradient, which is as it should be.
                warnings.filterwarnings("ignore", message="Full backward hook is firing")
                torch.autograd.backward(_loss(model, collate(drawn), recipe, device=device))
            optimizer.step()
        if on_step:
            on_step(step, steps)
    model.to_standard_module()
    return {
        "epsilon": round(float(accountant.get_epsilon(delta)), 3),
        "delta": delta,
        "noise": round(float(noise), 4),
        "clip": privacy.clip,
        "sample_rate": round(share, 4),
        "steps": steps,
        "of": "each row; the intents' names are not protected",
    }


def _groups(model: Understander, privacy: Privacy) -> list[dict[str, Any]]:
    adapter = [p for name, p in model.learnable() if not name.startswith("heads.")]
    heads = [p for name, p in model.learnable() if name.startswith("heads.")]
    return [
        {"params": adapter, "lr": privacy.adapter_rate},
        {"params": heads, "lr": privacy.head_rate},
    ]


def _loss(model: Any, batch: Batch, recipe: Recipe, *, device: torch.device) -> torch.Tensor:
    """The mean over the rows of what each row loses by itself: rows must not share anything."""
    out = model(batch.ids.to(device), batch.mask.to(device))
    total = torch.zeros(len(batch.intents), device=device)
    for weight, logits, wanted, smoothing in (
        (1.0, out.intents[:, None], batch.intents[:, None], recipe.smoothing),
        (recipe.sentiment_weight, out.sentiments[:, None], batch.sentiments[:, None], 0.0),
        (recipe.tag_weight, out.tags, batch.tags, 0.0),
        (recipe.role_weight, out.roles, batch.roles, 0.0),
    ):
        wanted = wanted.to(device)
        each = functional.cross_entropy(
            logits.transpose(1, 2),
            wanted,
            ignore_index=IGNORED,
            label_smoothing=smoothing,
            reduction="none",
        )
        counted = (wanted != IGNORED).sum(1)
        total = total + weight * each.sum(1) / counted.clamp(min=1)
    return total.mean()


def _opacus() -> Any:
    """Opacus with the parts that are used, imported where it is wanted: nobody else has it.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        import opacus
        import opacus.accountants.utils
        import opacus.optimizers
    except ImportError as error:
        raise ConfigurationError(
            "Private training needs Opacus: install it with `pip install 'shopkeeper[private]'`."
        ) from error
    return opacus
