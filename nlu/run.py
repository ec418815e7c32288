"""One run over the rows: learn, judge every epoch, keep the best, calibrate, learn the rest."""

import copy
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.optim.lr_scheduler import LambdaLR

from nlu.adapter import Adapter
from nlu.augmentation import HASTY, Augmentation, augment
from nlu.batches import IGNORED, Batch, make_batches, make_rows
from nlu.calibration import Calibration, fit
from nlu.dataset import Example
from nlu.labels import OUT_OF_SCOPE
from nlu.landmarks import Landmarks, draw_landmarks, keep_landmarks, unit_rows
from nlu.lexicon import Lexicon
from nlu.measures import entity_scores, macro_f1
from nlu.model import Understander
from nlu.predictor import Pass, Prediction, sentiment_label
from nlu.rates import make_optimizer
from nlu.recipe import Epoch, OnEpoch, OnStep, Recipe
from nlu.sentiment import balance
from nlu.spelling import Speller, common_words

# What calibration may assume where the rows hold an intent for what is out of scope.
_EASY = {"unknown_share": 0.1, "spare": 0.02}
# How fast the rows set aside are learnt at the end, times the first rates.
_CLOSING_PACE = 0.3


@dataclass(frozen=True)
class Learnt:
    """What a run came to: the adapter's and the heads' weights by name, and their calibration."""

    weights: dict[str, torch.Tensor]
    calibration: Calibration

    @classmethod
    def of(cls, model: Understander, calibration: Calibration | None = None) -> Self:
        """What this model has learnt by now."""
        weights = {name: copy.deepcopy(p.detach()) for name, p in model.learnable()}
        return cls(weights, calibration or Calibration())

    def give(self, model: Understander) -> None:
        """Put the weights into the model."""
        model.load_state_dict(self.weights, strict=False)


def average(runs: Sequence[Learnt]) -> Learnt:
    """The mean of runs that began at the same weights: better than each of them, at its price.

    Wortsman et al. 2022, "Model soups: averaging weights of multiple fine-tuned models".
    """
    weights = {
        name: torch.stack([run.weights[name] for run in runs]).mean(0) for name in runs[0].weights
    }
    told = [run.calibration for run in runs]
    means = {
        field.name: np.mean([getattr(each, field.name) for each in told], axis=0).tolist()
        for field in fields(Calibration)
    }
    return Learnt(weights, Calibration.from_json(means))


def seed_of(recipe: Recipe, turn: int) -> int:
    """The seed of one of the recipe's runs; that of the first is the recipe's own."""
    return recipe.seed + 1000 * turn


class Run:
    """One training run: the state that its steps share.

    Attributes:
        fresh: the intent head knows nothing yet and starts at the class means.
        turn: which run of the recipe's it is.
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
        turn: int = 0,
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
        self.rng = random.Random(seed_of(recipe, turn))  # noqa: S311 - reproducible, not secret
        self.steps = recipe.epochs * math.ceil(len(learn) / recipe.batch)
        self.turn, self.step = turn, 0

    def train(
        self, *, on_epoch: OnEpoch | None, on_step: OnStep | None, started: float
    ) -> list[Epoch]:
        if self.fresh:
            self.model.heads.intent.start_at(self.class_means().to(self.device))
        optimizer, schedule = make_optimizer(self.model, self.recipe, steps=self.steps)
        history: list[Epoch] = []
        best, best_weights = -1.0, Learnt.of(self.model)
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
                best, best_weights, stale = score, Learnt.of(self.model), 0
            if stale >= self.recipe.patience:
                break
        best_weights.give(self.model)
        return history

    def conclude(self) -> Learnt:
        """Calibrate, then learn the rows set aside too."""
        calibration = self._calibrate()
        if self.recipe.closing:
            self._close()
        return Learnt.of(self.model, calibration)

    def finish(self, learnt: Learnt) -> Adapter:
        """Take this, balance, round, keep landmarks of all rows."""
        learnt.give(self.model)
        balance(self.model.heads.sentiment, self.learn)
        self.model.round_to_half()
        landmarks = self._landmarks()
        card = replace(self.made.card, calibration=learnt.calibration)
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
        rows = telling(self.learn)
        kept = [rows[n] for n in draw_landmarks(self._intents(rows), seed=self.recipe.seed)]
        return keep_landmarks(self._pass(kept).pooled, self._intents(kept))

    def _intents(self, examples: Sequence[Example]) -> list[int]:
        return [self.labels.intent_ids[example.intent] for example in examples]

    def _pass(self, examples: Sequence[Example]) -> Pass:
        self.model.eval()
        predictor = self.made.predictor(device=self.device)
        return predictor.run([example.text for example in examples])

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
                on_step(self.turn * self.steps + self.step, self.recipe.runs * self.steps)
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
        counts = np.bincount(self._intents(telling(self.learn)), minlength=len(self.labels.intents))
        return torch.from_numpy(np.log(np.maximum(counts, 1) / counts.sum())).float()

    def class_means(self) -> torch.Tensor:
        """The mean direction of each intent's rows: [intents, width]."""
        rows = telling(self.learn)
        unit = torch.from_numpy(unit_rows(self._pass(rows).pooled))
        index = torch.tensor(self._intents(rows))
        sums = torch.zeros(len(self.labels.intents), unit.shape[1]).index_add_(0, index, unit)
        return functional.normalize(sums, dim=-1)

    def _judge(self, number: int, loss: float, *, started: float) -> Epoch:
        self.model.eval()
        predictor = self.made.predictor(device=self.device)
        predictions = predictor.predict([e.text for e in self.aside])
        guesses = [self.labels.intents[int(p.intents.argmax())] for p in predictions]
        right = [guess == e.intent for guess, e in zip(guesses, self.aside, strict=True)]
        return Epoch(
            number=self.turn * self.recipe.epochs + number,
            of=self.recipe.runs * self.recipe.epochs,
            loss=loss,
            intent_accuracy=sum(right) / len(right),
            intent_f1=macro_f1([e.intent for e in self.aside], guesses),
            entity_f1=entity_scores(self.aside, [p.spans for p in predictions])["f1"],
            sentiment_f1=_sentiment_f1(self.aside, predictions),
            seconds=time.perf_counter() - started,
        )


def telling(examples: Sequence[Example]) -> list[Example]:
    """The rows whose intent is to be learnt."""
    return [example for example in examples if example.tells_intent]


def _sentiment_f1(examples: Sequence[Example], predictions: Sequence[Prediction]) -> float:
    pairs = [
        (e.sentiment, sentiment_label(p)[0])
        for e, p in zip(examples, predictions, strict=True)
        if e.sentiment is not None
    ]
    return macro_f1([wanted for wanted, _ in pairs], [given for _, given in pairs])
