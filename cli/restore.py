"""`shopkeeper restore`: a shop as it was when a backup was taken."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
import psycopg
import typer
from rich.console import Console
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from cli import archive
from cli.archive import Manifest
from cli.backup import OnStage, make_backup, progress
from cli.home_lock import HomeLock
from cli.swap import Swap
from common.errors import ConfigurationError, Conflict
from common.settings import Settings
from db.engine import make_engine
from db.migrate import revisions
from db.recovery import (
    bring_up_to_date,
    check_unused,
    count_rows,
    load_shop,
    load_tracker,
)
from db.snapshot import SQLITE_FILE, SavedDatabase, sqlite_file


def restore(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A backup.")
    ],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a shop that has conversations.")
    ] = False,
) -> None:
    """Put a backup in the place of this shop, which must not be running."""
    settings = Settings()
    with progress(Console(stderr=True)) as on_stage:
        manifest, kept = restore_backup(settings, file, on_stage=on_stage, force=force)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(
        f"Restored {manifest.conversations:,} conversations and {manifest.messages:,} messages "
        f"as of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC into {settings.home}."
    )
    if kept is not None:
        console.print(f"What was there before lies in {kept}; delete it when you are content.")
    console.print("Next: `shopkeeper up` (with Compose: `docker compose up -d --wait`).")


def restore_backup(
    settings: Settings, file: Path, *, on_stage: OnStage, force: bool
) -> tuple[Manifest, Path | None]:
    """Replace this shop by the one in the archive: all of it, or nothing changes.

    Returns:
        What was restored, and where what it replaced is kept, if that had goods or conversations.

    Raises:
        Conflict: the shop has conversations, or may have, and `force` is not given.
        DamagedArchive: the file is no whole backup.
        ConfigurationError: the shop is running, the backup is of a later version or of another
            kind of database, or there is too little room.
    """
    # Held until we return: neither a shop nor another restore may begin here meanwhile.
    lock = HomeLock(settings.home)
    lock.acquire()
    _check_stopped(settings)
    conversations, goods = (
        count_rows(settings.database_url, table) for table in ("conversations", "products")
    )
    if conversations != 0 and not force:
        raise Conflict(
            "The database cannot be read, so it may hold conversations: add --force to replace it."
            if conversations is None
            else f"This shop has {conversations:,} conversations: add --force to replace them."
        )
    try:
        with Swap(settings.home) as swap:
            manifest = _unpack(file, swap.new, on_stage)
            _check_fits(settings, manifest)
            kept = None
            if conversations != 0 or goods != 0:
                kept = _keep(settings, readable=conversations is not None, on_stage=on_stage)
            _replace(settings, manifest, swap, on_stage)
            if kept is not None and kept.is_dir():
                shutil.move(swap.old, kept)
    except OSError as error:
        raise ConfigurationError(
            f"Nothing was restored: {error.strerror or error} ({error.filename or file})."
        ) from error
    return manifest, kept


def _check_stopped(settings: Settings) -> None:
    addresses = (
        f"http://127.0.0.1:{settings.port}",
        *(settings.rasa_url, settings.nlu_url, settings.recommender_url, settings.actions_url),
    )
    for address in addresses:
        with suppress(httpx.HTTPError):
            # Any other program may listen there.
            if '"ok"' in httpx.get(f"{address}/healthz", timeout=1).text:
                raise ConfigurationError(f"The shop runs at {address}: stop it, then restore.")
    for url in (settings.database_url, settings.rasa_database_url):
        if file := sqlite_file(url):
            check_unused(file)


def _unpack(file: Path, folder: Path, on_stage: OnStage) -> Manifest:
    size = file.stat().st_size
    free = shutil.disk_usage(folder).free
    if free < 2 * size:
        raise ConfigurationError(f"{folder} has too little room to unpack {file}: make some.")
    manifest = archive.unpack(
        file, folder, on_bytes=lambda done: on_stage("Unpacking", min(1.0, done / size))
    )
    keys = folder / archive.HOME / "keys"
    if keys.is_dir():
        keys.chmod(0o700)
        for key in keys.iterdir():
            key.chmod(0o600)
    return manifest


def _check_fits(settings: Settings, manifest: Manifest) -> None:
    if manifest.schema_revision not in revisions():
        raise ConfigurationError(
            f"The backup is of Shopkeeper {manifest.version} with tables that this version does "
            "not know: update Shopkeeper first."
        )
    for saved, url, setting in (
        (manifest.database, settings.database_url, "SHOPKEEPER_DATABASE_URL"),
        (manifest.tracker, settings.rasa_database_url, "SHOPKEEPER_RASA_DATABASE_URL"),
    ):
        kind = make_url(url).get_backend_name()
        if saved is not None and saved.kind != kind:
            raise ConfigurationError(
                f"The backup holds a {saved.kind} database and {setting} names {kind}: "
                "set it to a database of the same kind."
            )


def _keep(settings: Settings, *, readable: bool, on_stage: OnStage) -> Path:
    """Save what is about to be replaced: as a backup, or where it is damaged as it lies."""
    now = datetime.now(UTC)
    kept = settings.home / f"before-restore-{now:%Y%m%dT%H%M%SZ}.tar.gz"
    if readable:
        with suppress(ConfigurationError):
            make_backup(settings, kept, on_stage=lambda _, share: on_stage("Old shop", share))
            return kept
    kept = kept.with_name(kept.name.removesuffix(".tar.gz"))
    kept.mkdir(mode=0o700)
    return kept


def _replace(settings: Settings, manifest: Manifest, swap: Swap, on_stage: OnStage) -> None:
    places: dict[Path, Path | None] = {}
    for part in archive.PARTS:
        new = swap.new / archive.HOME / part
        places[settings.home / part] = new if new.exists() else None
    with ExitStack() as transactions:
        database = swap.new / archive.DATABASE
        if place := sqlite_file(settings.database_url):
            places |= _sqlite_places(place, bring_up_to_date(database))
        else:
            connection = transactions.enter_context(_transaction(settings.database_url))
            load_shop(
                connection,
                database,
                manifest.database,
                revision=manifest.schema_revision,
                on=lambda share: on_stage("Database", share),
            )
        tracker = swap.new / archive.TRACKER
        if place := sqlite_file(settings.rasa_database_url):
            places |= _sqlite_places(place, tracker / SQLITE_FILE if manifest.tracker else None)
        else:
            connection = transactions.enter_context(_transaction(settings.rasa_database_url))
            # Rasa may not have run yet: then there is an empty table, as it would make it.
            load_tracker(
                connection,
                tracker,
                manifest.tracker or SavedDatabase(kind="postgresql"),
                on=lambda share: on_stage("Dialogues", share),
            )
        swap.put(places)
    swap.settle()
    on_stage("In place", 1.0)


def _sqlite_places(place: Path, new: Path | None) -> dict[Path, Path | None]:
    """The file and its log, which means nothing beside another file."""
    logs = {place.with_name(place.name + end): None for end in ("-wal", "-shm")}
    return {place: new, **logs}


@contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    """A connection whose changes are all made when the context ends well."""
    engine = make_engine(url, pool_size=1)
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        raise ConfigurationError(
            f"No database answers at {engine.url.render_as_string()}."
        ) from error
    except (SQLAlchemyError, psycopg.Error) as error:
        raise ConfigurationError(
            f"Nothing was restored: PostgreSQL refused the backup ({type(error).__name__})."
        ) from error
    finally:
        engine.dispose()
