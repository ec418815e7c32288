"""PEFT methods by name or file, each trained, saved and loaded on a tiny encoder."""

import json
from pathlib import Path

import numpy as np
import pytest

from nlu import adapter as adapters
from nlu.dataset import Example
from nlu.errors import AdapterError
from nlu.methods import read_method
from nlu.recipe import Recipe
from nlu.training import train

ROWS = [Example("hi hello", "greet"), Example("bye bye", "leave")] * 4


@pytest.mark.parametrize("name", ["lora", "ia3", "LoHa", "lokr"])
def test_a_method_is_trained_saved_and_folded_in(
    name: str, tiny_encoder: str, tmp_path: Path
) -> None:
    method = read_method(name)
    made = train(ROWS, recipe=Recipe(epochs=1), base=tiny_encoder, device="cpu", peft=method)
    made.save(tmp_path / "adapter")
    kept = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert kept["peft_type"] == name.upper()
    before = made.adapter.predictor().run(["hi hello"]).intents
    after = adapters.load(tmp_path / "adapter").predictor().run(["hi hello"]).intents
    np.testing.assert_allclose(before, after, atol=1e-3)


def test_a_file_gives_the_methods_settings(tmp_path: Path) -> None:
    file = tmp_path / "dora.json"
    file.write_text('{"peft_type": "LORA", "r": 3, "use_dora": true, "target_modules": ["query"]}')
    method = read_method(str(file)).to_dict()
    assert (method["r"], method["use_dora"]) == (3, True)


@pytest.mark.parametrize("wish", ["no_such", "prompt_tuning", ""])
def test_what_cannot_be_folded_in_is_refused_with_names_that_can(wish: str) -> None:
    with pytest.raises(AdapterError, match="lora, ia3"):
        read_method(wish)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"peft_type": "LORA", "rank": 3}'])
def test_a_wrong_file_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "method.json"
    file.write_text(content)
    with pytest.raises(AdapterError, match=r"JSON|peft_type|rank"):
        read_method(str(file))
