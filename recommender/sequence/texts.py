"""Embeddings of items' texts, each made once."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from recommender.lexical import Floats
from recommender.vectors import Encoder, VectorFile

_AT_ONCE = 64


def embed(
    texts: Sequence[str],
    *,
    encoder: Encoder,
    kept: VectorFile,
    on_step: Callable[[int, int], None] | None = None,
) -> Floats:
    """The texts' vectors [n, d].

    Args:
        texts: in the order of the items.
        encoder: makes those that are not there.
        kept: those that are, and where new ones go.
        on_step: told how many are made and how many are to be made.
    """
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    known = kept.read(hashes)
    missing = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
    # Texts of like length waste no time on padding.
    left = sorted(missing.items(), key=lambda item: len(item[1]))
    for start in range(0, len(left), _AT_ONCE):
        some = dict(left[start : start + _AT_ONCE])
        made = dict(zip(some, encoder.encode_texts(list(some.values())), strict=True))
        kept.write(made)
        known |= made
        if on_step:
            on_step(start + len(some), len(left))
    return np.stack([known[key] for key in hashes]).astype(np.float32)
