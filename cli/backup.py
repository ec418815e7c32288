"""`shopkeeper backup`: everything that cannot be made anew, in one file, while the shop serves."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from cli import archive
from cli.archive import Manifest
from common.errors import ConfigurationError
from common.settings import Settings
from db.snapshot import SavedDatabase, Snapshot, frozen, sqlite_file

# A stage's name and how much of it is done, 0 to 1.
OnStage = Callable[[str, float], None]

KEYS = ("secret_key", "identity_key", "events_key")


def backup(
    file: Annotated[
        Path, typer.Argument(help="Archive to write; in a folder, one named by the time.")
    ],
) -> None:
    """Save conversations, goods, keys, pictures and trained models while the shop goes on."""
    # Shoppers come first: they wait for the same processor.
    os.nice(10)
    settings = Settings()
    target = choose_file(file)
    with progress(Console(stderr=True)) as on_stage:
        manifest = make_backup(settings, target, on_stage=on_stage)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(
        f"{target}: {manifest.conversations:,} conversations, {manifest.messages:,} messages, "
        f"{decimal(target.stat().st_size)}."
    )
    notes = Console(stderr=True, style="yellow", highlight=False, markup=False, soft_wrap=True)
    if elsewhere := keys_elsewhere(settings):
        names = ", ".join(f"SHOPKEEPER_{name.upper()}" for name in elsewhere)
        notes.print(f"Not in it: {names}. Your settings name them; keep a copy of those as well.")
    notes.print("It holds the shop's keys and what shoppers said: keep it where only you can read.")


def choose_file(file: Path) -> Path:
    """The archive's own path.

    Raises:
        ConfigurationError: something lies there already, or the folder is missing.
    """
    if file.is_dir():
        file = file / f"shopkeeper-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz"
    if file.exists():
        raise ConfigurationError(f"{file} is there already: name another file.")
    if not file.parent.is_dir():
        raise ConfigurationError(f"There is no folder {file.parent}: make it first.")
    return file


def keys_elsewhere(settings: Settings) -> list[str]:
    """The keys that come from the environment or `.env`, and so are in no backup."""
    return [name for name in (*KEYS, "internal_secret") if getattr(settings, name)]


def make_backup(settings: Settings, file: Path, *, on_stage: OnStage) -> Manifest:
    """Write both databases as they are now, and the rest of HOME that matters, into one archive.

    Raises:
        ConfigurationError: there is no shop, too little room, or a database cannot be read.
    """
    _check_room(settings, file.parent)
    try:
        # The scratch folder is on the archive's disk: there must be room for it anyway.
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as scratch:
            return _write(settings, file, Path(scratch), on_stage)
    except PermissionError as error:
        raise ConfigurationError(f"{error.filename}: may not be read or written here.") from error
    except OSError as error:
        raise ConfigurationError(f"The backup could not be written: {error.strerror}.") from error


def _write(settings: Settings, file: Path, scratch: Path, on_stage: OnStage) -> Manifest:
    with frozen(
        database_url=settings.database_url, tracker_url=settings.rasa_database_url
    ) as moment:
        database = moment.database
        manifest = Manifest(
            version=version("shopkeeper"),
            schema_revision=database.scalar("SELECT version_num FROM alembic_version"),
            made_at=moment.at,
            conversations=database.scalar("SELECT count(*) FROM conversations"),
            messages=database.scalar("SELECT count(*) FROM messages"),
            database=_copy(database, scratch / archive.DATABASE, "Database", on_stage),
            tracker=moment.tracker
            and _copy(moment.tracker, scratch / archive.TRACKER, "Dialogues", on_stage),
        )
    with archive.writing(file) as writer:
        for done, name in enumerate((archive.DATABASE, archive.TRACKER)):
            on_stage("Archive", done / 3)
            if (scratch / name).is_dir():
                writer.add(scratch / name, name)
        on_stage("Archive", 2 / 3)
        for part in archive.PARTS:
            if (settings.home / part).exists():
                writer.add(settings.home / part, f"{archive.HOME}/{part}")
        writer.finish(manifest, scratch)
    on_stage("Archive", 1.0)
    return manifest


def _copy(snapshot: Snapshot, folder: Path, stage: str, on_stage: OnStage) -> SavedDatabase:
    folder.mkdir()
    on_stage(stage, 0.0)
    saved = snapshot.copy(folder, on_progress=lambda share: on_stage(stage, share))
    on_stage(stage, 1.0)
    return saved


def _check_room(settings: Settings, folder: Path) -> None:
    """The copies and the archive both lie there for a moment; the archive is the smaller."""
    databases = sum(
        archive.size_of(file)
        for url in (settings.database_url, settings.rasa_database_url)
        if (file := sqlite_file(url))
    )
    needed = 2 * databases + sum(archive.size_of(settings.home / part) for part in archive.PARTS)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ConfigurationError(
            f"{folder} has {decimal(free)} free and up to {decimal(needed)} are needed: "
            "write the backup to another disk."
        )


@contextmanager
def progress(console: Console) -> Iterator[OnStage]:
    """A bar for each stage."""
    bars: dict[str, TaskID] = {}
    with Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        console=console,
    ) as shown:

        def on_stage(stage: str, share: float) -> None:
            if stage not in bars:
                bars[stage] = shown.add_task(stage, total=1.0)
            shown.update(bars[stage], completed=share)

        yield on_stage
