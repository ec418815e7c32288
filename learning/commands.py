"""The commands a job consists of, each in a process of its own that ends when the learner does."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.supervised import MARK

# Where our packages lie: `python -m cli` finds them also where they are not installed.
ROOT = Path(__file__).resolve().parent.parent
MODEL_OF: Mapping[str, str] = {
    "train_nlu": "nlu",
    "train_recommender": "recommender",
    "judge_nlu": "nlu",
    "judge_recommender": "recommender",
}
# What serves shoppers goes before what learns.
NICENESS = 10
# `models judge` ends so where a candidate must not serve.
REFUSED = 3
_ENDS_WITHIN_S = 8.0


@dataclass(frozen=True, slots=True)
class Command:
    """One step of a job.

    Attributes:
        words: of the `shopkeeper` command.
        files: further words of it, which name files and tell staff nothing.
        progress: the file in which it tells how far it is; None where it does not.
    """

    step: str
    words: tuple[str, ...]
    files: tuple[str, ...] = ()
    progress: Path | None = None


def train_command(kind: str, *, output: Path, progress: Path) -> Command:
    """Train a model into this folder."""
    model = MODEL_OF[kind]
    learnt = ("--from-conversations",) if model == "nlu" else ()
    into = ("--output", str(output), "--progress-file", str(progress))
    return Command("train", ("train", model, *learnt), into, progress)


def judge_command(kind: str, *, name: str, progress: Path) -> Command:
    """Hold a model against the one in use; its report lies in its folder."""
    words = ("models", "judge", MODEL_OF[kind], name, "--report")
    return Command("judge", words, ("--progress-file", str(progress)), progress)


def promote_command(kind: str, *, name: str) -> Command:
    """Put a model into use."""
    return Command("promote", ("models", "promote", MODEL_OF[kind], name))


class Running:
    """A command under way, nicer than whatever serves.

    It has a process group of its own and the reading end of a pipe that we hold: when this process
    goes, even killed, so does the command (common/supervised.py).

    Args:
        program: what runs the command's words.
        log: what it says goes to this file's end.
        environment: added to our own.
    """

    def __init__(
        self,
        command: Command,
        *,
        program: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
    ) -> None:
        self._progress = command.progress
        if self._progress is not None:
            self._progress.unlink(missing_ok=True)
        with log.open("ab") as output:
            output.write(f"-- {_clock()} shopkeeper {' '.join(command.words)}\n".encode())
            output.flush()
            self._child = subprocess.Popen(  # noqa: S603 - our own command
                [*program, *command.words, *command.files],
                cwd=ROOT,
                env={**os.environ, MARK: os.environ.get(MARK, "learner"), **environment},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._child.pid, NICENESS)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._child.pid

    def code(self) -> int | None:
        """What it ended with; None while it goes on."""
        return self._child.poll()

    def progress(self) -> dict[str, Any] | None:
        """{step, done, total} as it told last; None where it has not."""
        if self._progress is None:
            return None
        try:
            told = json.loads(self._progress.read_text())
        except (OSError, ValueError):
            return None
        return told if isinstance(told, dict) else None

    def end(self) -> None:
        """Ask it to end, and end it by force where it does not."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(_ENDS_WITHIN_S)
                break
        self.close()

    def close(self) -> None:
        """Let go of what belongs to a command that has ended."""
        if self._child.stdin is not None:
            self._child.stdin.close()
        if self._progress is not None:
            self._progress.unlink(missing_ok=True)


def shopkeeper() -> list[str]:
    """The `shopkeeper` command under this Python."""
    return [sys.executable, "-m", "cli"]


def training_threads() -> int:
    """Half of the cores that we may use: the others serve."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:
        cores = os.cpu_count() or 1
    return max(1, cores // 2)


def say_in(log: Path, sentence: str) -> None:
    """Add a line of our own to a log."""
    with log.open("a", encoding="utf-8") as output:
        output.write(f"-- {_clock()} {sentence}\n")


def _clock() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z"
