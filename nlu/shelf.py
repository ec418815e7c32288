"""Where a shop's own adapters lie: one folder a training run, and a link to the one in use."""

import os
from datetime import UTC, datetime
from pathlib import Path

CURRENT = "current"


def new_folder(shelf: Path) -> Path:
    """A folder for the next run, named by the time."""
    return shelf / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def put_in_use(folder: Path) -> None:
    """Point `current` beside this folder at it; whoever reads meanwhile sees the old or the new."""
    link = folder.parent / CURRENT
    draft = folder.parent / f".{CURRENT}.{os.getpid()}"
    draft.unlink(missing_ok=True)
    draft.symlink_to(folder.name, target_is_directory=True)
    draft.replace(link)
