"""Starts the processes, watches them, restarts what dies or hangs, and stops them all."""

import contextlib
import logging
import os
import secrets
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx

from cli.log_files import LogFiles
from cli.supervisor_numbers import Cause, SupervisorNumbers
from common.supervised import MARK, is_beating

logger = logging.getLogger(__name__)

# What ran well until now starts again at once; what dies again waits, each time twice as long.
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
# Whatever answered before it died again served shoppers meanwhile: it is missed sooner.
LONGEST_PAUSE_SERVING_S = 4.0
# A process that ran this long has recovered: its next death starts the pauses anew.
STEADY_S = 60.0
STOP_S = 10.0
PROBE_EVERY_S = 2.0
PROBE_TIMEOUT_S = 5.0
# A crash loop: this many deaths, each before the process was steady.
LOOP = 4


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds without an answer of /healthz after which a living process counts as hung.

    Attributes:
        hung: once it has answered; far longer than any turn or a busy machine keeps it.
        starting: before its first answer.
    """

    hung: float = 20.0
    starting: float = 300.0


@dataclass
class Process:
    """One process of the shop: how it is started and where it says that it is ready.

    Attributes:
        ready_url: its /readyz, or a file that it touches again and again while it lives.
        needed: whether the shop is not open without it.
    """

    name: str
    command: Sequence[str]
    ready_url: str | Path
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    needed: bool = True

    running: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    answered: bool = field(default=False, init=False)
    silent_since: float | None = field(default=None, init=False)
    ends_by: Cause = field(default="died", init=False)
    deaths: int = field(default=0, init=False)
    start_again_at: float = field(default=0.0, init=False)

    def start(self, log: IO[bytes], *, mark: str) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches us alone."""
        self.answered = False
        self.silent_since = None
        self.ends_by = "died"
        self.started_at = time.monotonic()
        self.running = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            cwd=self.cwd,
            env={**os.environ, **self.environment, MARK: mark},
            # Never written to: it closes when we end, and so the process knows.
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def is_ready(self, http: httpx.Client) -> bool:
        """Whether /readyz answers 200."""
        if isinstance(self.ready_url, Path):
            return is_beating(self.ready_url)
        try:
            return http.get(self.ready_url, timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def is_alive(self, http: httpx.Client) -> bool:
        """Whether /healthz answers at all: what it says is not our business."""
        if isinstance(self.ready_url, Path):
            return is_beating(self.ready_url)
        try:
            http.get(self.ready_url.replace("/readyz", "/healthz"), timeout=PROBE_TIMEOUT_S)
        except httpx.HTTPError:
            return False
        return True


class Supervisor:
    """Keeps processes running until told to stop.

    Args:
        logs: the folder with a log for each process.
        numbers: where restarts are counted.
    """

    def __init__(
        self,
        processes: Sequence[Process],
        *,
        logs: Path,
        numbers: SupervisorNumbers | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.processes = list(processes)
        self.logs = LogFiles(logs)
        self.mark = secrets.token_hex(16)
        self._numbers = numbers or SupervisorNumbers(logs.parent / "supervisor.prom")
        self._patience = patience or Patience()
        self._stopping = threading.Event()
        # Each question on a connection of its own: one kept open may belong to the dead.
        self._http = httpx.Client(headers={"Connection": "close"})
        self._trim_at = 0.0

    def start(self) -> None:
        """Start every process, each with a log file of its own, and watch over them."""
        for process in self.processes:
            self._start(process)
            name = f"probe-{process.name}"
            threading.Thread(target=self._probe, args=(process,), name=name, daemon=True).start()
        self.report()

    def _start(self, process: Process) -> None:
        with self.logs.open(process.name) as log:
            process.start(log, mark=self.mark)

    def waiting_for(self) -> list[Process]:
        """The processes that are not ready yet and without which the shop is not open."""
        needed = [process for process in self.processes if process.needed]
        return [process for process in needed if not process.is_ready(self._http)]

    def look_after(self) -> list[str]:
        """End what hangs, restart what has ended once its pause is over, cut long logs.

        Returns:
            A sentence for each death and each restart, for the operator.
        """
        said: deque[str] = deque()
        now = time.monotonic()
        for process in self.processes:
            running = process.running
            if running is not None and running.poll() is not None:
                said.append(self._bury(process, running, now))
            elif running is not None and self._hangs(process, now):
                said.append(self._end_hung(process, running))
            elif running is None and now >= process.start_again_at and not self._stopping.is_set():
                said.append(self._start_again(process, now))
        if now >= self._trim_at:
            self._trim_at = now + 10
            self.logs.trim()
            self.report()
        return list(said)

    def report(self) -> None:
        """Write down what has been counted."""
        self._numbers.write({process.name: process.answered for process in self.processes})

    def _bury(self, process: Process, dead: "subprocess.Popen[bytes]", now: float) -> str:
        lived = now - process.started_at
        if lived > STEADY_S:
            process.deaths = 0
        pause = 0.0
        if process.deaths:
            longest = LONGEST_PAUSE_SERVING_S if process.answered else LONGEST_PAUSE_S
            pause = min(FIRST_PAUSE_S * 2 ** (process.deaths - 1), longest)
        process.deaths += 1
        process.start_again_at = now + pause
        process.running = None
        process.answered = False
        _release(dead)
        code = dead.returncode
        self._numbers.restarted(process.name, cause=process.ends_by)
        logger.error(
            "a process ended",
            extra={
                "child": process.name,
                "cause": process.ends_by,
                "code": code,
                "lived_s": round(lived, 1),
                "deaths": process.deaths,
                "pause_s": pause,
            },
        )
        log = self.logs.path(process.name)
        when = f"again in {pause:.0f} s" if pause else "starting it again"
        if process.deaths < LOOP:
            return f"{process.name} ended with {_reason(code)}; {when} (see {log})"
        return (
            f"{process.name} has ended {process.deaths} times in a row, now with {_reason(code)}; "
            f"{when}. The end of {log} says why; `shopkeeper doctor` looks for what is missing."
        )

    def _start_again(self, process: Process, now: float) -> str:
        try:
            self._start(process)
        except OSError as error:
            # No memory, no disk: tried again, since nobody else will.
            process.start_again_at = now + LONGEST_PAUSE_S
            logger.error("not started", extra={"child": process.name, "error": error})
            return f"{process.name} could not be started: {error}; again in {LONGEST_PAUSE_S:.0f} s"
        logger.info("started again", extra={"child": process.name})
        return f"{process.name} started again"

    def _hangs(self, process: Process, now: float) -> bool:
        if not process.answered:
            return now - process.started_at > self._patience.starting
        return process.silent_since is not None and (
            now - process.silent_since > self._patience.hung
        )

    def _end_hung(self, process: Process, hung: "subprocess.Popen[bytes]") -> str:
        silent = time.monotonic() - (process.silent_since or process.started_at)
        logger.error("a process hangs", extra={"child": process.name, "silent_s": round(silent, 1)})
        process.ends_by = "hung"
        # Asking it to end is no use; the next look finds it dead.
        _signal(hung, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            hung.wait(2)
        return f"{process.name} has not answered for {silent:.0f} s: ended by force"

    def _probe(self, process: Process) -> None:
        while not self._stopping.wait(PROBE_EVERY_S):
            running, asked_at = process.running, time.monotonic()
            if running is None:
                continue
            alive = process.is_alive(self._http)
            if process.running is not running:
                # The answer is of the one before.
                continue
            if alive:
                process.answered, process.silent_since = True, None
            elif process.silent_since is None:
                process.silent_since = asked_at

    def stop(self) -> None:
        """Ask all to end, the public one first, and end by force what has not after 10 s."""
        self._stopping.set()
        running = [p.running for p in reversed(self.processes) if p.running is not None]
        for child in running:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        for child in running:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(child, signal.SIGKILL)
                child.wait()
            _release(child)
        self._http.close()
        self._numbers.remove()


def _signal(child: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    # Its whole group: Rasa starts helpers of its own.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _release(child: "subprocess.Popen[bytes]") -> None:
    if child.stdin is not None:
        child.stdin.close()


def _reason(code: int) -> str:
    try:
        return signal.Signals(-code).name if code < 0 else f"code {code}"
    except ValueError:
        return f"code {code}"
