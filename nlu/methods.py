"""Other PEFT methods than LoRA, by name or from a file of PEFT's own settings."""

import json
from pathlib import Path
from typing import Any

from peft import PeftConfig
from peft.config import PromptLearningConfig
from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING

from nlu.errors import AdapterError

# PEFT's own choice of layers for these, by the kind of encoder.
_OWN_LAYERS = frozenset({"IA3", "LN_TUNING"})


def read_method(wish: str) -> PeftConfig:
    """The configuration of a method.

    Args:
        wish: its name as PEFT has it, in any case (loha), for its defaults on all linear layers; or
            a JSON file as PEFT's `adapter_config.json`.

    Raises:
        AdapterError: there is no such method or setting, or it cannot be folded into the encoder.
    """
    settings = _read(Path(wish)) if wish.endswith(".json") else _defaults(wish)
    name = str(settings.pop("peft_type", "")).upper()
    kind = PEFT_TYPE_TO_CONFIG_MAPPING.get(name)
    if kind is None or issubclass(kind, PromptLearningConfig):
        raise AdapterError(
            f"{name or wish} is no PEFT method that can be folded into an encoder: "
            "name one such as lora, ia3, loha, lokr or oft."
        )
    try:
        return kind(**settings)
    except (TypeError, ValueError) as error:
        raise AdapterError(f"PEFT does not take these settings of {name}: {error}") from error


def _defaults(name: str) -> dict[str, Any]:
    name = name.upper().replace("-", "_")
    layers = {} if name in _OWN_LAYERS else {"target_modules": "all-linear"}
    return {"peft_type": name, **layers}


def _read(file: Path) -> dict[str, Any]:
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AdapterError(f"{file} cannot be read as JSON: {error}") from error
    if not isinstance(settings, dict) or "peft_type" not in settings:
        raise AdapterError(f"{file} must be PEFT's settings, with a peft_type.")
    return settings
