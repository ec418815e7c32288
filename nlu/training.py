"""The recipe that makes an adapter from annotated messages: set up, train, choose, save."""

import copy
import math
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np
import torch
from peft import PeftConfig
from torch import nn
from torch.nn import functional
from torch.optim.lr_scheduler import LambdaLR

from nlu import adapter as adapters
from nlu.adapter import Adapter
from nlu.augmentation import HASTY, Augmentation, augment
from nlu.batches import IGNORED, Batch, make_batches, make_rows
from nlu.calibration import Calibration, fit
from nlu.card import PACKAGED, Card
from nlu.dataset import Example, fingerprint, spell_names, split
from nlu.encoder import choose_device, load_encoder
from nlu.errors import DatasetError
from nlu.frozen import frozen_by_onednn
from nlu.labels import ENTITIES, OUT_OF_SCOPE, Labels
from nlu.landmarks import Landmarks, choose_landmarks, unit_rows
from nlu.lexicon import Lexicon, read_lexicon
from nlu.measures import entity_scores, macro_f1
from nlu.model import build
from nlu.predictor import Pass, Prediction, sentiment_label
from nlu.rates import make_optimizer
from nlu.recipe import Epoch, OnEpoch, OnStep, Recipe
from nlu.scripts import common_scripts
from nlu.sentiment import balance
from nlu.spelling import TRUSTED, Speller, common_words, count_pairs, count_words
from nlu.start import START, take_start

# What calibration may assume where the rows hold an intent for what is out of scope.
_EASY = {"unknown_share": 0.1, "spare": 0.02}
# How fast the rows set aside are learnt at the end, times the first rates.
_CLOSING_PACE = 0.3


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
    learn, aside = split(examples, share=recipe.share_aside, seed=recipe.seed)
    if recipe.names:
        learn += spell_names(intent for intent in intents if intent != OUT_OF_SCOPE)
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
    run = Run(
        made=Adapter(
            model,
            tokenizer,
            Landmarks(
                np.zeros((1, int(encoder.config.hidden_size)), np.float32), np.zeros(1, np.int64)
            ),
            card,
            version="unsaved",
        ),
        learn=learn,
        aside=aside or _telling(learn),
        recipe=recipe,
        lexicon=lexicon,
        device=choose_device(device),
    )
    with frozen_by_onednn(run.model):
        history = run.train(on_epoch=on_epoch, on_step=on_step, started=started)
        made = run.finish()
    return Trained(made, history, time.perf_counter() - started)


def _seed(seed: int) -> None:
    torch.manual_seed(seed)
    np.random.seed(seed)


class Run:
    """One training run: the state that its steps share.

    Attributes:
        fresh: the intent head knows nothing yet and starts at the class means.
    """

    fresh = True

    def __init__(
        self,
        *,
        made: Adapter,
        learn: list[Example],
        aside: list[Example],
        recipe: Recipe,
        lexicon: Lexicon,
        device: torch.device,
    ) -> None:
        self.made = made
        self.model = made.model.to(device)
        self.labels = made.card.labels
        self.learn = learn
        self.aside = aside
        self.recipe = recipe
        self.lexicon = lexicon
        self.odds, self.speller = Augmentation(), None
        if recipe.spelling:
            common = common_words(made.tokenizer.get_vocab())
            self.odds = HASTY
            self.speller = Speller(
                made.card.words,
                common=common,
                pairs=made.card.pairs,
                names=lexicon.values.get("brand", ()),
            )
        self.device = device
        self.handicap = recipe.evened * self._log_shares().to(device)
        self.rng = random.Random(recipe.seed)  # noqa: S311 - reproducible, not secret
        self.steps = recipe.epochs * math.ceil(len(learn) / recipe.batch)
        self.step = 0

    def train(
        self, *, on_epoch: OnEpoch | None, on_step: OnStep | None, started: float
    ) -> list[Epoch]:
        if self.fresh:
            self.model.heads.intent.start_at(self.class_means().to(self.device))
        optimizer, schedule = make_optimizer(self.model, self.recipe, steps=self.steps)
        history: list[Epoch] = []
        best, best_weights = -1.0, self._weights()
        stale = 0
        for number in range(1, self.recipe.epochs + 1):
            loss = self._learn_once(optimizer, schedule, on_step=on_step)
            epoch = self._judge(number, loss, started=started)
            history.append(epoch)
            if on_epoch:
                on_epoch(epoch)
            intents = epoch.intent_f1 if self.recipe.evened else epoch.intent_accuracy
            score = intents + epoch.entity_f1 + 0.3 * epoch.sentiment_f1
            stale += 1
            # Of equals the later one: it has learnt more.
            if score >= best:
                best, best_weights, stale = score, self._weights(), 0
            if stale >= self.recipe.patience:
                break
        self.model.load_state_dict(best_weights, strict=False)
        return history

    def finish(self) -> Adapter:
        """Calibrate, learn the rows set aside too, balance, round, keep landmarks."""
        calibration = self._calibrate()
        if self.recipe.closing:
            self._close()
        balance(self.model.heads.sentiment, self.learn)
        self.model.round_to_half()
        landmarks = self._landmarks()
        card = replace(self.made.card, calibration=calibration)
        self.model.cpu()
        return replace(self.made, landmarks=landmarks, card=card)

    def _calibrate(self) -> Calibration:
        landmarks = self._landmarks()
        passed = self._pass(self.aside)
        intents = self._intents(self.aside)
        return fit(
            landmarks.weigh(passed.pooled, passed.intents),
            landmarks.weigh(passed.pooled, passed.intents, without=intents),
            np.array(intents),
            # An intent for what is out of scope catches most of it before the threshold has to.
            **_EASY if OUT_OF_SCOPE in self.labels.intents else {},
        )

    def _close(self) -> None:
        """A few gentle epochs over all rows: one in ten is much where there are ten an intent."""
        self.learn = [*self.learn, *self.aside]
        epochs = self.recipe.closing
        steps = epochs * math.ceil(len(self.learn) / self.recipe.batch)
        optimizer, schedule = make_optimizer(
            self.model, self.recipe, steps=steps, pace=_CLOSING_PACE
        )
        for _ in range(epochs):
            self._learn_once(optimizer, schedule, on_step=None)

    def _landmarks(self) -> Landmarks:
        telling = _telling(self.learn)
        return choose_landmarks(
            self._pass(telling).pooled, self._intents(telling), seed=self.recipe.seed
        )

    def _intents(self, examples: Sequence[Example]) -> list[int]:
        return [self.labels.intent_ids[example.intent] for example in examples]

    def _pass(self, examples: Sequence[Example]) -> Pass:
        self.model.eval()
        predictor = self.made.predictor(device=self.device)
        return predictor.run([example.text for example in examples])

    def _weights(self) -> dict[str, torch.Tensor]:
        return {name: copy.deepcopy(p.detach()) for name, p in self.model.learnable()}

    def _learn_once(
        self, optimizer: torch.optim.Optimizer, schedule: LambdaLR, *, on_step: OnStep | None
    ) -> float:
        self.model.train()
        varied = [
            augment(
                example,
                rng=self.rng,
                lexicon=self.lexicon,
                odds=self.odds,
                speller=self.speller,
            )
            if self.rng.random() < self.recipe.augmented
            else example
            for example in self.learn
        ]
        rows = make_rows(varied, tokenizer=self.made.tokenizer, labels=self.labels)
        total = 0.0
        for batch in make_batches(rows, size=self.recipe.batch, rng=self.rng):
            loss = self._loss(batch)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_([p for _, p in self.model.learnable()], 1.0)
            optimizer.step()
            schedule.step()
            self.step += 1
            total += float(loss.detach()) * len(batch.intents)
            if on_step:
                on_step(self.step, self.steps)
        return total / len(rows)

    def _loss(self, batch: Batch) -> torch.Tensor:
        out = self.model(batch.ids.to(self.device), batch.mask.to(self.device))
        recipe = self.recipe
        loss = torch.zeros((), device=self.device)
        for weight, logits, wanted, smoothing in (
            (1.0, out.intents + self.handicap, batch.intents, recipe.smoothing),
            (recipe.sentiment_weight, out.sentiments, batch.sentiments, 0.0),
            (recipe.tag_weight, out.tags, batch.tags, 0.0),
            (recipe.role_weight, out.roles, batch.roles, 0.0),
        ):
            # A mean over nothing is no number.
            if bool((wanted != IGNORED).any()):
                flat = wanted.reshape(-1).to(self.device)
                loss = loss + weight * functional.cross_entropy(
                    logits.reshape(len(flat), -1),
                    flat,
                    ignore_index=IGNORED,
                    label_smoothing=smoothing,
                )
        return loss

    def _log_shares(self) -> torch.Tensor:
        """How much of the rows each intent has: [intents]."""
        counts = np.bincount(
            self._intents(_telling(self.learn)), minlength=len(self.labels.intents)
        )
        return torch.from_numpy(np.log(np.maximum(counts, 1) / counts.sum())).float()

    def class_means(self) -> torch.Tensor:
        """The mean direction of each intent's rows: [intents, width]."""
        telling = _telling(self.learn)
        unit = torch.from_numpy(unit_rows(self._pass(telling).pooled))
        index = torch.tensor(self._intents(telling))
        sums = torch.zeros(len(self.labels.intents), unit.shape[1]).index_add_(0, index, unit)
        return functional.normalize(sums, dim=-1)

    def _judge(self, number: int, loss: float, *, started: float) -> Epoch:
        self.model.eval()
        predictor = self.made.predictor(device=self.device)
        predictions = predictor.predict([e.text for e in self.aside])
        guesses = [self.labels.intents[int(p.intents.argmax())] for p in predictions]
        right = [guess == e.intent for guess, e in zip(guesses, self.aside, strict=True)]
        return Epoch(
            number=number,
            of=self.recipe.epochs,
            loss=loss,
            intent_accuracy=sum(right) / len(right),
            intent_f1=macro_f1([e.intent for e in self.aside], guesses),
            entity_f1=entity_scores(self.aside, [p.spans for p in predictions])["f1"],
            sentiment_f1=_sentiment_f1(self.aside, predictions),
            seconds=time.perf_counter() - started,
        )


def _telling(examples: Sequence[Example]) -> list[Example]:
    return [example for example in examples if example.tells_intent]


def _sentiment_f1(examples: Sequence[Example], predictions: Sequence[Prediction]) -> float:
    pairs = [
        (e.sentiment, sentiment_label(p)[0])
        for e, p in zip(examples, predictions, strict=True)
        if e.sentiment is not None
    ]
    return macro_f1([wanted for wanted, _ in pairs], [given for _, given in pairs])
