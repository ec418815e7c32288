"""A trained adapter on disk: PEFT's own files, the heads, and a card that says what it is."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from peft import PeftModel
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from nlu.card import CONFIG, CURE, HEADS, WEIGHTS, Card, read_card, version_of, write_card
from nlu.encoder import load_encoder
from nlu.errors import AdapterError
from nlu.landmarks import Landmarks
from nlu.model import Heads, Understander, quiet_peft
from nlu.predictor import Predictor
from nlu.torch_engine import TorchEngine


@dataclass(frozen=True)
class Adapter:
    """A model ready for use, with its tokenizer, some of the rows it learnt, and its card."""

    model: Understander
    tokenizer: Tokenizer
    landmarks: Landmarks
    card: Card
    version: str

    def predictor(self, *, device: torch.device | None = None) -> Predictor:
        """What answers for texts, run by torch; the model moves to the device."""
        engine = TorchEngine(self.model, device=device)
        return Predictor(engine, self.tokenizer, self.landmarks, self.card)


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
        _forget_path(draft / CONFIG, base=card.base)
        _halve(draft / WEIGHTS)
        heads = {name: value.contiguous() for name, value in model.heads.state_dict().items()}
        halved = {name: value.half() for name, value in heads.items()}
        halved["landmarks"] = torch.from_numpy(landmarks.vectors).half()
        halved["owners"] = torch.from_numpy(landmarks.owners).short()
        save_file(halved, draft / HEADS)
        write_card(draft, card)
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
        weights = {name: value.float() for name, value in load_file(folder / HEADS).items()}
        landmarks = Landmarks(
            weights.pop("landmarks").numpy(), weights.pop("owners").numpy().astype(np.int64)
        )
        heads.load_state_dict(weights)
        with quiet_peft():
            adapted = PeftModel.from_pretrained(encoder, str(folder))
    except (OSError, SafetensorError, KeyError, RuntimeError, ValueError) as error:
        raise AdapterError(
            f"The adapter in {folder} is incomplete or was made for another encoder: {CURE}."
        ) from error
    model = Understander(adapted, heads).eval()
    if merged:
        model.merge()
    return Adapter(model, tokenizer, landmarks, card, version=version_of(folder))
