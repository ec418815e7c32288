"""A backup on disk: a compressed tar file that ends with a manifest of everything before it."""

import hashlib
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import BaseModel, ValidationError

from common.errors import ConfigurationError
from db.snapshot import SavedDatabase

MANIFEST = "manifest.json"
DATABASE = "database"
TRACKER = "tracker"
HOME = "home"
# What a backup takes of HOME. The rest is made anew: logs, the dialogue's model, goods' vectors.
PARTS = ("keys", "media", "models/nlu", "demo.json")

OnBytes = Callable[[int], None]


class SavedFile(BaseModel):
    """One file of the archive."""

    sha256: str
    size: int


class Manifest(BaseModel):
    """What an archive holds.

    Attributes:
        schema_revision: the migration that the database had.
        tracker: None where Rasa had not run yet.
    """

    format: Literal[1] = 1
    version: str
    schema_revision: str
    made_at: datetime
    conversations: int
    messages: int
    database: SavedDatabase
    tracker: SavedDatabase | None
    files: dict[str, SavedFile] = {}


class DamagedArchive(ConfigurationError):
    """The file is no backup, or not as it was written."""

    code = "damaged_archive"


class ArchiveWriter:
    """Adds files one by one and remembers what each was."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.files: dict[str, SavedFile] = {}

    def add(self, path: Path, name: str) -> None:
        """Add a file, a link, or a folder with everything in it. What vanishes is left out."""
        if path.is_dir() and not path.is_symlink():
            for child in sorted(path.iterdir()):
                # Drafts of what is being written just now.
                if not child.name.startswith("."):
                    self.add(child, f"{name}/{child.name}")
        elif path.is_symlink():
            self._tar.add(path, name)
        else:
            try:
                opened = path.open("rb")
            except FileNotFoundError:
                return
            with opened:
                self._add_file(opened, name)

    def _add_file(self, opened: IO[bytes], name: str) -> None:
        counted = _Counted(opened)
        member = self._tar.gettarinfo(arcname=name, fileobj=opened)
        # Whose file it was means nothing on another machine.
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        self._tar.addfile(member, counted)
        self.files[name] = SavedFile(sha256=counted.digest.hexdigest(), size=member.size)

    def finish(self, manifest: Manifest, scratch: Path) -> None:
        """Add the manifest, without which a file is not a whole backup."""
        file = scratch / MANIFEST
        whole = manifest.model_copy(update={"files": self.files})
        file.write_text(whole.model_dump_json(indent=1), encoding="utf-8")
        self._tar.add(file, MANIFEST)


class _Counted:
    """A file whose checksum is taken as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block


@contextmanager
def writing(file: Path) -> Iterator[ArchiveWriter]:
    """A new archive, readable by its owner alone; it appears under its name when it is whole."""
    draft = file.with_name(f".{file.name}.part")
    try:
        with (
            os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as raw,
            tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as tar,
        ):
            yield ArchiveWriter(tar)
            tar.close()
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def unpack(file: Path, folder: Path, *, on_bytes: OnBytes) -> Manifest:
    """Unpack an archive into a folder and hold every file against the manifest.

    Raises:
        DamagedArchive: it is cut off, changed, or no backup at all.
        ConfigurationError: a later version made it.
    """
    try:
        with file.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:gz") as tar:
            for member in tar:
                # Keeps members within the folder, whoever wrote the archive.
                tar.extract(member, folder, filter="data")
                on_bytes(raw.tell())
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise DamagedArchive(f"{file} is no whole backup ({error}): use another one.") from error
    manifest = _read_manifest(folder / MANIFEST, archive=file)
    for name, expected in manifest.files.items():
        found = folder / name
        if not found.is_file() or _digest(found) != expected.sha256:
            raise DamagedArchive(f"{file} is damaged: {name} is not as it was. Use another one.")
    return manifest


def _read_manifest(path: Path, *, archive: Path) -> Manifest:
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise DamagedArchive(f"{archive} is no whole backup: it has no manifest.") from error
    except ValidationError as error:
        if any(problem["loc"] == ("format",) for problem in error.errors()):
            raise ConfigurationError(
                f"{archive} was made by a later version of Shopkeeper: update this one first."
            ) from error
        raise DamagedArchive(f"{archive} has a manifest that cannot be read.") from error


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; 0 where there is nothing."""

    def size(file: Path) -> Any:
        try:
            return file.stat().st_size
        except FileNotFoundError:
            return 0

    if path.is_dir():
        return sum(size(file) for file in path.rglob("*") if file.is_file())
    return int(size(path))
