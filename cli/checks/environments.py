"""Both Pythons, with the packages that are pinned, and the built web pages."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

from cli.checks.finding import Finding, fail, ok, warn

AREA = "environment"
SETUP = "make setup"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)")


def check_environments(root: Path) -> Iterator[Finding]:
    """The environments and pages that lie under the project's folder."""
    yield from _check_python(
        "Python",
        sys.version_info[:2],
        sys.version_info >= (3, 11),
        installed(None),
        root / "constraints.txt",
        needed=_main_packages(),
    )
    yield from _check_bot(root / "bot")
    yield from check_pages(root / "web")


def _check_bot(bot: Path) -> Iterator[Finding]:
    site = next(bot.glob(".venv/lib/python3.*/site-packages"), None)
    if site is None:
        yield fail(AREA, "Rasa's environment, bot/.venv, is missing", SETUP)
        return
    number = site.parent.name.removeprefix("python3.")
    version = (3, int(number))
    found = installed(site)
    yield from _check_python(
        "Rasa's Python", version, version < (3, 11), found, bot / "constraints.txt", needed={"rasa"}
    )


def _check_python(
    name: str,
    version: tuple[int, ...],
    fits: bool,  # noqa: FBT001 - said by its caller beside the version
    found: dict[str, str],
    constraints: Path,
    *,
    needed: set[str],
) -> Iterator[Finding]:
    label = f"{name} {'.'.join(map(str, version[:2]))}"
    if not fits:
        yield fail(AREA, f"{label} is the wrong one", SETUP)
        return
    if missing := sorted(needed - set(found)):
        yield fail(AREA, f"{label} lacks {', '.join(missing[:5])}", SETUP)
        return
    pinned = pins(constraints)
    # What is not there is not needed here: images leave out what they do not use.
    others = sorted(name for name in found if name in pinned and pinned[name] != found[name])
    if others:
        listed = ", ".join(f"{o} {found[o]} for {pinned[o]}" for o in others[:3])
        yield warn(AREA, f"{label} has other versions than are pinned: {listed}", SETUP)
        return
    yield ok(AREA, f"{label}, {sum(name in pinned for name in found)} packages as pinned")


def installed(site: Path | None) -> dict[str, str]:
    """The packages of an environment with their versions; of this one where none is named."""
    found = distributions(path=[str(site)]) if site else distributions()
    return {
        _plain(dist.metadata["Name"]): dist.version.partition("+")[0]
        for dist in found
        if dist.metadata["Name"]
    }


def pins(constraints: Path) -> dict[str, str]:
    """The versions that a constraints file wants."""
    matches = (_PINNED.match(line) for line in constraints.read_text().splitlines())
    return {_plain(match[1]): match[2] for match in matches if match}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _main_packages() -> set[str]:
    """What every process imports: a broken installation lacks one of them."""
    return {"fastapi", "uvicorn", "httpx", "sqlalchemy", "alembic", "psycopg", "pydantic-settings"}


def check_pages(web: Path) -> Iterator[Finding]:
    """Whether the widget and the shop's page are built, and from the sources that are there."""
    built = [web / "dist" / "widget.js", web / "dist" / "shop" / "index.html"]
    if not all(file.is_file() for file in built):
        yield fail(AREA, "the widget and the shop's page are not built", SETUP)
        return
    made_at = min(file.stat().st_mtime for file in built)
    newer = [
        file.name
        for file in (*(web / "src").rglob("*"), *web.glob("*.ts"), *web.glob("package*.json"))
        if file.is_file() and file.stat().st_mtime > made_at
    ]
    if newer:
        yield warn(AREA, f"the web pages are older than their sources ({newer[0]})", SETUP)
    else:
        yield ok(AREA, "web pages built from the sources that are there")
