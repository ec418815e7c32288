"""A trained adapter on disk: PEFT's own files, the heads, and a card that says what it is."""

import hashlib
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peft import PeftModel
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from transformers import PreTrainedTokenizerFast

from nlu.calibration import Calibration
from nlu.encoder import PACKAGED, load_encoder
from nlu.errors import AdapterError
from nlu.labels import Labels
from nlu.landmarks import Landmarks
from nlu.model import Heads, Understander, quiet_peft

SHIPPED = Path(__file__).resolve().parent / "adapter"
CARD = "card.json"
_WEIGHTS = "adapter_model.safetensors"
_HEADS = "heads.safetensors"
_CURE = "train one with `shopkeeper train nlu`"


@dataclass(frozen=True)
class Card:
    """What an adapter is and how good.

    Attributes:
        base: the encoder it was made for, as `load_encoder` takes it.
        data_hash: `dataset.fingerprint` of the rows it was trained from.
        recipe: how it was trained.
        scripts: those it learnt to read, as `nlu.scripts` names them.
        metrics: measured on rows that it neither learnt from nor was chosen by, where known.
    """

    labels: Labels
    calibration: Calibration
    base: str = PACKAGED
    data_hash: str = ""
    recipe: dict[str, Any] = field(default_factory=dict)
    scripts: tuple[str, ...] = ("LATIN",)
    metrics: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Adapter:
    """A model ready for use, with its tokenizer, some of the rows it learnt, and its card."""

    model: Understander
    tokenizer: PreTrainedTokenizerFast
    landmarks: Landmarks
    card: Card
    version: str


def save(folder: Path, *, model: Understander, landmarks: Landmarks, card: Card) -> None:
    """Write everything in float16; a reader never sees half an adapter.

    Raises:
        AdapterError: the model has been merged: its adapter is gone.
    """
    if not isinstance(model.encoder, PeftModel):
        raise AdapterError("A merged model has no adapter left to save.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        draft = Path(scratch)
        model.encoder.save_pretrained(draft)
        # PEFT adds a model card to fill in; ours is the one below.
        (draft / "README.md").unlink(missing_ok=True)
        _forget_path(draft / "adapter_config.json", base=card.base)
        _halve(draft / _WEIGHTS)
        heads = {name: value.contiguous() for name, value in model.heads.state_dict().items()}
        halved = {name: value.half() for name, value in heads.items()}
        halved["landmarks"] = landmarks.vectors.half().contiguous()
        save_file({**halved, "owners": landmarks.owners.short()}, draft / _HEADS)
        (draft / CARD).write_text(json.dumps(_card_to_json(card), indent=2) + "\n")
        folder.mkdir(exist_ok=True)
        for file in draft.iterdir():
            file.replace(folder / file.name)


def _halve(file: Path) -> None:
    save_file({name: value.half() for name, value in load_file(file).items()}, file)


def _forget_path(file: Path, *, base: str) -> None:
    """PEFT notes the folder that the encoder came from; it means nothing elsewhere."""
    config = json.loads(file.read_text())
    config["base_model_name_or_path"] = base
    for name, value in config.items():
        if isinstance(value, list):
            config[name] = sorted(value)
    file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def _card_to_json(card: Card) -> dict[str, Any]:
    return {
        "base": card.base,
        "data_hash": card.data_hash,
        "intents": list(card.labels.intents),
        "entities": list(card.labels.entities),
        "calibration": card.calibration.to_json(),
        "recipe": card.recipe,
        "scripts": list(card.scripts),
        "metrics": card.metrics,
    }


def read_card(folder: Path) -> Card:
    """The card alone.

    Raises:
        AdapterError: there is none, or it is damaged.
    """
    try:
        card = json.loads((folder / CARD).read_text())
        return Card(
            labels=Labels(tuple(card["intents"]), tuple(card["entities"])),
            calibration=Calibration.from_json(card["calibration"]),
            base=card["base"],
            data_hash=card["data_hash"],
            recipe=card["recipe"],
            scripts=tuple(card["scripts"]),
            metrics=card["metrics"],
        )
    except FileNotFoundError as error:
        raise AdapterError(f"There is no adapter in {folder}: {_CURE}.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AdapterError(f"{folder / CARD} is damaged: {_CURE}.") from error


def load(folder: Path, *, merged: bool = True) -> Adapter:
    """An adapter on its encoder, ready for use on the CPU.

    Args:
        folder: where `save` wrote.
        merged: fold the adapter into the encoder's weights.

    Raises:
        AdapterError: something is missing, damaged, or does not fit the encoder.
    """
    card = read_card(folder)
    encoder, tokenizer = load_encoder(card.base)
    heads = Heads(int(encoder.config.hidden_size), card.labels)
    try:
        weights = {name: value.float() for name, value in load_file(folder / _HEADS).items()}
        landmarks = Landmarks(weights.pop("landmarks"), weights.pop("owners").long())
        heads.load_state_dict(weights)
        with quiet_peft():
            adapted = PeftModel.from_pretrained(encoder, str(folder))
    except (OSError, SafetensorError, KeyError, RuntimeError, ValueError) as error:
        raise AdapterError(
            f"The adapter in {folder} is incomplete or was made for another encoder: {_CURE}."
        ) from error
    model = Understander(adapted, heads).eval()
    if merged:
        model.merge()
    return Adapter(model, tokenizer, landmarks, card, version=_version(folder))


def _version(folder: Path) -> str:
    """A short hash of everything that decides the answers."""
    digest = hashlib.sha256()
    for name in (CARD, _HEADS, _WEIGHTS):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]
