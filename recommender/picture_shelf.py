"""The goods' pictures as a model sees them: vectors in the space of texts, kept on disk."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from common.courtesy import Courtesy
from recommender.goods import Good
from recommender.lexical import Floats
from recommender.pictures import file_of, open_picture
from recommender.vectors import Encoder, VectorFile, VectorRows, Vectors

logger = logging.getLogger(__name__)

# So few that whoever asks meanwhile hardly waits.
_ENCODED_AT_ONCE = 4
# What is made within this time is shown together.
_SHOWN_AFTER_S = 3.0
# Whether files have changed under their address is looked up no more often.
_LOOK_AGAIN_S = 300.0
# Larger than what such models look at.
_SIDE = 512
# So many vectors of pictures that are gone may lie about.
_SPARE = 1_000


class PictureEncoder(Encoder, Protocol):
    """Makes vectors of pictures in the space of texts."""

    def encode_pictures(self, pictures: Sequence[Image.Image]) -> Floats:
        """The vectors of pictures: float32 [n, d]."""


@dataclass(frozen=True, slots=True)
class SeenPictures:
    """Vectors of pictures.

    Attributes:
        encoder: what made them.
        vectors: of `count` pictures.
        row: which of them a picture is, by its address.
    """

    encoder: PictureEncoder
    vectors: Vectors
    count: int
    row: Mapping[str, int]

    def row_of(self, good: Good) -> int:
        """The row of a product's picture; -1 for none."""
        return self.row.get(good.image_url, -1) if good.image_url else -1

    def similar(self, direction: Floats, at: NDArray[np.intp]) -> Floats:
        """The cosine of each picture at these rows with a direction [d]: float32 [len(at)]."""
        among = np.zeros(self.count, dtype=bool)
        among[at] = True
        near: Floats = self.vectors.similar(direction[None, :], among=among)[at, 0]
        return near


class PictureShelf:
    """Encodes each picture that lies on this machine once in its life.

    Attributes:
        encoder: None until it is loaded, or when it cannot be.
        failed: true when it does not load: search goes on without pictures.
    """

    def __init__(
        self, media: Path, vector_file: Path, *, load_encoder: Callable[[], PictureEncoder]
    ) -> None:
        """Prepare to look.

        Args:
            media: where the shop's pictures lie.
            vector_file: where vectors are kept; one of its own.
            load_encoder: makes the encoder, in a thread.
        """
        self._media = media
        self._vector_file = vector_file
        self._load_encoder = load_encoder
        self._kept: VectorFile | None = None
        self._goods: Sequence[Good] | None = None
        self._looked_at = -_LOOK_AGAIN_S
        # The state of the file at each address, by a hash.
        self._keys: dict[str, str] = {}
        self._row_of: dict[str, int] = {}
        self._rows = VectorRows(0)
        self._unread: set[str] = set()
        # Whether more is known than was given out.
        self._unshown = False
        # What is still to be encoded, the latest goods last.
        self._missing: dict[str, str] = {}
        self.encoder: PictureEncoder | None = None
        self.failed = False

    def see(
        self, goods: Sequence[Good], courtesy: Courtesy, stopping: threading.Event
    ) -> SeenPictures | None:
        """Look for pictures that are new, and encode some; None once nothing is new."""
        if self.encoder is None and not self.failed:
            self._load()
        if self.encoder is None or self._kept is None:
            return None
        self._unshown |= self._look(goods, courtesy, kept=self._kept)
        made = 0
        until = time.monotonic() + _SHOWN_AFTER_S
        while self._missing and time.monotonic() < until and not stopping.is_set():
            courtesy.give_way()
            made += self._encode_some(self.encoder, self._kept)
        if made:
            logger.info("pictures encoded", extra={"new": made, "left": len(self._missing)})
        if not (self._unshown or self._missing):
            return None
        self._unshown = False
        return SeenPictures(
            self.encoder,
            self.encoder.place(self._rows.matrix),
            len(self._row_of),
            {url: self._row_of[key] for url, key in self._keys.items() if key in self._row_of},
        )

    def close(self) -> None:
        """Give the file of vectors back."""
        if self._kept is not None:
            self._kept.close()

    def _load(self) -> None:
        try:
            encoder = self._load_encoder()
            self._kept = VectorFile(
                self._vector_file, encoder=encoder.name, dimension=encoder.dimension
            )
        except Exception as error:
            # Whatever a model's own code raises: a shop without pictures' sense still sells.
            self.failed = True
            logger.error("picture model not loaded; search goes on without it", exc_info=error)
            return
        self._rows = VectorRows(encoder.dimension)
        self.encoder = encoder

    def _look(self, goods: Sequence[Good], courtesy: Courtesy, *, kept: VectorFile) -> bool:
        """Find out which pictures there are; true when they are others than before."""
        again = time.monotonic() - self._looked_at >= _LOOK_AGAIN_S
        if goods is self._goods and not again:
            return False
        known = {} if again else self._keys
        keys: dict[str, str] = {}
        for good in courtesy.paced(goods):
            url = good.image_url
            if url is None or url in keys or not good.active:
                continue
            if (key := known.get(url) or self._key(url)) is not None:
                keys[url] = key
        if again:
            kept.prune(keys.values())
            self._looked_at = time.monotonic()
            if len(self._row_of) > 2 * len(keys) + _SPARE:
                self._row_of, self._rows = {}, VectorRows(self._rows.matrix.shape[1])
        new = {key: url for url, key in keys.items() if key not in self._row_of}
        found = kept.read(new)
        self._put(found)
        self._missing = {
            key: url for key, url in new.items() if key not in found and key not in self._unread
        }
        changed = keys != self._keys
        self._goods, self._keys = goods, keys
        return changed

    def _key(self, url: str) -> str | None:
        """A hash that changes with the file at this address; None where there is none."""
        file = file_of(url, self._media)
        if file is None:
            return None
        try:
            state = file.stat()
        except OSError:
            return None  # It has just gone.
        told = f"{url}\n{state.st_mtime_ns}\n{state.st_size}"
        return hashlib.sha256(told.encode()).hexdigest()

    def _encode_some(self, encoder: PictureEncoder, kept: VectorFile) -> int:
        """Encode the latest few that are missing; how many could be."""
        pictures: dict[str, Image.Image] = {}
        for _ in range(min(_ENCODED_AT_ONCE, len(self._missing))):
            key, url = self._missing.popitem()
            file = file_of(url, self._media)
            picture = open_picture(file, side=_SIDE) if file else None
            if picture is None:
                self._unread.add(key)
            else:
                pictures[key] = picture
        if pictures:
            vectors = encoder.encode_pictures(list(pictures.values()))
            made = dict(zip(pictures, vectors, strict=True))
            kept.write(made)
            self._put(made)
        return len(pictures)

    def _put(self, vectors: Mapping[str, Floats]) -> None:
        self._unshown |= bool(vectors)
        self._rows.grow(len(self._row_of) + len(vectors))
        for key, vector in vectors.items():
            self._row_of[key] = len(self._row_of)
            self._rows.put(self._row_of[key], key, vector)
