"""The catalogue in memory, kept in step with the database by threads of its own.

One reads what changed: words are searchable from then on. The other encodes what is new, so that
vectors follow as fast as the encoder goes, and new goods need not wait for those before them.
Requests read `shelf`, which is replaced whole and never changed.
"""

import gc
import logging
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from common.courtesy import Courtesy
from common.errors import ShopkeeperError
from db.tables.catalog import Product
from recommender.goods import Good, read_good
from recommender.lexical import Floats
from recommender.lexicon import Lexicon
from recommender.picture_shelf import PictureShelf
from recommender.pictures import file_of, read_colors
from recommender.shelf import Shelf
from recommender.vectors import Encoder, VectorFile, VectorRows

T = TypeVar("T")

logger = logging.getLogger(__name__)

# A transaction that began before the newest change we saw may commit after it.
_OVERLAP = timedelta(minutes=5)
# So few that whoever asks meanwhile hardly waits.
_ENCODED_AT_ONCE = 8
_READ_AT_ONCE = 100
# What an import brings is shown in parts of this size; each costs some tenths of a second.
_READ_AT_MOST = 10_000
_SWITCH_S = 0.0005


class _Reading(NamedTuple):
    changed: bool
    complete: bool


class Catalogue:
    """Reads what changed every few seconds and encodes what is new.

    Attributes:
        shelf: the catalogue as it stands now.
        courtesy: whoever uses the shelf to answer says so here.
        encoder: None until it is loaded, or when it cannot be.
        read_at: when the database was last asked with success, in seconds since 1970.
        encoder_failed: true when the encoder does not load: search is by words alone.
        pictures: sees the goods' pictures by a model; None where none is named.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        lexicon: Lexicon,
        *,
        load_encoder: Callable[[], Encoder],
        vector_file: Path,
        media: Path | None = None,
        pictures: PictureShelf | None = None,
        interval: float = 3.0,
    ) -> None:
        """Prepare to read.

        Args:
            sessions: of the shop's database.
            lexicon: spells words alike.
            load_encoder: makes the encoder, in a thread.
            vector_file: where vectors are kept.
            media: where the shop's pictures lie; without it none is looked at.
            pictures: sees pictures by a model, in a thread of its own.
            interval: seconds between two looks at the database.
        """
        self._sessions = sessions
        self._lexicon = lexicon
        self._load_encoder = load_encoder
        self._vector_file = vector_file
        self._media = media
        self.pictures = pictures
        self._interval = interval
        self._vectors: VectorRows | None = None
        self._stamps: Counter[datetime] = Counter()
        self._newest: datetime | None = None
        # Hashes of texts whose vectors the file does not hold either.
        self._not_kept: set[str] = set()
        self._kept: VectorFile | None = None
        self._stopping = threading.Event()
        self.courtesy = Courtesy()
        # Who replaces the shelf or changes the vectors holds it.
        self._changing = threading.RLock()
        works = {"catalogue": self._keep_in_step, "encoding": self._keep_encoded}
        if pictures is not None:
            works["pictures"] = self._keep_seen
        self._threads = [
            threading.Thread(target=self._keep, args=(work,), name=name, daemon=True)
            for name, work in works.items()
        ]
        self.shelf = Shelf([], lexicon)
        self.read_at = time.time()
        self.encoder: Encoder | None = None
        self.encoder_failed = False
        self.problem: str | None = "The catalogue has not been read yet."

    def start(self) -> None:
        """Begin reading; `problem` is None once the products are there."""
        # Every step of a model on the CPU gives Python's lock away and asks for it again: while
        # a thread reads goods, at five milliseconds (the default) each, a query takes a second.
        sys.setswitchinterval(_SWITCH_S)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads; waits for the batch they are at."""
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=10)
        if self._kept is not None:
            self._kept.close()
        if self.pictures is not None:
            self.pictures.close()

    def _keep(self, work: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            try:
                work()
            except Exception:
                # A shop whose catalogue stands still is better than one that stops answering.
                logger.exception("catalogue not brought up to date; trying again")
            self._stopping.wait(self._interval)

    def _keep_in_step(self) -> None:
        self.refresh()

    def _keep_encoded(self) -> None:
        if self.problem is not None:
            return
        if self.encoder is None and not self.encoder_failed:
            self.load()
        self.encode_missing()
        self.look_at_pictures()

    def _keep_seen(self) -> None:
        # Texts go first; two threads that import torch at once may trip over each other.
        if self.problem is None and (self.encoder is not None or self.encoder_failed):
            self.see_pictures()

    def see_pictures(self) -> None:
        """Make the vectors of pictures that are not there yet, each few in use at once."""
        while self.pictures is not None and not self._stopping.is_set():
            seen = self.pictures.see(self.shelf.goods, self.courtesy, self._stopping)
            if seen is None:
                return
            with self._changing:
                self.shelf = self.shelf.with_seen(seen, pace=self.courtesy.paced)

    def look_at_pictures(self) -> None:
        """See the colours of goods whose colour is nowhere said, each picture once."""
        if self._media is None:
            return
        shelf = self.shelf
        known, seen = shelf.pictured, dict(shelf.pictured)
        for good in shelf.goods:
            if self._stopping.is_set():
                return
            url = good.image_url
            if url is None or url in seen or good.color_key or "color" in good.attribute_keys:
                continue
            file = file_of(url, self._media)
            if file is not None:
                self.courtesy.give_way()
                seen[url] = read_colors(file)
        if len(seen) > len(known):
            with self._changing:
                self.shelf = self.shelf.with_pictures(seen)
            logger.info("pictures looked at", extra={"new": len(seen) - len(known)})

    def refresh(self) -> bool:
        """Read what changed since the last time; true when something had."""
        changed, complete = False, False
        try:
            while not complete and not self._stopping.is_set():
                with self._sessions() as session:
                    reading = self._read_changes(session)
                changed, complete = changed or reading.changed, reading.complete
        except SQLAlchemyError as error:
            # What is in memory stays on sale; the next round tries again.
            logger.warning("catalogue not read", extra={"error": type(error).__name__})
            if not len(self.shelf):
                self.problem = "The catalogue cannot be read from the database."
            return False
        if changed:
            logger.info("catalogue read", extra={"products": len(self.shelf)})
        self.read_at = time.time()
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
        self._kept.prune({good.text_hash for good in self.shelf.goods})
        with self._changing:
            self._vectors = VectorRows(self.encoder.dimension)
            self._vectors.grow(len(self.shelf))

    def encode_missing(self) -> None:
        """Make the vectors that are not there yet, batch by batch, each batch in use at once."""
        while not self._stopping.is_set() and not self._encode_all():
            pass

    def _encode_all(self) -> bool:
        """True once nothing is left to encode; false when goods came in meanwhile."""
        if self.encoder is None or self._kept is None or self._vectors is None:
            return True
        with self._changing:
            goods = self.shelf.goods
            rows = self._rows_without_vector(self._vectors)
        if not rows:
            return True
        texts = {text_hash: goods[at[0]].text for text_hash, at in rows.items()}
        sought = [text_hash for text_hash in texts if text_hash not in self._not_kept]
        known = self._kept.read(sought)
        self._use_vectors(known, rows)
        self._not_kept = texts.keys() - known.keys()
        # Texts of like length waste no padding; short ones are also the fastest to be in use.
        missing = sorted(self._not_kept, key=lambda text_hash: len(texts[text_hash]))
        shown = time.monotonic()
        for start in range(0, len(missing), _ENCODED_AT_ONCE):
            if self._stopping.is_set():
                return True
            self.courtesy.give_way()
            batch = missing[start : start + _ENCODED_AT_ONCE]
            vectors = self.encoder.encode_texts([texts[text_hash] for text_hash in batch])
            made = dict(zip(batch, vectors, strict=True))
            self._kept.write(made)
            known.update(made)
            if time.monotonic() - shown > self._interval:
                self._use_vectors(known, rows)
                known.clear()
                logger.info("encoding", extra={"done": start + len(batch), "of": len(missing)})
                if self.shelf.goods is not goods:
                    return False
                shown = time.monotonic()
        self._use_vectors(known, rows)
        logger.info("catalogue encoded", extra={"products": len(goods), "new": len(missing)})
        return self.shelf.goods is goods

    def _rows_without_vector(self, vectors: VectorRows) -> dict[str, list[int]]:
        """The rows that have no vector, by the hash of their text."""
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row in self.courtesy.paced(np.flatnonzero(~vectors.encoded).tolist()):
            text_hash = self.shelf.goods[row].text_hash
            if (vector := vectors.of_text(text_hash)) is not None:
                vectors.put(row, text_hash, vector)
            else:
                rows[text_hash].append(row)
        return rows

    def _use_vectors(self, made: Mapping[str, Floats], rows: Mapping[str, Sequence[int]]) -> None:
        """Lay these vectors, by the hash of their text, beside the goods of these rows."""
        with self._changing:
            goods = self.shelf.goods
            for text_hash, vector in self.courtesy.paced(made.items()):
                for row in rows[text_hash]:
                    # Another product may have moved in meanwhile.
                    if row < len(goods) and goods[row].text_hash == text_hash and self._vectors:
                        self._vectors.put(row, text_hash, vector)
            self.shelf = self._with_vectors(self.shelf)

    def _read_changes(self, session: Session) -> "_Reading":
        """Read the newest of what changed, no more than is read in a few seconds."""
        changed = list(islice(self._changed_ids(session), _READ_AT_MOST))
        complete = len(changed) < _READ_AT_MOST
        gone: set[str] = set()
        if complete:
            count = session.scalar(select(func.count()).select_from(Product)) or 0
            known = self.shelf.row.keys()
            if count != len(known) + sum(id_ not in known for id_ in changed):
                everything = set(session.scalars(select(Product.id)))
                gone = known - everything
                # What came in with an old date is not among the recently changed.
                changed += everything - known - set(changed)
        if gone:
            self._lay_out([good for good in self.shelf.goods if good.id not in gone])
        read: list[Good] = []
        for ids in _slices(changed, _READ_AT_ONCE):
            self.courtesy.give_way()
            some = select(Product).where(Product.id.in_(ids))
            read += [read_good(product, self._lexicon) for product in session.scalars(some)]
            session.expunge_all()
        if read:
            self._show(read)
        if complete:
            # Only now: a reading that was cut off must find the rest of what it sought.
            self._newest = max(self._stamps, default=None)
        return _Reading(changed=bool(changed or gone), complete=complete)

    def _changed_ids(self, session: Session) -> Iterator[str]:
        """Ids of products that are not here, or that the database has another version of.

        The newest come first: one new product need not wait for the 100,000 of an import.
        """
        stamps = select(Product.updated_at, func.count()).group_by(Product.updated_at)
        if self._newest is not None:
            stamps = stamps.where(Product.updated_at >= self._newest - _OVERLAP)
        stamps = stamps.order_by(Product.updated_at.desc())
        # An import stamps hundreds of products alike: their number tells whether all are known.
        moved = [at for at, count in session.execute(stamps) if self._stamps[at] != count]
        known, row = self.shelf.goods, self.shelf.row
        for some in _slices(moved, _READ_AT_ONCE):
            stamped = select(Product.id, Product.updated_at).where(Product.updated_at.in_(some))
            newest_first = stamped.order_by(Product.updated_at.desc(), Product.id)
            for id_, updated_at in session.execute(newest_first):
                if id_ not in row or known[row[id_]].updated_at != updated_at:
                    yield id_

    def _show(self, goods: Sequence[Good]) -> None:
        """Put goods that changed or came in on the shelf."""
        with self._changing:
            shelf = self.shelf.following(goods, pace=self.courtesy.paced)
            self._replace(self.shelf, shelf, changed=goods)
        # Goods hold no cycles. To look for some among 100,000 takes a tenth of a second, in which
        # nobody is answered, again and again while more come in.
        gc.freeze()

    def _replace(self, before: Shelf, shelf: Shelf, *, changed: Sequence[Good]) -> None:
        for good in self.courtesy.paced(changed):
            row = shelf.row[good.id]
            self._stamps[good.updated_at] += 1
            if row < len(before):
                self._stamps[before.goods[row].updated_at] -= 1
        if self._vectors is not None:
            self._vectors.grow(len(shelf))
            for row in (row for good in changed if (row := shelf.row[good.id]) < len(before)):
                if (text_hash := before.goods[row].text_hash) != shelf.goods[row].text_hash:
                    self._vectors.forget(row, text_hash)
        self.shelf = self._with_vectors(shelf)

    def _lay_out(self, goods: Sequence[Good]) -> None:
        """Begin the shelf anew with these goods, in other rows than before."""
        with self._changing:
            before, vectors = self.shelf, self._vectors
            shelf = Shelf(goods, self._lexicon, version=before.version + 1)
            shelf.pictured = before.pictured
            if before.seen is not None:
                shelf = shelf.with_seen(before.seen, pace=self.courtesy.paced)
            self._stamps = Counter(good.updated_at for good in goods)
            if vectors is not None and self.encoder is not None:
                self._vectors = VectorRows(self.encoder.dimension)
                self._vectors.grow(len(goods))
                for row, good in enumerate(goods):
                    if vectors.encoded[old := before.row[good.id]]:
                        self._vectors.put(row, good.text_hash, vectors.matrix[old])
            self.shelf = self._with_vectors(shelf)

    def _with_vectors(self, shelf: Shelf) -> Shelf:
        if self.encoder is None or self._vectors is None or not self._vectors.encoded.any():
            return shelf
        placed = self.encoder.place(self._vectors.matrix)
        return shelf.with_vectors(placed, self._vectors.encoded.copy())


def _slices(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
