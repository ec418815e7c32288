"""The catalogue in memory, kept in step with the database by a thread of its own.

Words are searchable as soon as a product is read; its vector follows as fast as the encoder goes.
Requests read `shelf`, which is replaced whole and never changed.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from common.errors import ShopkeeperError
from db.tables.catalog import Product
from recommender.goods import Good, read_good
from recommender.lexical import Floats
from recommender.lexicon import Lexicon
from recommender.shelf import Shelf
from recommender.vectors import Encoder, VectorFile

logger = logging.getLogger(__name__)

# A transaction that began before the newest change we saw may commit after it.
_OVERLAP = timedelta(minutes=5)
_ENCODED_AT_ONCE = 32
_READ_AT_ONCE = 500
_NICENESS = 10


class Catalogue:
    """Reads what changed every few seconds and encodes what is new.

    Attributes:
        shelf: the catalogue as it stands now.
        encoder: None until it is loaded, or when it cannot be.
        encoder_failed: true when the encoder does not load: search is by words alone.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        lexicon: Lexicon,
        *,
        load_encoder: Callable[[], Encoder],
        vector_file: Path,
        interval: float = 3.0,
    ) -> None:
        self._sessions = sessions
        self._lexicon = lexicon
        self._load_encoder = load_encoder
        self._vector_file = vector_file
        self._interval = interval
        self._goods: dict[str, Good] = {}
        self._vectors: dict[str, Floats] = {}
        self._kept: VectorFile | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_in_step, name="catalogue", daemon=True)
        self.shelf = Shelf([], lexicon)
        self.encoder: Encoder | None = None
        self.encoder_failed = False
        self.problem: str | None = "The catalogue has not been read yet."

    def start(self) -> None:
        """Begin reading; `problem` is None once the products are there."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; waits for the batch it is at."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _keep_in_step(self) -> None:
        _step_back()
        while not self._stopping.is_set():
            try:
                self.refresh()
                if self.encoder is None and not self.encoder_failed and self.problem is None:
                    self.load()
                self.encode_missing()
            except Exception:
                # A shop whose catalogue stands still is better than one that stops answering.
                logger.exception("catalogue not brought up to date; trying again")
            self._stopping.wait(self._interval)
        if self._kept is not None:
            self._kept.close()

    def refresh(self) -> bool:
        """Read what changed since the last time; true when something had."""
        try:
            with self._sessions() as session:
                changed = self._read_changes(session)
        except SQLAlchemyError as error:
            # What is in memory stays on sale; the next round tries again.
            logger.warning("catalogue not read", extra={"error": type(error).__name__})
            if not self._goods:
                self.problem = "The catalogue cannot be read from the database."
            return False
        if changed:
            self._publish()
            logger.info("catalogue read", extra={"products": len(self._goods)})
        self.problem = None
        return changed

    def load(self) -> None:
        """Load the encoder; without one, search goes by words alone."""
        try:
            self.encoder = self._load_encoder()
        except (ShopkeeperError, OSError, ImportError, RuntimeError, ValueError) as error:
            self.encoder_failed = True
            logger.error("encoder not loaded; search goes by words alone", exc_info=error)
            return
        self._kept = VectorFile(
            self._vector_file, encoder=self.encoder.name, dimension=self.encoder.dimension
        )
        hashes = {good.text_hash for good in self._goods.values()}
        self._kept.prune(hashes)

    def encode_missing(self) -> None:
        """Make the vectors that are not there yet, batch by batch, each batch in use at once."""
        if self.encoder is None or self._kept is None:
            return
        texts = {good.text_hash: good.text for good in self._goods.values()}
        missing = [text_hash for text_hash in texts if text_hash not in self._vectors]
        if not missing:
            return
        # Vectors of texts that no product has any more are let go.
        self._vectors = {h: v for h, v in self._vectors.items() if h in texts}
        self._vectors.update(self._kept.read(missing))
        # Texts of like length waste no padding; short ones are also the fastest to be in use.
        missing = sorted(set(missing) - set(self._vectors), key=lambda h: len(texts[h]))
        published = time.monotonic()
        for start in range(0, len(missing), _ENCODED_AT_ONCE):
            if self._stopping.is_set():
                break
            batch = missing[start : start + _ENCODED_AT_ONCE]
            made = dict(
                zip(batch, self.encoder.encode_texts([texts[h] for h in batch]), strict=True)
            )
            self._kept.write(made)
            self._vectors.update(made)
            if time.monotonic() - published > self._interval:
                self._take_turn(done=start + len(batch), of=len(missing))
                published = time.monotonic()
        self._publish(same_goods=True)
        logger.info("catalogue encoded", extra={"products": len(texts), "new": len(missing)})

    def _take_turn(self, *, done: int, of: int) -> None:
        # A long first encoding must not hold back goods that arrive meanwhile.
        if not self.refresh():
            self._publish(same_goods=True)
        logger.info("encoding", extra={"done": done, "of": of})

    def _read_changes(self, session: Session) -> bool:
        known = self._goods
        newest = max((good.updated_at for good in known.values()), default=None)
        count = session.scalar(select(func.count()).select_from(Product)) or 0
        changed = self._changed_ids(session, since=newest - _OVERLAP if newest else None)
        gone: set[str] = set()
        if count != len(known.keys() | set(changed)):
            everything = set(session.scalars(select(Product.id)))
            gone = known.keys() - everything
            # What came in with an old date is not among the recently changed.
            changed = list(set(changed) | (everything - known.keys()))
        if not changed and not gone:
            return False
        goods = {id_: good for id_, good in known.items() if id_ not in gone}
        for start in range(0, len(changed), _READ_AT_ONCE):
            some = select(Product).where(Product.id.in_(changed[start : start + _READ_AT_ONCE]))
            for product in session.scalars(some):
                goods[product.id] = read_good(product, self._lexicon)
            session.expunge_all()
        self._goods = goods
        return True

    def _changed_ids(self, session: Session, *, since: datetime | None) -> list[str]:
        stamps = select(Product.id, Product.updated_at)
        if since is not None:
            stamps = stamps.where(Product.updated_at >= since)
        return [
            id_
            for id_, updated_at in session.execute(stamps)
            if id_ not in self._goods or self._goods[id_].updated_at != updated_at
        ]

    def _publish(self, *, same_goods: bool = False) -> None:
        goods = self.shelf.goods if same_goods else list(self._goods.values())
        vectors, encoded = None, None
        if self.encoder is not None and self._vectors:
            matrix = np.zeros((len(goods), self.encoder.dimension), dtype=np.float32)
            encoded = np.zeros(len(goods), dtype=bool)
            for row, good in enumerate(goods):
                if (vector := self._vectors.get(good.text_hash)) is not None:
                    matrix[row], encoded[row] = vector, True
            vectors = self.encoder.place(matrix)
        self.shelf = Shelf(
            goods,
            self._lexicon,
            version=self.shelf.version + 1,
            vectors=vectors,
            encoded=encoded,
            index=self.shelf.index if same_goods else None,
        )


def _step_back() -> None:
    """Let this thread yield to those that answer shoppers, where the system can (Linux)."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
