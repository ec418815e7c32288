"""Put restored files in the place of those that are there: all of them, or none."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from common.errors import ConfigurationError

FOLDER = ".restore"
_JOURNAL = "journal.json"


def check_whole(home: Path) -> None:
    """Refuse a home in which a restore was cut off.

    Raises:
        ConfigurationError: one was, for instance by a power cut.
    """
    if (home / FOLDER / _JOURNAL).exists():
        raise ConfigurationError(
            f"A restore into {home} was cut off: run the same `shopkeeper restore` again."
        )


class Swap:
    """A workspace within HOME, on whose disk files change places by renaming alone.

    As a context it undoes what was put in place unless `settle` was called. What a kill left behind
    the next one undoes.

    Attributes:
        new: where the restored files are made ready.
        old: where those that were there lie once they are replaced.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._journal = self._folder / _JOURNAL
        self._settled = False
        self.new = self._folder / "new"
        self.old = self._folder / "old"

    def __enter__(self) -> "Swap":
        self.undo()
        shutil.rmtree(self._folder, ignore_errors=True)
        for folder in (self.new, self.old):
            folder.mkdir(parents=True, mode=0o700)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._settled:
            self.undo()
        shutil.rmtree(self._folder, ignore_errors=True)

    def put(self, files: Mapping[Path, Path | None]) -> None:
        """Put each new file or folder in its place; what was there goes to `old`.

        Args:
            files: by place; None where nothing is to lie there.
        """
        moves = [
            (place, new, self.old / f"{number}-{place.name}")
            for number, (place, new) in enumerate(files.items())
        ]
        self._journal.write_text(json.dumps(moves, default=str))
        for place, new, kept in moves:
            if place.exists():
                shutil.move(place, kept)
            if new:
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(new, place)

    def settle(self) -> None:
        """It is done: from here on there is no way back."""
        self._journal.unlink(missing_ok=True)
        self._settled = True

    def undo(self) -> None:
        """Put back what was there before. Does nothing where nothing was put."""
        if not self._journal.exists():
            return
        for place, new, kept in reversed(json.loads(self._journal.read_text())):
            if Path(kept).exists():
                if Path(place).exists():
                    _remove(Path(place))
                shutil.move(kept, place)
            elif new and not Path(new).exists() and Path(place).exists():
                _remove(Path(place))
        self._journal.unlink()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
