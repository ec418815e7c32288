"""A second shop beside the one that serves, for trying a model: the same goods, nobody's data."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, insert, inspect, select

from common.errors import ServiceUnavailable
from common.model_shelf import promote, roll_back
from common.settings import Settings
from db.engine import make_engine
from db.migrate import upgrade
from db.tables.base import Table as Base
from learning.private_homes import private_home
from nlu.card import SHIPPED

_ROOT = Path(__file__).resolve().parent.parent
_READY_WITHIN_S, _ENCODED_WITHIN_S = 280.0, 300.0
_SWAPPED_WITHIN_S, _ENDS_WITHIN_S = 60.0, 20.0
# What a shop sells and says; whatever is about people stays where it is.
_GOODS = ("products", "faq_entries", "ranking_rules", "handoff_rules", "canned_answers")
_ROWS_AT_ONCE = 1000
# What `.env` may say of the shop that serves and must not hold here: neither the world nor the
# shop's own system may hear of this one.
_UNSET = (
    *("TELEGRAM_TOKEN", "TELEGRAM_WEBHOOK_URL", "SHOP_WEBHOOK_URL", "REDIS_URL", "PUBLIC_URL"),
    *("RASA_URL", "NLU_URL", "RECOMMENDER_URL", "ACTIONS_URL", "RASA_DATABASE_URL"),
    *("SECRET_KEY", "IDENTITY_KEY", "EVENTS_KEY", "STAFF_HOURS"),
)


class PrivateShop:
    """A running shop of its own, in which adapters are put into use by turns.

    Attributes:
        url: of its gateway.
    """

    def __init__(self, home: Path, *, port: int) -> None:
        self._home, self._nlu = home, f"http://127.0.0.1:{port + 2}"
        self.url = f"http://127.0.0.1:{port}"

    def use(self, adapter: Path) -> None:
        """Have this adapter answer from now on.

        Raises:
            ServiceUnavailable: the shop does not take it up.
        """
        from nlu.card import version_of

        shelf = self._home / "models" / "nlu"
        shelf.mkdir(parents=True, exist_ok=True)
        if adapter == SHIPPED:
            while (shelf / "current").is_symlink():
                roll_back(shelf)
        else:
            link = shelf / adapter.name
            if not link.exists():
                shutil.copytree(adapter, link)
            promote(link)
        wanted, deadline = version_of(adapter), time.monotonic() + _SWAPPED_WITHIN_S
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError, KeyError, ValueError):
                if httpx.get(f"{self._nlu}/model", timeout=5).json()["version"] == wanted:
                    return
            time.sleep(0.2)
        raise ServiceUnavailable(f"The private shop does not take up {adapter.name}.")


@contextmanager
def private_shop(settings: Settings, *, demo: bool) -> Iterator[PrivateShop]:
    """Start one, and end it with everything that it wrote.

    Args:
        settings: of the shop that serves.
        demo: with the goods of the demo shop, not this shop's.

    Raises:
        ServiceUnavailable: it cannot be started here; the detail says why.
    """
    if not (_ROOT / "bot" / ".venv" / "bin" / "python").exists():
        raise ServiceUnavailable("Rasa is not on this machine, so no second bot can be started.")
    with private_home(settings.home) as home:
        if not demo:
            stock(settings, home)
        _share_caches(settings, home)
        port = _free_ports()
        with _running(home, port=port, demo=demo, settings=settings):
            yield PrivateShop(home, port=port)


def stock(settings: Settings, home: Path) -> None:
    """Copy what is sold, and what the bot says of it, into a database of its own."""
    address = _database_of(home)
    upgrade(address)
    source, target = make_engine(settings.database_url, pool_size=1), make_engine(address)
    try:
        for name in _GOODS:
            _copy_table(source, target, name)
    finally:
        source.dispose()
        target.dispose()


def _database_of(home: Path) -> str:
    return f"sqlite:///{home / 'shopkeeper.db'}"


def _copy_table(source: Engine, target: Engine, name: str) -> None:
    table = Base.metadata.tables[name]
    if not inspect(source).has_table(name):
        return
    with source.connect() as reading, target.begin() as writing:
        writing.execute(table.delete())
        rows = reading.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(table))
        for part in rows.mappings().partitions(_ROWS_AT_ONCE):
            writing.execute(insert(table), [dict(row) for row in part])


def _share_caches(settings: Settings, home: Path) -> None:
    """What was computed of goods, adapters and the dialogue need not be computed again."""
    ours = settings.home / "cache"
    ours.mkdir(parents=True, exist_ok=True)
    (home / "cache").symlink_to(ours, target_is_directory=True)
    vectors = settings.home / "recommender" / "vectors.db"
    if vectors.is_file():
        (home / "recommender").mkdir()
        shutil.copy2(vectors, home / "recommender" / "vectors.db")
    dialogue = settings.home / "models" / "dialogue"
    if dialogue.is_dir():
        shutil.copytree(dialogue, home / "models" / "dialogue")


def environment_of(settings: Settings, home: Path, *, port: int) -> dict[str, str]:
    """What a private shop's processes are told, whatever this one's environment and `.env` say."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SHOPKEEPER_")}
    theirs = dict.fromkeys(_UNSET, "") | {
        "HOME": str(home),
        "PORT": str(port),
        "PORT_BASE": str(port + 1),
        "BIND": "127.0.0.1",
        "DATABASE_URL": _database_of(home),
        "RATE_MESSAGES": "off",
        "RATE_SESSIONS": "off",
        "RATE_REQUESTS": "off",
        "CURRENCY": settings.currency,
        "LOCALE": settings.locale,
        "DEVICE": "cpu",
        "RETRAIN": "off",
        # It ends when we do, even if we are killed (common/supervised.py).
        "SUPERVISOR": "judge",
    }
    if settings.base_model:
        theirs["BASE_MODEL"] = settings.base_model
    return ours | {f"SHOPKEEPER_{name}": value for name, value in theirs.items()}


@contextmanager
def _running(home: Path, *, port: int, demo: bool, settings: Settings) -> Iterator[None]:
    log = home / "up.log"
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "cli", "up", *([] if demo else ["--no-demo"])],
            cwd=_ROOT,
            env=environment_of(settings, home, port=port),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(child, f"http://127.0.0.1:{port}", log)
        _wait_until_encoded(f"http://127.0.0.1:{port + 3}")
        yield
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _wait_until_ready(child: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        if child.poll() is not None:
            said = log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
            raise ServiceUnavailable(f"A private shop cannot be started: {said[-1]}")
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/readyz", timeout=5).status_code == httpx.codes.OK:
                return
        time.sleep(0.5)
    raise ServiceUnavailable(f"The private shop was not ready after {_READY_WITHIN_S:.0f} s.")


def _wait_until_encoded(recommender: str) -> None:
    """Both models are to be asked among goods that are found by their meaning.

    Without an encoder, or with goods by the hundred thousand that no other run encoded, both are
    asked as things stand after a while.
    """
    deadline = time.monotonic() + _ENCODED_WITHIN_S
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError, KeyError):
            told = httpx.get(f"{recommender}/metrics", timeout=5).text
            counts = {
                sample.name: sample.value
                for family in text_string_to_metric_families(told)
                for sample in family.samples
            }
            if counts["catalogue_encoded"] >= counts["catalogue_products"]:
                return
        time.sleep(0.5)


def _free_ports(count: int = 8) -> int:
    """The first of so many ports in a row that nobody listens on."""
    for first in range(18200, 30000, count):
        if all(_is_free(port) for port in range(first, first + count)):
            return first
    raise ServiceUnavailable("There are no free ports for a private shop.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
