"""Pictures that a file names by their address, fetched, sized and kept beside the shop's own."""

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, bindparam, update

from db.imports.merge import batches, short_transaction, table_of
from db.imports.picture_sizing import LARGEST_BYTES, SUFFIXES, open_picture, save_sized
from db.imports.pictures import media_url, notes_on
from db.imports.report import BadPicture, OnProgress
from db.imports.web import CONNECTIONS, Web
from db.tables.base import now
from db.tables.catalog import Product

FOLDER = "fetched"
ADDRESSES_PER_BATCH = 120
# Where a server gives nothing to ask by, a picture is fetched anew after this long.
KEPT_UNASKED = timedelta(days=1)

_ADDRESS = "json_extract(record, '$.image_url')"
_COUNT = f"SELECT count(DISTINCT {_ADDRESS}) FROM products"  # noqa: S608 - nothing but ours
_ADDRESSES = f"""
SELECT {_ADDRESS} AS address, min(line), json_group_array(id) FROM products
WHERE address IS NOT NULL GROUP BY address ORDER BY min(line)
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is known of a picture that was fetched.

    Attributes:
        name: where it lies in the media folder.
    """

    name: str
    fetched_at: str
    etag: str = ""
    last_modified: str = ""

    @property
    def is_fresh(self) -> bool:
        """Whether it need not even be asked for."""
        if self.etag or self.last_modified:
            return False
        return datetime.fromisoformat(self.fetched_at) > now() - KEPT_UNASKED


class _Wanted(NamedTuple):
    """A picture that products show, and the first line that names it."""

    address: str
    line: int
    product_ids: list[str]


class Gallery:
    """Fetched pictures in the media folder; what is known of each lies in a folder beside it."""

    def __init__(self, media: Path, web: Web) -> None:
        self._media = media
        self._records = media.with_name("picture-records")
        self._web = web
        self._sizing = threading.Semaphore(os.cpu_count() or 1)

    def find(self, address: str) -> str | None:
        """The picture's name in the media folder, if it has been fetched before."""
        kept = self._kept(address)
        return kept.name if kept else None

    def fetch(self, address: str) -> tuple[str, bool]:
        """The picture's own address here, and whether it came just now; what lies here is kept.

        Raises:
            BadPicture: it cannot be had; one that was fetched before stays.
        """
        kept = self._kept(address)
        if kept and kept.is_fresh:
            return media_url(kept.name), False
        asked = {}
        if kept and kept.etag:
            asked["If-None-Match"] = kept.etag
        elif kept and kept.last_modified:
            asked["If-Modified-Since"] = kept.last_modified
        fetched = self._web.get(address, headers=asked)
        if fetched.status == 304:
            if kept is None:
                raise BadPicture("the server answered 304 to a first question")
            return media_url(kept.name), False
        name = self._save(address, fetched.content)
        told = fetched.headers
        self._keep(
            address,
            _Kept(name, now().isoformat(), told.get("etag", ""), told.get("last-modified", "")),
        )
        return media_url(name), True

    def _save(self, address: str, content: bytes) -> str:
        # Its content is part of its name, so that no browser shows the one before.
        stem = f"{_digest(address.encode())[:16]}-{_digest(content)[:8]}"
        with self._sizing:
            picture, form = open_picture(content)
            name = f"{FOLDER}/{stem[:2]}/{stem}{SUFFIXES[form]}"
            save_sized(picture, self._media / name, form=form)
        return name

    def _record_of(self, address: str) -> Path:
        digest = _digest(address.encode())[:32]
        return self._records / digest[:2] / f"{digest}.json"

    def _kept(self, address: str) -> _Kept | None:
        try:
            kept = _Kept(**json.loads(self._record_of(address).read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return kept if (self._media / kept.name).is_file() else None

    def _keep(self, address: str, kept: _Kept) -> None:
        record = self._record_of(address)
        record.parent.mkdir(parents=True, exist_ok=True)
        draft = record.with_suffix(".part")
        draft.write_text(json.dumps(asdict(kept)))
        draft.replace(record)


@contextmanager
def open_gallery(media: Path, *, allow_private: bool) -> Iterator[Gallery]:
    """A gallery whose connections are closed afterwards."""
    web = Web(allow_private=allow_private, largest=LARGEST_BYTES)
    try:
        yield Gallery(media, web)
    finally:
        web.close()


def recall_pictures(area: sqlite3.Connection, gallery: Gallery) -> None:
    """Let the staged products show what was fetched for an earlier import."""
    known = [
        (name, product_id)
        for wanted in _wanted(area)
        if (name := gallery.find(wanted.address))
        for product_id in wanted.product_ids
    ]
    area.executemany("UPDATE products SET picture = ? WHERE id = ?", known)


def hang_pictures(
    engine: Engine, area: sqlite3.Connection, gallery: Gallery, *, on_progress: OnProgress
) -> list[str]:
    """Fetch the pictures of the staged products, which are in the shop by now.

    A product whose picture cannot be had keeps the address that the file has.

    Returns:
        Notes on what came and what did not, by line.
    """
    (total,) = area.execute(_COUNT).fetchone()
    failed: list[str] = []
    done = came = 0
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for batch in batches(_wanted(area), size=ADDRESSES_PER_BATCH):
            shown: list[dict[str, str]] = []
            outcomes = pool.map(lambda wanted: _outcome(gallery, wanted), batch)
            for wanted, outcome in zip(batch, outcomes, strict=True):
                done += 1
                on_progress("Pictures", done / total)
                if isinstance(outcome, BadPicture):
                    failed.append(f"line {wanted.line}: {wanted.address}: {outcome.detail}")
                    continue
                address, is_new = outcome
                came += is_new
                shown += [{"of": one, "shown": address} for one in wanted.product_ids]
            _show(engine, shown)
    if not done:
        return []
    here = done - came - len(failed)
    return [f"{came:,} pictures were fetched, {here:,} were here already.", *notes_on(failed)]


def _wanted(area: sqlite3.Connection) -> Iterator[_Wanted]:
    for address, line, ids in area.execute(_ADDRESSES):
        yield _Wanted(address, line, json.loads(ids))


def _outcome(gallery: Gallery, wanted: _Wanted) -> tuple[str, bool] | BadPicture:
    try:
        return gallery.fetch(wanted.address)
    except BadPicture as error:
        return error


def _show(engine: Engine, shown: list[dict[str, str]]) -> None:
    if not shown:
        return
    table = table_of(Product)
    statement = (
        update(table)
        .where(table.c.id == bindparam("of"), table.c.image_url != bindparam("shown"))
        .values(image_url=bindparam("shown"), updated_at=now())
    )
    with short_transaction(engine) as connection:
        connection.execute(statement, shown)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
