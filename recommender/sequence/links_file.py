"""Counted neighbours on disk."""

from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from recommender.sequence.errors import SequenceModelError
from recommender.sequence.neighbours import Links, Neighbours

LINKS = "neighbours.safetensors"


def save_links(folder: Path, neighbours: Neighbours) -> None:
    """Write them beside a model."""
    links = neighbours.links
    arrays = {"to": links.to, "weights": links.weights}
    arrays |= {"shoppers": links.shoppers, "starts": links.starts}
    arrays |= {"had": links.had, "of": links.of}
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, folder / LINKS)


def load_links(folder: Path) -> Links:
    """Read them, in the catalogue that they were counted in.

    Raises:
        SequenceModelError: they are missing or damaged.
    """
    try:
        return Links(**load_file(folder / LINKS))
    except (OSError, TypeError, SafetensorError) as error:
        raise SequenceModelError(
            f"{folder / LINKS} is missing or damaged: train a model with "
            "`shopkeeper train recommender`."
        ) from error
