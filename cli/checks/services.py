"""The processes: who runs, who is ready, whose ports are taken by others."""

import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from cli.checks.finding import Finding, fail, ok, warn
from common.settings import Settings
from common.supervised import is_beating
from learning.job_files import pulse_of

AREA = "services"
_PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address said.

    Attributes:
        running: a process of ours answers there.
        missing: what keeps it from its work.
        notes: what is wrong and keeps it from nothing.
    """

    running: bool
    taken: bool = False
    missing: Mapping[str, str] | None = None
    notes: Mapping[str, str] | None = None


def check_services(settings: Settings) -> Iterator[Finding]:
    """Ask each process whether it is ready. A shop that is not running is none the worse."""
    addresses = {
        "gateway": f"http://127.0.0.1:{settings.port}",
        "rasa": settings.rasa_url,
        "nlu": settings.nlu_url,
        "recommender": settings.recommender_url,
        "actions": settings.actions_url,
    }
    with ThreadPoolExecutor(len(addresses)) as pool:
        answers = dict(zip(addresses, pool.map(ask, addresses.values()), strict=True))
    running = [name for name, answer in answers.items() if answer.running]
    logs = settings.logs
    for name, answer in answers.items():
        if answer.taken:
            what = f"another program listens at {addresses[name]}, where {name} belongs"
            yield fail(AREA, what, "stop it, or set SHOPKEEPER_PORT or SHOPKEEPER_PORT_BASE")
        elif running and not answer.running:
            yield fail(AREA, f"{name} does not answer", f"tail -n 50 {logs / name}.log")
        elif answer.missing:
            listed = "; ".join(f"{part}: {why}" for part, why in answer.missing.items())
            yield fail(AREA, f"{name} is not ready: {listed}", f"tail -n 50 {logs / name}.log")
        elif answer.notes:
            listed = "; ".join(f"{part}: {why}" for part, why in answer.notes.items())
            what = f"{name} works, but not with everything: {listed}"
            yield warn(AREA, what, f"tail -n 50 {logs / name}.log")
    if not running:
        yield ok(AREA, "not running: `shopkeeper up` starts the shop")
    elif len(running) == len(addresses) and not any(a.missing for a in answers.values()):
        yield ok(AREA, f"all five are ready at http://127.0.0.1:{settings.port}/")
    if running:
        yield from check_learner(settings)


def check_learner(settings: Settings) -> Iterator[Finding]:
    """Whether somebody would work off a training; the shop serves without."""
    if is_beating(pulse_of(settings)):
        return
    cure = f"tail -n 50 {settings.logs / 'learner'}.log; where it runs elsewhere, look there"
    yield warn(AREA, "the learner does not run: no training begins", cure)


def ask(address: str) -> Answer:
    """Ask one address for its /readyz."""
    try:
        response = httpx.get(f"{address}/readyz", timeout=_PATIENCE_S)
        said = response.json()
        if isinstance(said, dict) and said.get("status") in ("ready", "unavailable"):
            missing, notes = said.get("missing") or None, said.get("notes") or None
            return Answer(running=True, missing=missing, notes=notes)
    except httpx.ConnectError:
        return Answer(running=False)
    except httpx.TimeoutException:
        return Answer(running=True, missing={"answer": f"none within {_PATIENCE_S:.0f} s"})
    except (httpx.HTTPError, ValueError):
        pass
    return Answer(running=False, taken=_listens(address))


def _listens(address: str) -> bool:
    parts = urlsplit(address)
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((parts.hostname or "", parts.port or 80)) == 0


def check_port_range(settings: Settings) -> Iterator[Finding]:
    """Whether the public port is none of the internal ones."""
    if settings.port_base <= settings.port < settings.port_base + 4:
        cure = "set SHOPKEEPER_PORT outside of the four from SHOPKEEPER_PORT_BASE on"
        yield fail(AREA, f"port {settings.port} is wanted twice", cure)
    if settings.port < 1024:
        cure = "keep 8080 and put a proxy such as Caddy before it"
        yield warn(AREA, f"port {settings.port} is open to administrators alone", cure)
