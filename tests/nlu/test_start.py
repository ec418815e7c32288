"""Several label sets at once, and an adapter that starts from what they taught."""

from pathlib import Path

import pytest
import torch
from peft import get_peft_model_state_dict
from safetensors.torch import save_file

from nlu.dataset import Example
from nlu.encoder import load_encoder
from nlu.errors import AdapterError
from nlu.labels import Labels
from nlu.lexicon import read_lexicon
from nlu.model import Understander, build
from nlu.recipe import Recipe, choose_recipe
from nlu.start import WEIGHTS, learn_many, take_start


def rows(prefix: str, said: dict[str, str]) -> list[Example]:
    return [Example(text, f"{prefix}/{intent}") for text, intent in said.items()] * 6


# The same words mean other things in the other set.
SHOP = rows("shop", {"red shoes": "search", "bye bye": "leave"})
DESK = rows("desk", {"red shoes": "parcel", "bye bye": "thanks"})


def a_model(tiny_encoder: str) -> tuple[Understander, Labels]:
    labels = Labels(tuple(sorted({e.intent for e in SHOP + DESK})), ())
    torch.manual_seed(0)
    encoder, _ = load_encoder(tiny_encoder)
    return build(encoder, labels), labels


def test_sets_that_disagree_do_not_disturb_each_other(tiny_encoder: str) -> None:
    model, labels = a_model(tiny_encoder)
    _, tokenizer = load_encoder(tiny_encoder)
    losses: list[float] = []
    learn_many(
        model,
        [SHOP, DESK],
        labels=labels,
        tokenizer=tokenizer,
        lexicon=read_lexicon(),
        recipe=Recipe(epochs=8, batch=4, augmented=0.0, smoothing=0.0),
        on_epoch=lambda _, loss: losses.append(loss),
    )
    # Were all four labels told apart, equal words would cost log 2 for ever.
    assert losses[-1] < 0.3 < losses[0]


def test_an_adapter_starts_with_the_weights_of_the_start(tiny_encoder: str, tmp_path: Path) -> None:
    model, _ = a_model(tiny_encoder)
    weights = {
        name: torch.full_like(value, 0.25)
        for name, value in get_peft_model_state_dict(model.encoder).items()
    }
    save_file(weights, tmp_path / WEIGHTS)
    take_start(model, folder=tmp_path)
    learnt = [p for name, p in model.learnable() if "lora" in name]
    assert learnt
    assert all(bool((p == 0.25).all()) for p in learnt)


def test_a_missing_or_damaged_start_names_the_cure(tiny_encoder: str, tmp_path: Path) -> None:
    model, _ = a_model(tiny_encoder)
    with pytest.raises(AdapterError, match="git checkout nlu/start"):
        take_start(model, folder=tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"cut off")
    with pytest.raises(AdapterError, match="git checkout nlu/start"):
        take_start(model, folder=tmp_path)


def test_the_recipe_goes_by_how_many_rows_there_are() -> None:
    few, some, many = (choose_recipe(count) for count in (100, 3_000, 15_000))
    assert few.adapter_rate < some.adapter_rate
    assert (few.runs, some.runs, many.runs) == (3, 1, 1)
    assert [recipe.names for recipe in (few, some, many)] == [True, False, False]
    assert many.epochs < some.epochs
    assert choose_recipe(3_000, epochs=2).epochs == 2
