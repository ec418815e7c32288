"""Starts the five processes, watches them, restarts what dies, and stops them all."""

import contextlib
import logging
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx

logger = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
# A process that ran this long has recovered: its next death starts the pauses anew.
STEADY_S = 60.0
STOP_S = 10.0


@dataclass
class Process:
    """One process of the shop: how it is started and where it says that it is ready."""

    name: str
    command: Sequence[str]
    ready_url: str
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    running: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    deaths: int = field(default=0, init=False)
    start_again_at: float = field(default=0.0, init=False)

    def start(self, log: IO[bytes]) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches us alone."""
        self.running = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            cwd=self.cwd,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.started_at = time.monotonic()

    def is_ready(self) -> bool:
        """Whether /readyz answers 200."""
        try:
            return httpx.get(self.ready_url, timeout=2).status_code == 200
        except httpx.HTTPError:
            return False


class Supervisor:
    """Keeps processes running until told to stop."""

    def __init__(self, processes: Sequence[Process], *, logs: Path) -> None:
        self.processes = list(processes)
        self.logs = logs
        self.stopping = False

    def start(self) -> None:
        """Start every process, each with a log file of its own."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for process in self.processes:
            self._start(process)

    def _start(self, process: Process) -> None:
        with (self.logs / f"{process.name}.log").open("ab") as log:
            process.start(log)

    def waiting_for(self) -> list[Process]:
        """The processes that are not ready yet."""
        return [process for process in self.processes if not process.is_ready()]

    def restart_dead(self) -> list[str]:
        """Restart what has died and whose pause is over; the pauses double up to 30 s.

        Returns:
            A sentence for each death and each restart, for the operator.
        """
        said = []
        now = time.monotonic()
        for process in self.processes:
            running = process.running
            if running is not None and running.poll() is not None:
                if now - process.started_at > STEADY_S:
                    process.deaths = 0
                pause = min(FIRST_PAUSE_S * 2**process.deaths, LONGEST_PAUSE_S)
                process.deaths += 1
                process.start_again_at = now + pause
                process.running = None
                said.append(
                    f"{process.name} ended with {running.returncode}; again in {pause:.0f} s "
                    f"(see {self.logs / process.name}.log)"
                )
            elif running is None and now >= process.start_again_at and not self.stopping:
                self._start(process)
                said.append(f"{process.name} started again")
        return said

    def stop(self) -> None:
        """Ask all to end, the public one first, and end by force what has not after 10 s."""
        self.stopping = True
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


def _signal(child: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    # Its whole group: Rasa starts helpers of its own.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)
