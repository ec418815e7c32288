"""A trained adapter learns a little more, in a tenth of the time of a training from the start.

What is learnt is mixed with rows that the adapter knows, drawn anew for each run, or it would
forget them for the sake of the new ones (rehearsal; Robins 1995, "Catastrophic Forgetting,
Rehearsal and Pseudorehearsal"). Each run begins with the same adapter and learns everything new
again: nothing piles up over the runs, and what has been erased meanwhile is not in the next one.
"""

import math
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from nlu import adapter as adapters
from nlu.adapter import Adapter
from nlu.calibration import Calibration
from nlu.card import SHIPPED
from nlu.dataset import Example, fingerprint, split
from nlu.encoder import choose_device
from nlu.errors import DatasetError
from nlu.hygiene import fold
from nlu.labels import Labels
from nlu.lexicon import Lexicon, read_lexicon
from nlu.model import Heads, Understander
from nlu.recipe import OnEpoch, OnStep, Recipe
from nlu.run import Run
from nlu.sentiment import balance
from nlu.training import Trained

# Of what is known, so many rows for each new one, and at least so many: forgetting costs more.
_KNOWN_FOR_EACH = 3
_KNOWN_AT_LEAST = 1200
# Of the new rows, so many are set aside to choose the epoch by, beside rows that ship for that.
_ASIDE = 0.1
_ENOUGH = 100


def choose_further_recipe(*, seed: int = 7, epochs: int | None = None) -> Recipe:
    """Gently: the adapter is good, and few rows mislead easily."""
    return Recipe(
        epochs=epochs or 3,
        patience=epochs or 3,
        adapter_rate=2e-4,
        head_rate=8e-4,
        warmup=0.1,
        closing=0,
        augmented=0.5,
        spelling=True,
        seed=seed,
    )


def learn_further(
    lessons: Sequence[Example],
    *,
    known: Sequence[Example],
    aside: Sequence[Example],
    recipe: Recipe | None = None,
    start: Path = SHIPPED,
    device: str = "auto",
    lexicon: Lexicon | None = None,
    on_epoch: OnEpoch | None = None,
    on_step: OnStep | None = None,
) -> Trained:
    """Teach a trained adapter new rows.

    The words that the adapter puts right stay those of its own rows: no shopper's word is kept.

    Args:
        lessons: the new rows. An intent that the adapter does not know is learnt as well.
        known: what the adapter learnt from; where a lesson has one of its wordings, that holds.
        aside: rows that it did not learn from, to choose the epoch by.
        recipe: how.
        start: the adapter to begin with.
        device: auto, cpu or cuda.
        lexicon: values to swap in.
        on_epoch: told after each epoch.
        on_step: told the step and the number of steps.

    Raises:
        DatasetError: there is nothing new to learn.
        AdapterError: the adapter to begin with is missing or damaged.
    """
    if not lessons:
        raise DatasetError("There is nothing new to learn.")
    recipe = recipe or choose_further_recipe()
    started = time.perf_counter()
    torch.manual_seed(recipe.seed)
    made = _reopen(start, intents={lesson.intent for lesson in lessons})
    new, spared = list(lessons), list[Example]()
    if len(lessons) >= _ENOUGH:
        new, spared = split(lessons, share=_ASIDE, seed=recipe.seed)
    said = {fold(lesson.text) for lesson in lessons}
    rehearsed = draw(
        [row for row in known if fold(row.text) not in said],
        count=max(_KNOWN_AT_LEAST, _KNOWN_FOR_EACH * len(new)),
        seed=recipe.seed,
    )
    run = _FurtherRun(
        made=made,
        learn=[*new, *rehearsed],
        aside=[*aside, *spared],
        recipe=recipe,
        lexicon=lexicon or read_lexicon(),
        device=choose_device(device),
    )
    run.begin(rehearsed)
    history = run.train(on_epoch=on_epoch, on_step=on_step, started=started)
    trained = run.finish(run.conclude())
    card = replace(
        trained.card, data_hash=fingerprint([*lessons, *known]), recipe=asdict(recipe), metrics={}
    )
    return Trained(replace(trained, card=card), history, time.perf_counter() - started)


def draw(rows: Sequence[Example], *, count: int, seed: int) -> list[Example]:
    """So many rows, of every intent and mood its share, and at least two of each intent."""
    kinds: defaultdict[tuple[str, bool], list[Example]] = defaultdict(list)
    for row in rows:
        kinds[row.intent, row.tells_intent].append(row)
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    drawn: list[Example] = []
    for kind in sorted(kinds):
        mine = kinds[kind]
        share = max(2, math.ceil(count * len(mine) / len(rows)))
        drawn += rng.sample(mine, min(share, len(mine)))
    return drawn


def _reopen(folder: Path, *, intents: set[str]) -> Adapter:
    """An adapter that can learn on, with room for further intents after those it knows."""
    made = adapters.load(folder, merged=False)
    for name, parameter in made.model.named_parameters():
        parameter.requires_grad = name.startswith("heads.") or "lora_" in name
    known = made.card.labels.intents
    further = sorted(intents - set(known))
    if not further:
        return made
    labels = Labels((*known, *further), made.card.labels.entities)
    old = made.model.heads
    heads = Heads(old.intent.directions.shape[1], labels)
    weights = old.state_dict()
    directions = heads.intent.directions.detach().clone()
    directions[: len(known)] = weights["intent.directions"]
    heads.load_state_dict({**weights, "intent.directions": directions})
    model = Understander(made.model.encoder, heads)
    return replace(made, model=model, card=replace(made.card, labels=labels))


class _FurtherRun(Run):
    """A run whose heads know most of it already."""

    fresh = False

    def _calibrate(self) -> Calibration:
        """As it was: the adapter's own was fitted on more rows than there are new ones.

        Fitted anew on 200 rows the threshold rose from .42 to .56 and cost two messages in a
        hundred; kept, it costs none.
        """
        return self.made.card.calibration

    def begin(self, rehearsed: Sequence[Example]) -> None:
        """Point new intents at their rows, and undo what finishing does to the moods."""
        known = self.made.landmarks.owners.max() + 1
        directions = self.model.heads.intent.directions
        if len(directions) > known:
            with torch.no_grad():
                directions[known:] = self.class_means().to(self.device)[known:]
        mood = self.model.heads.sentiment
        before = mood.bias.detach().clone()
        balance(mood, rehearsed)
        with torch.no_grad():
            mood.bias.copy_(2 * before - mood.bias)
