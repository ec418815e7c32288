"""`shopkeeper up`: prepare what is missing, start everything, say where it is."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import exists, select

from cli.home_lock import HomeLock, end_orphans
from cli.staff import ensure_demo_login
from cli.supervisor import Process, Supervisor
from cli.swap import check_whole
from common.errors import ConfigurationError
from common.logs import JsonFormatter
from common.settings import Settings, load_settings
from db.checkpoints import Checkpoints
from db.demo.load import load_demo
from db.engine import make_engine, session_factory
from db.migrate import upgrade
from db.tables.catalog import Product
from learning.job_files import pulse_of

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 300.0
# A large catalogue goes on in the background; until then search goes by words.
ENCODED_WITHIN_S = 45.0
LOOK_EVERY_S = 0.2


def up(
    *,
    demo: Annotated[
        bool, typer.Option(help="Load the demo shop where the database has no products.")
    ] = True,
) -> None:
    """Start everything and keep it running until Ctrl-C."""
    console = Console(stderr=True)
    settings = load_settings()
    # Ports, addresses and keys as this process sees them hold for all its children.
    os.environ.update(environment_of(settings))
    # Also where a script started us in the background, which leaves Ctrl-C's signal ignored.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    # A closed terminal ends the shop too, unless nohup said otherwise.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _end)
    lock = HomeLock(settings.home)
    lock.acquire()
    if left := end_orphans(settings.home):
        console.print(f"Ended {left} processes that an earlier run had left behind.")
    _log_to(settings.logs / "supervisor.log")
    check_ports(settings)
    check_whole(settings.home)
    with _progress(console) as progress:
        prepare(settings, progress, demo=demo)
        supervisor = Supervisor(processes_of(settings), logs=settings.logs)
        try:
            supervisor.start()
            _wait_until_ready(supervisor, progress)
            _wait_until_encoded(settings, supervisor, progress)
        except BaseException:
            _stop(supervisor)
            raise
    try:
        _say_where(settings, console, login=ensure_demo_login(settings) if demo else None)
        with Checkpoints(settings.database_url):
            while True:
                time.sleep(LOOK_EVERY_S)
                for sentence in supervisor.look_after():
                    console.print(sentence, style="yellow", soft_wrap=True)
    except KeyboardInterrupt:
        console.print("\nStopping ...")
    finally:
        _stop(supervisor)


def check_ports(settings: Settings) -> None:
    """Find out before the long work that another shop runs here.

    Raises:
        ConfigurationError: a port that we need is taken.
    """
    for port in (settings.port, *range(settings.port_base, settings.port_base + 4)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise ConfigurationError(
                    f"Port {port} is in use: stop what runs there, or give this shop other ports "
                    "by SHOPKEEPER_PORT and SHOPKEEPER_PORT_BASE."
                )


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the environment of a child process."""
    names = (
        *("home", "port", "port_base", "bind", "rasa_url", "nlu_url", "recommender_url"),
        *("actions_url", "database_url", "rasa_database_url", "secret_key", "identity_key"),
        *("events_key", "currency", "locale", "device", "checkout_url", "shop_name"),
    )
    values = {f"SHOPKEEPER_{name.upper()}": str(getattr(settings, name)) for name in names}
    for name in ("internal_secret", "base_model", "picture_model"):
        if value := getattr(settings, name):
            values[f"SHOPKEEPER_{name.upper()}"] = value
    return values


def processes_of(settings: Settings) -> list[Process]:
    """The processes, the public one last."""
    # Torch and ONNX threads of several processes fight over the cores.
    model = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": os.environ.get("HF_HUB_OFFLINE", "1")}
    module = [sys.executable, "-m"]
    return [
        Process(
            "rasa",
            [*rasa_command(), "serve"],
            f"{settings.rasa_url}/readyz",
            ROOT / "bot",
            {"OMP_NUM_THREADS": "1"},
        ),
        Process("nlu", [*module, "nlu.server"], f"{settings.nlu_url}/readyz", ROOT, model),
        Process(
            "recommender",
            [*module, "recommender.server"],
            f"{settings.recommender_url}/readyz",
            ROOT,
            model,
        ),
        Process("actions", [*module, "actions"], f"{settings.actions_url}/readyz", ROOT),
        Process(
            "learner",
            [*module, "learning"],
            pulse_of(settings),
            ROOT,
            # It holds no model: what it starts chooses its threads itself.
            {"HF_HUB_OFFLINE": model["HF_HUB_OFFLINE"]},
            needed=False,
        ),
        Process(
            "gateway",
            [*module, "gateway"],
            f"http://127.0.0.1:{settings.port}/readyz",
            ROOT,
        ),
    ]


def rasa_command() -> list[str]:
    """Rasa's launcher under its own Python.

    Raises:
        ConfigurationError: that environment has not been made.
    """
    python = ROOT / "bot" / ".venv" / "bin" / "python"
    if not python.exists():
        raise ConfigurationError("bot/.venv is missing: run `make setup`.")
    return [str(python), str(ROOT / "bot" / "run.py")]


def train_dialogue(settings: Settings) -> None:
    """Train the dialogue model unless the one that is there is of the same files.

    Raises:
        ConfigurationError: Rasa refused them; its own words are in the log.
    """
    settings.logs.mkdir(parents=True, exist_ok=True)
    log = settings.logs / "train-dialogue.log"
    with log.open("wb") as output:
        trained = subprocess.run(  # noqa: S603 - our own command
            [*rasa_command(), "train"],
            cwd=ROOT / "bot",
            env={**os.environ, **environment_of(settings)},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if trained.returncode != 0:
        raise ConfigurationError(f"The dialogue could not be trained; {log} says why.")


def prepare(settings: Settings, progress: Progress, *, demo: bool) -> None:
    """Bring the database up to date, fill an empty one, and train the dialogue meanwhile."""
    with ThreadPoolExecutor(1) as side:
        training: Future[None] = side.submit(train_dialogue, settings)
        task = progress.add_task("Dialogue model", total=None)
        training.add_done_callback(lambda _: progress.update(task, total=1, completed=1))

        migration = progress.add_task("Database", total=1)
        settings.home.mkdir(parents=True, exist_ok=True)
        upgrade(settings.database_url)
        progress.update(migration, completed=1)

        if demo:
            _load_demo_once(settings, progress)
        training.result()


def _load_demo_once(settings: Settings, progress: Progress) -> None:
    engine = make_engine(settings.database_url)
    with session_factory(engine)() as session:
        stocked = session.scalar(select(exists().where(Product.id.is_not(None))))
    if not stocked:
        task = progress.add_task("Demo shop", total=1.0)
        load_demo(
            engine,
            settings=settings,
            on_progress=lambda share: progress.update(task, completed=share),
        )
    engine.dispose()


def _wait_until_ready(supervisor: Supervisor, progress: Progress) -> None:
    tasks = {p.name: progress.add_task(p.name, total=None) for p in supervisor.processes}
    deadline = time.monotonic() + READY_WITHIN_S
    while waiting := supervisor.waiting_for():
        names = {process.name for process in waiting}
        for name, task in tasks.items():
            if name not in names:
                progress.update(task, total=1, completed=1)
        if dead := [p.name for p in waiting if p.running is None or p.running.poll() is not None]:
            raise ConfigurationError(
                f"{dead[0]} ended while starting: see {supervisor.logs.path(dead[0])} "
                "(is another shop running on these ports?)"
            )
        if time.monotonic() > deadline:
            raise ConfigurationError(
                f"Not ready after {READY_WITHIN_S:.0f} s: {', '.join(sorted(names))}. "
                f"The logs are in {supervisor.logs.folder}."
            )
        time.sleep(0.3)
    for task in tasks.values():
        progress.update(task, total=1, completed=1)


def _wait_until_encoded(settings: Settings, supervisor: Supervisor, progress: Progress) -> None:
    """Show how far the recommender is with the goods' vectors; it can answer before."""
    task = progress.add_task("Goods", total=None)
    deadline = time.monotonic() + ENCODED_WITHIN_S
    while time.monotonic() < deadline:
        try:
            metrics = httpx.get(f"{settings.recommender_url}/metrics", timeout=5).text
        except httpx.HTTPError:
            # Busy, or just being started again: the shop is open all the same.
            break
        numbers = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line[:1] != "#")
        goods = float(numbers.get("catalogue_products", 0))
        encoded = float(numbers.get("catalogue_encoded", 0))
        progress.update(task, total=goods or 1, completed=encoded if goods else 1)
        if encoded >= goods:
            break
        for sentence in supervisor.look_after():
            progress.console.print(sentence, style="yellow", soft_wrap=True)
        time.sleep(0.5)


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description:<16}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        console=console,
    )


def _say_where(settings: Settings, console: Console, *, login: tuple[str, str] | None) -> None:
    page = f"http://127.0.0.1:{settings.port}/"
    console.print(f"\n[bold green]The shop is open:[/] [bold]{page}[/]")
    console.print(f"The staff console:  [bold]{page}console/[/]")
    if login is not None:
        email, password = login
        console.print(f"  sign in as [bold]{email}[/] with [bold]{password}[/]", highlight=False)
    console.print(f"Logs: {settings.logs} — Ctrl-C stops everything.\n")


def _log_to(path: Path) -> None:
    """Keep what the supervisor does as JSON lines, like what its processes do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path)
    handler.setFormatter(JsonFormatter(process="supervisor"))
    log = logging.getLogger("cli")
    log.addHandler(handler)
    log.setLevel(logging.INFO)


def _stop(supervisor: Supervisor) -> None:
    # It ends within ten seconds; a second Ctrl-C must not leave half of it running.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    supervisor.stop()


def _end(*_: object) -> None:
    raise KeyboardInterrupt
