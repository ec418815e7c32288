"""Pictures of goods: from the owner's folder into the shop's media, no larger than shown."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from PIL import Image, ImageOps

from db.imports.report import SHOWN, OnProgress

# Twice the width of the largest picture that the widget and the shop's page show.
LARGEST = 960
# What every channel can show; anything else becomes WebP.
FORMATS = ("JPEG", "PNG", "WEBP")


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
        return taken, _notes_on(failed)

    def _take(self, name: str) -> str | Exception:
        source = self.folder / name
        try:
            with Image.open(source) as picture:
                form = picture.format if picture.format in FORMATS else "WEBP"
                target_name = name if picture.format in FORMATS else f"{name}.webp"
                target = self.media / target_name
                if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                    return target_name
                upright = ImageOps.exif_transpose(picture)
                upright.thumbnail((LARGEST, LARGEST))
                if form == "JPEG" and upright.mode not in ("RGB", "L"):
                    upright = upright.convert("RGB")
                target.parent.mkdir(parents=True, exist_ok=True)
                # A shopper's browser must never load half a picture.
                draft = target.with_name(f".{target.name}.part")
                upright.save(draft, format=form)
                draft.replace(target)
                return target_name
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            return error


def _notes_on(failed: Sequence[str]) -> list[str]:
    if not failed:
        return []
    more = f"\n  and {len(failed) - SHOWN:,} more" if len(failed) > SHOWN else ""
    listed = "".join(f"\n  {failure}" for failure in failed[:SHOWN])
    return [f"{len(failed):,} pictures could not be taken:{listed}{more}"]
