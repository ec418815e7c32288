"""Make the adapter that training starts from.

    python -m benchmarks.nlu_start [--output nlu/start] [--each 30] [--epochs 3]

It learns to tell apart the intents of three sets at once: ours, CLINC150 (CC BY 3.0) and Bitext's
customer service utterances (CDLA-Sharing 1.0, which leaves what is computed from data free). Sets
that stand in the benchmarks as few-shot tasks are not among them: BANKING77, HWU64 and HINT3.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional

from benchmarks.nlu_sets import REAL, bitext, clinc, draw, own
from nlu.dataset import Example
from nlu.embedding import Embedder
from nlu.encoder import load_encoder
from nlu.labels import Labels
from nlu.lexicon import read_lexicon
from nlu.model import build
from nlu.recipe import Recipe
from nlu.start import START, WEIGHTS, learn_many
from nlu.torch_engine import TorchPooler

EACH = 30
RECIPE = Recipe(epochs=3, adapter_rate=1e-3, seed=7)


def main() -> int:
    """Train and write; 1 where the data is absent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=START)
    parser.add_argument("--epochs", type=int, default=RECIPE.epochs)
    parser.add_argument("--each", type=int, default=EACH, help="rows of an intent at most")
    options = parser.parse_args()
    if not REAL.is_dir():
        print(f"{REAL} is not there: name the folder of real data by SHOPKEEPER_DATA.")
        return 1
    weights = make_start(
        {
            "own": [row for row in own().train if row.tells_intent],
            "bitext": bitext(),
            "clinc": clinc().train,
        },
        each=options.each,
        recipe=replace(RECIPE, epochs=options.epochs),
    )
    options.output.mkdir(parents=True, exist_ok=True)
    save_file(weights, options.output / WEIGHTS)
    return 0


def make_start(
    sets: dict[str, Sequence[Example]], *, each: int, recipe: Recipe
) -> dict[str, torch.Tensor]:
    """The adapter's weights in float16, named as PEFT stores them."""
    from peft import get_peft_model_state_dict

    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    groups = [
        draw([Example(e.text, f"{name}/{e.intent}") for e in rows], each=each, seed=recipe.seed)
        for name, rows in sets.items()
    ]
    rows = [example for group in groups for example in group]
    labels = Labels(tuple(sorted({example.intent for example in rows})), ())
    encoder, tokenizer = load_encoder()
    vectors = torch.from_numpy(
        Embedder(TorchPooler(encoder), tokenizer).embed([e.text for e in rows])
    )
    owners = torch.tensor([labels.intent_ids[example.intent] for example in rows])
    sums = torch.zeros(len(labels.intents), vectors.shape[1]).index_add_(0, owners, vectors)
    model = build(encoder, labels)
    model.heads.intent.start_at(functional.normalize(sums, dim=-1))
    started = time.perf_counter()
    learn_many(
        model,
        groups,
        labels=labels,
        tokenizer=tokenizer,
        lexicon=read_lexicon(),
        recipe=recipe,
        on_epoch=lambda number, loss: print(
            f"{number}/{recipe.epochs} loss {loss:.3f}, {time.perf_counter() - started:.0f} s",
            flush=True,
        ),
    )
    found = get_peft_model_state_dict(model.encoder)
    return {name: value.detach().half().contiguous() for name, value in found.items()}


if __name__ == "__main__":
    sys.exit(main())
