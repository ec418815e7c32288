"""Points of a lesson where the adapter itself is trained, as `shopkeeper train nlu` does."""

from typing import Any

import numpy as np
import torch

from benchmarks.learning_bot import Rows
from benchmarks.learning_lesson import Lesson, Way
from nlu.dataset import Example
from nlu.recipe import choose_recipe
from nlu.training import train

_STEP = 10


def full_points(
    rows: Rows, test: Rows, way: Way, *, seed: int, count: int | None
) -> dict[str, Any]:
    """The accuracy of the quick bot and of a full training on what it had been taught by then.

    Args:
        rows: to learn from.
        test: rows in scope.
        way: how corrections are made.
        seed: of the lesson and of the training.
        count: after so many corrections; None after all.
    """
    lesson = Lesson.begun(rows, seed=seed)
    rng = np.random.default_rng(seed + 1000)
    bot = lesson.teach(hygiene=way.hygiene, seed=seed)
    while lesson.waiting and (count is None or lesson.corrections < count):
        lesson.correct(bot, way, count=_STEP, rng=rng)
        bot = lesson.teach(hygiene=way.hygiene, seed=seed)
    examples = [Example(rows.texts[n], str(lesson.labels[n])) for n in lesson.known]
    torch.set_num_threads(1)
    recipe = choose_recipe(
        len(examples), labels=len({example.intent for example in examples}), seed=seed
    )
    trained = train(examples, recipe=recipe, device="cpu")
    predictor = trained.merged().predictor()
    given = [
        predictor.labels.intents[int(each.intents.argmax())]
        for each in predictor.predict(test.texts)
    ]
    return {
        "rows": len(examples),
        "quick": round(float(bot.right(test).mean()), 4),
        "full": round(float(np.mean(np.array(given) == test.intents)), 4),
        "seconds": round(trained.seconds, 1),
    }
