"""Pictures of goods: from the owner's folder into the shop's media, no larger than shown."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from db.imports.picture_sizing import LARGEST_BYTES, open_picture, save_sized
from db.imports.report import SHOWN, BadPicture, OnProgress


def media_url(name: str) -> str:
    """The address under which the gateway serves a file of the media folder."""
    return f"/media/{quote(name)}"


class PictureFolder:
    """The owner's folder of pictures, and the media folder they go to."""

    def __init__(self, folder: Path, media: Path) -> None:
        self.folder = folder
        self.media = media

    def take_over(
        self, names: Sequence[str], *, on_progress: OnProgress
    ) -> tuple[dict[str, str | None], list[str]]:
        """Size and copy the named pictures; one that is there already stays as it is.

        Returns:
            The name within the media folder by the given one, None where it could not be
            taken; and notes on those.
        """
        taken: dict[str, str | None] = {}
        failed: list[str] = []
        # Pillow works outside of Python's lock.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for name, outcome in zip(names, pool.map(self._take, names), strict=True):
                taken[name] = outcome if isinstance(outcome, str) else None
                if not isinstance(outcome, str):
                    failed.append(f"{name}: {outcome}")
                on_progress("Pictures", len(taken) / len(names))
        return taken, notes_on(failed)

    def _take(self, name: str) -> str | Exception:
        source = self.folder / name
        try:
            changed_at, size = source.stat().st_mtime, source.stat().st_size
            for there in (name, f"{name}.webp"):
                target = self.media / there
                if target.is_file() and target.stat().st_mtime >= changed_at:
                    return there
            if size > LARGEST_BYTES:
                return BadPicture(f"has more than {LARGEST_BYTES:,} bytes")
            picture, form = open_picture(source.read_bytes())
            target_name = name if picture.format == form else f"{name}.webp"
            save_sized(picture, self.media / target_name, form=form)
            return target_name
        except (OSError, BadPicture) as error:
            return error


def notes_on(failed: Sequence[str]) -> list[str]:
    """A note on pictures that did not come, with the first of them; none where all came."""
    if not failed:
        return []
    more = f"\n  and {len(failed) - SHOWN:,} more" if len(failed) > SHOWN else ""
    listed = "".join(f"\n  {failure}" for failure in failed[:SHOWN])
    return [f"{len(failed):,} pictures could not be taken:{listed}{more}"]
