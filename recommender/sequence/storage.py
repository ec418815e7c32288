"""A sequence model on disk: weights, the items it learnt, and a card of how it came to be."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from recommender.lexical import Floats
from recommender.sequence.errors import SequenceModelError
from recommender.sequence.intent import PurchaseIntent, save_intent
from recommender.sequence.links_file import load_links, save_links
from recommender.sequence.model import SequenceModel
from recommender.sequence.neighbours import Nearness, Neighbours
from recommender.sequence.recipe import Recipe
from recommender.sequence.scorer import SequenceScorer
from recommender.sequence.training import Trained
from recommender.weights import HAND, Weights, save_weights

CARD, ITEMS, WEIGHTS = "card.json", "items.json", "model.safetensors"
CURE = "train one with `shopkeeper train recommender`"
# Goods come and go. Where fewer than this share of those learnt are left, it is another shop.
_STILL_THERE = 0.5


@dataclass(frozen=True)
class Card:
    """What a model is and how good.

    Attributes:
        catalogue: `fingerprint` of the items it learnt.
        encoder: the name of what embedded the items' texts.
        text_width: of the text embeddings.
        metrics: on each shopper's last step, which chose the epoch and the share.
        share: of the counted neighbours beside the model, and `nearness` how they were counted;
            None for a model alone.
    """

    catalogue: str
    encoder: str
    text_width: int
    recipe: Recipe
    metrics: dict[str, Any] = field(default_factory=dict)
    share: float = 0.0
    nearness: Nearness | None = None


def fingerprint(item_ids: Sequence[str]) -> str:
    """A short hash of these ids in this order."""
    return hashlib.sha256("\n".join(item_ids).encode()).hexdigest()[:16]


def save(
    folder: Path,
    trained: Trained,
    *,
    item_ids: Sequence[str],
    encoder: str,
    neighbours: Neighbours | None = None,
    share: float = 0.0,
    weights: Weights = HAND,
    intent: PurchaseIntent | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> None:
    """Write a model and the ids of the catalogue's items, which it was trained on.

    Args:
        folder: made where it is not there.
        trained: the model.
        item_ids: of the catalogue it was trained on.
        encoder: the name of what embedded the items' texts.
        neighbours: counted in the same catalogue, to be mixed in.
        share: of the neighbours in the mixture.
        weights: of the score that the forecast becomes a part of.
        intent: whether a visit ends with a purchase.
        metrics: figures beside the model's own.
    """
    model = trained.model
    if len(item_ids) != len(model.tower):
        raise ValueError(f"{len(item_ids)} ids for a model of {len(model.tower)} items.")
    best = trained.best
    card = Card(
        catalogue=fingerprint(item_ids),
        encoder=encoder,
        text_width=model.tower.texts.shape[1],
        recipe=trained.recipe,
        metrics={
            **best.figures,
            "epoch": best.number,
            "seconds": round(best.seconds, 1),
            **(metrics or {}),
        },
        share=share,
        nearness=neighbours.nearness if neighbours else None,
    )
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: value.cpu().contiguous() for name, value in model.state_dict().items()}
    save_file(tensors, folder / WEIGHTS)
    if neighbours:
        save_links(folder, neighbours)
    save_weights(folder, weights)
    if intent:
        save_intent(folder, intent)
    (folder / ITEMS).write_text(json.dumps(list(item_ids), ensure_ascii=False) + "\n")
    # Last: a folder without a card is no model.
    (folder / CARD).write_text(json.dumps(asdict(card), indent=2) + "\n")


def read_card(folder: Path) -> Card:
    """The card alone.

    Raises:
        SequenceModelError: there is none, or it is damaged.
    """
    try:
        card = json.loads((folder / CARD).read_text())
        known = {each.name for each in fields(Recipe)}
        recipe = Recipe(**{key: card["recipe"][key] for key in known})
        nearness = Nearness(**card["nearness"]) if card.get("nearness") else None
        return Card(**{**card, "recipe": recipe, "nearness": nearness})
    except FileNotFoundError as error:
        raise SequenceModelError(f"There is no sequence model in {folder}: {CURE}.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SequenceModelError(f"{folder / CARD} is damaged: {CURE}.") from error


def load(
    folder: Path,
    *,
    item_ids: Sequence[str],
    texts: Floats,
    encoder: str,
    device: torch.device | None = None,
) -> SequenceScorer:
    """A model laid out over the catalogue of today; items it never saw are scored by their text.

    Args:
        folder: where `save` wrote it.
        item_ids: of the catalogue, in its order.
        texts: their text embeddings [n, t].
        encoder: the name of what made these.
        device: where it runs; the CPU by default.

    Raises:
        SequenceModelError: it is missing or damaged, of another shop's catalogue, or its texts
            were embedded by another encoder.
    """
    card = read_card(folder)
    if card.recipe.text and (card.encoder, card.text_width) != (encoder, texts.shape[1]):
        raise SequenceModelError(
            f"The model in {folder} reads texts by {card.encoder}, the shop by {encoder}: "
            f"{CURE}, or set SHOPKEEPER_BASE_MODEL back."
        )
    learnt, known = _places(folder, card, item_ids)
    try:
        weights = load_file(folder / WEIGHTS)
        model = SequenceModel(learnt=len(learnt), text_width=card.text_width, recipe=card.recipe)
        model.load_state_dict(weights)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise SequenceModelError(f"The model in {folder} is damaged: {CURE}.") from error
    model.tower.lay_out(torch.from_numpy(texts), torch.from_numpy(known))
    model.to(device or torch.device("cpu"))
    return SequenceScorer(model, length=card.recipe.length)


def load_neighbours(folder: Path, *, item_ids: Sequence[str]) -> Neighbours | None:
    """The neighbours beside a model, in the catalogue of today; None for a model alone.

    Raises:
        SequenceModelError: they are missing, damaged or of another shop's catalogue.
    """
    card = read_card(folder)
    if card.nearness is None:
        return None
    learnt, known = _places(folder, card, item_ids)
    there = np.full(len(learnt), -1, dtype=np.int64)
    rows = np.flatnonzero(known >= 0)
    there[known[rows]] = rows
    links = load_links(folder)
    if len(links.starts) != len(learnt) + 1:
        raise SequenceModelError(f"The neighbours in {folder} are not this model's: {CURE}.")
    return Neighbours(links.moved(there, items=len(item_ids)), nearness=card.nearness)


def _places(
    folder: Path, card: Card, item_ids: Sequence[str]
) -> tuple[list[str], NDArray[np.int64]]:
    """The items a model learnt, and the place among them of each item of today, or -1."""
    try:
        learnt: list[str] = json.loads((folder / ITEMS).read_text())
    except (OSError, ValueError) as error:
        raise SequenceModelError(f"The model in {folder} is damaged: {CURE}.") from error
    if fingerprint(learnt) != card.catalogue:
        raise SequenceModelError(f"{folder / ITEMS} is not this model's: {CURE}.")
    row_of = {item_id: row for row, item_id in enumerate(learnt)}
    known = np.array([row_of.get(item_id, -1) for item_id in item_ids], dtype=np.int64)
    if (known >= 0).sum() < _STILL_THERE * len(learnt):
        raise SequenceModelError(
            f"The model in {folder} was trained on another catalogue: of its {len(learnt)} "
            f"products this shop has {(known >= 0).sum()}. Set SHOPKEEPER_HOME to that shop's, or "
            f"{CURE}."
        )
    return learnt, known
