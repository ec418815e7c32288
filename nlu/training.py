"""The recipe that makes an adapter from annotated messages: set up, train, choose, save."""

import copy
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np
import torch
from peft import PeftConfig

from nlu import adapter as adapters
from nlu.adapter import Adapter
from nlu.calibration import Calibration
from nlu.card import PACKAGED, Card
from nlu.dataset import Example, fingerprint, spell_names, split
from nlu.encoder import choose_device, load_encoder
from nlu.errors import DatasetError
from nlu.frozen import frozen_by_onednn
from nlu.labels import ENTITIES, OUT_OF_SCOPE, Labels
from nlu.landmarks import Landmarks
from nlu.lexicon import Lexicon, read_lexicon
from nlu.model import build
from nlu.recipe import Epoch, OnEpoch, OnStep, Recipe
from nlu.run import Learnt, Run, average, seed_of, telling
from nlu.scripts import common_scripts
from nlu.spelling import TRUSTED, count_pairs, count_words
from nlu.start import START, take_start


@dataclass
class Trained:
    """The best model of a run, rounded as it will be stored, with all that belongs to it."""

    adapter: Adapter
    history: list[Epoch] = field(default_factory=list)
    seconds: float = 0.0

    def with_metrics(self, metrics: dict[str, float]) -> Self:
        """The same with figures on its card."""
        card = replace(self.adapter.card, metrics=metrics)
        return replace(self, adapter=replace(self.adapter, card=card))

    def merged(self) -> Adapter:
        """A copy for serving; this one keeps its adapter and can still be saved."""
        model = copy.deepcopy(self.adapter.model)
        model.merge()
        return replace(self.adapter, model=model)

    def save(self, folder: Path) -> None:
        """Write the adapter."""
        made = self.adapter
        adapters.save(folder, model=made.model, landmarks=made.landmarks, card=made.card)


def train(
    examples: Sequence[Example],
    *,
    recipe: Recipe | None = None,
    base: str = PACKAGED,
    device: str = "auto",
    peft: PeftConfig | None = None,
    start: Path | None = START,
    lexicon: Lexicon | None = None,
    on_epoch: OnEpoch | None = None,
    on_step: OnStep | None = None,
) -> Trained:
    """Train an adapter and heads on these rows.

    Part of the rows is set aside to choose the best epoch and to calibrate.

    Args:
        examples: annotated messages; without spans or sentiment only the intent is learnt.
        recipe: how.
        base: which encoder.
        device: auto, cpu or cuda.
        peft: any PEFT configuration; LoRA on all linear layers by default.
        start: where the default adapter on the packaged encoder starts; None for nowhere.
        lexicon: values to swap in.
        on_epoch: told after each epoch.
        on_step: told the step and the number of steps.

    Raises:
        DatasetError: there are fewer than two intents to tell apart.
        AdapterError: the start is missing or damaged.
    """
    recipe = recipe or Recipe()
    started = time.perf_counter()
    _seed(recipe.seed)
    intents = tuple(sorted({example.intent for example in examples}))
    if len(intents) < 2:
        raise DatasetError("Training needs rows of at least two intents.")
    annotated = any(example.spans for example in examples)
    labels = Labels(intents, ENTITIES if annotated else ())
    encoder, tokenizer = load_encoder(base)
    model = build(encoder, labels, adapter=peft)
    if start and peft is None and base == PACKAGED:
        take_start(model, folder=start)
    scripts = common_scripts(example.text for example in examples)
    lexicon = lexicon or read_lexicon()
    said = [*(e.text for e in examples), *lexicon.phrases * TRUSTED]
    card = Card(
        labels,
        Calibration(),
        base,
        fingerprint(examples),
        recipe=asdict(recipe),
        scripts=scripts,
        words=count_words(said) if recipe.spelling else {},
        pairs=count_pairs(said) if recipe.spelling else {},
    )
    width = int(encoder.config.hidden_size)
    nothing = Landmarks(np.zeros((1, width), np.float32), np.zeros(1, np.int64))
    made = Adapter(model, tokenizer, nothing, card, version="unsaved")
    where = choose_device(device)
    model.to(where)
    first, runs, history = Learnt.of(model), list[Learnt](), list[Epoch]()
    with frozen_by_onednn(model):
        for turn in range(recipe.runs):
            first.give(model)
            learn, aside = split(examples, share=recipe.share_aside, seed=seed_of(recipe, turn))
            if recipe.names:
                learn += spell_names(intent for intent in intents if intent != OUT_OF_SCOPE)
            run = Run(
                made=made,
                learn=learn,
                aside=aside or telling(learn),
                recipe=recipe,
                lexicon=lexicon,
                device=where,
                turn=turn,
            )
            history += run.train(on_epoch=on_epoch, on_step=on_step, started=started)
            runs.append(run.conclude())
        made = run.finish(average(runs))
    return Trained(made, history, time.perf_counter() - started)


def _seed(seed: int) -> None:
    torch.manual_seed(seed)
    np.random.seed(seed)
