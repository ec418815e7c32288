"""Settings: misspelt names, weak secrets, and who may read the keys."""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from dotenv import dotenv_values
from sqlalchemy.engine import make_url

from cli.checks.finding import Finding, fail, ok, warn
from common.settings import LOOPBACK, Settings

AREA = "settings"
PREFIX = "SHOPKEEPER_"
KEYS = ("secret_key", "identity_key", "events_key")
# Read by tests and benchmarks, by Compose's file, or promised for later; no mistakes either.
OTHERS = {"DATA", "TEST_POSTGRESQL", "SUPERVISOR", "REDIS_URL"}
_WEAK = re.compile(
    r"change.?me|secret|password|passw0rd|shopkeeper|postgres|example|default|admin|test|1234", re.I
)
_LONG_ENOUGH = 32
_RANDOM = "python3 -c 'import secrets; print(secrets.token_hex(32))' makes one"


def check_names(environment: Mapping[str, str], env_file: Path) -> Iterator[Finding]:
    """Names that nobody reads: a setting that was misspelt is silently the default."""
    written = {**dotenv_values(env_file, interpolate=False)} if env_file.is_file() else {}
    known = {name.upper() for name in Settings.model_fields} | OTHERS
    unknown = 0
    for name in sorted({*written, *environment}):
        where = env_file.name if name in written else "the environment"
        if name.upper().startswith(PREFIX):
            bare = name.upper().removeprefix(PREFIX)
            if bare in known or (name not in written and bare.startswith("_")):
                continue
            unknown += 1
            near = difflib.get_close_matches(bare, known, n=1, cutoff=0.6)
            cure = f"did you mean {PREFIX}{near[0]}?" if near else "remove it"
            yield warn(AREA, f"{name} in {where} is no setting", cure)
        elif name in written and name in known:
            unknown += 1
            yield warn(AREA, f"{name} in {where} has no effect", f"did you mean {PREFIX}{name}?")
    if not unknown:
        source = f"{env_file.name} and the environment" if written else "the environment"
        yield ok(AREA, f"read from {source}; every name is known")
    if written and any("KEY" in n or "SECRET" in n or "PASSWORD" in n for n in written):
        yield from _check_mode(env_file)


def check_secrets(settings: Settings) -> Iterator[Finding]:
    """Keys, the internal secret and the database's password; none of them is shown."""
    set_here = {name: str(getattr(settings, name) or "") for name in (*KEYS, "internal_secret")}
    given = {name: value for name, value in set_here.items() if value}
    weak = [name for name, value in given.items() if not is_strong(value)]
    for name in weak:
        yield fail(AREA, f"{PREFIX}{name.upper()} is easily guessed", _RANDOM)
    if len(set(given.values())) < len(given):
        yield fail(AREA, "two of the keys are the same", f"make each of its own: {_RANDOM}")
    folder = settings.home / "keys"
    made = [name for name in KEYS if (folder / name).is_file()]
    missing = [name for name in KEYS if name not in made and name not in given]
    if missing and made:
        names = ", ".join(missing)
        yield warn(AREA, f"{names} is gone; the next start makes a new one", "restore a backup")
    elif missing:
        yield ok(AREA, "keys will be made by the first start")
    elif not weak:
        yield ok(AREA, f"keys in place ({len(given)} by setting, {len(made)} in HOME/keys)")
    for url in {settings.database_url, settings.rasa_database_url}:
        password, host = make_url(url).password, make_url(url).host
        if password and not is_strong(str(password), length=12):
            cure = "ALTER ROLE ... PASSWORD in PostgreSQL, then set the new one"
            yield warn(AREA, f"the password of the database at {host} is easily guessed", cure)


def is_strong(secret: str, *, length: int = _LONG_ENOUGH) -> bool:
    """Long, of many different characters, and nothing that stands in a manual."""
    return len(secret) >= length and len(set(secret)) >= 8 and not _WEAK.search(secret)


def check_addresses(settings: Settings) -> Iterator[Finding]:
    """Who can reach the shop, and which pages may show it."""
    if settings.bind in LOOPBACK:
        yield ok(AREA, "processes listen on this machine alone")
    else:
        yield ok(AREA, f"processes listen on {settings.bind}, behind the internal secret")
    for origin in settings.allowed_origins:
        if not re.fullmatch(r"https?://[^/\s*]+", origin):
            cure = 'write it as "https://www.example.com", without a path or a star'
            yield warn(AREA, f"the origin {origin!r} fits no page", cure)
        elif origin.startswith("http://") and not re.search(r"//(localhost|127\.)", origin):
            yield warn(AREA, f"shoppers' words travel in clear from {origin}", "use https")
    if (hook := settings.shop_webhook_url) and hook.startswith("http://"):
        host = make_url(hook).host or ""
        if host not in LOOPBACK and "." in host:
            yield warn(AREA, f"orders travel in clear to {host}", "use https in SHOP_WEBHOOK_URL")


def check_files(settings: Settings) -> Iterator[Finding]:
    """Whether the keys are ours alone and HOME can be written."""
    home = settings.home
    if (home / ".restore" / "journal.json").exists():
        cure = "run the same `shopkeeper restore` again"
        yield fail("files", f"a restore into {home} was cut off", cure)
    for path in (home / "keys", *sorted((home / "keys").glob("*"))):
        if path.exists():
            yield from _check_mode(path)
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    closed = [
        path
        for path in (nearest, home / "logs", home / "media", home / "models")
        if path.exists() and not os.access(path, os.W_OK | os.X_OK)
    ]
    for path in closed:
        yield fail("files", f"{path} cannot be written by this user", f"chown it: ls -ld {path}")
    if not closed:
        yield ok("files", f"{home} can be written" if home.exists() else f"{home} is not made yet")


def _check_mode(path: Path) -> Iterator[Finding]:
    if path.stat().st_mode & 0o077:
        mode = 700 if path.is_dir() else 600
        yield fail("files", f"{path} can be read by others on this machine", f"chmod {mode} {path}")
