"""How fast adapter and heads learn: a short climb, then down along a cosine."""

import math

import torch
from torch.optim.lr_scheduler import LambdaLR

from nlu.model import Understander
from nlu.recipe import Recipe


def make_optimizer(
    model: Understander, recipe: Recipe, *, steps: int, pace: float = 1.0
) -> tuple[torch.optim.Optimizer, LambdaLR]:
    """An optimizer over what is learnable, with its schedule over so many steps.

    Args:
        model: its heads learn at a rate of their own.
        recipe: the rates.
        steps: all of them.
        pace: times the recipe's rates.
    """
    adapter = [p for name, p in model.learnable() if not name.startswith("heads.")]
    heads = [p for name, p in model.learnable() if name.startswith("heads.")]
    optimizer = torch.optim.AdamW(
        [
            {"params": adapter, "lr": pace * recipe.adapter_rate},
            {"params": heads, "lr": pace * recipe.head_rate},
        ],
        weight_decay=0.01,
    )
    warmup = max(1, int(steps * recipe.warmup))

    def rate(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))

    return optimizer, LambdaLR(optimizer, rate)
