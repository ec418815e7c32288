"""The learner: works off trainings one at a time, each step in a process of its own.

It holds no model and no torch. Whatever ends it, the job stays whole: what is done stands in the
job's result, the rest is begun anew by whoever takes the job up.
"""

import logging
import os
import re
import shutil
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Literal

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from common.logs import configure_logging
from common.model_shelf import CARD, new_folder
from common.settings import Settings, load_settings
from common.supervised import PULSE_EVERY_S, follow_supervisor
from db.engine import make_engine, session_factory
from db.tables.jobs import Job
from learning.commands import (
    MODEL_OF,
    REFUSED,
    Command,
    Running,
    judge_command,
    promote_command,
    say_in,
    shopkeeper,
    train_command,
    training_threads,
)
from learning.job_files import log_of, progress_of, pulse_of
from learning.jobs import (
    LEASE,
    MOST_ATTEMPTS,
    JobUnderWay,
    Standing,
    claim_job,
    end_job,
    give_back,
    hold_job,
)
from learning.private_homes import clear_private_homes
from learning.schedule import Timetable, ask_by_schedule

logger = logging.getLogger(__name__)

# How often a command under way is looked at, its progress told and the lease renewed.
LOOK_EVERY_S = 1.0
HOLD_EVERY_S = 2.0
SCHEDULE_EVERY_S = 60.0
# What a command calls the part that it is at.
_PART = re.compile(r"[a-z_ ]{1,40}")

Why = Literal["cancelled", "lost", "ending"]


class _BrokenOff(Exception):
    """A command was ended before it was done."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class _Failed(Exception):
    """A step of the job did not succeed; the code is for programs, the log has the rest."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Worker:
    """Looks for jobs and works them off until it is told to end.

    Args:
        program: what runs `shopkeeper`'s words; this Python's own by default.
        timetable: when trainings are asked for by themselves.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        sessions: sessionmaker[Session],
        program: Sequence[str] | None = None,
        timetable: Timetable | None = None,
        look_every: float = LOOK_EVERY_S,
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._program = list(program or shopkeeper())
        self._timetable = timetable or Timetable.of(settings)
        self._look_every = look_every
        self._pulse = pulse_of(settings)
        self._ending = threading.Event()
        self._asked_at = float("-inf")
        self.holder = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"

    def end(self) -> None:
        """Stop as soon as what is under way can be left to the next one."""
        self._ending.set()

    def run(self, *, every: float = PULSE_EVERY_S) -> None:
        """Look until told to end. What one look could not do is there for the next."""
        clear_private_homes(self._settings.home)
        while not self._ending.is_set():
            try:
                if self.look():
                    continue
            except (SQLAlchemyError, _BrokenOff) as error:
                logger.warning("could not look for jobs", extra={"error": type(error).__name__})
            self._ending.wait(every)
        self._pulse.unlink(missing_ok=True)

    def look(self) -> bool:
        """Ask for what is due, and work off one job. False where none waits."""
        self._beat()
        if time.monotonic() - self._asked_at >= SCHEDULE_EVERY_S:
            self._asked_at = time.monotonic()
            for due in ask_by_schedule(self._sessions, self._timetable):
                logger.info("a training is due", extra={"job": due.id, "kind": due.kind})
        try:
            with self._sessions.begin() as session:
                job = claim_job(session, holder=self.holder)
        except JobUnderWay:
            return False
        if job is None:
            return False
        self._work_off(job)
        return True

    def _beat(self) -> None:
        try:
            self._pulse.touch()
        except OSError as error:
            logger.error("no pulse", extra={"error": error})

    def _work_off(self, job: Job) -> None:
        logger.info("a job begins", extra={"job": job.id, "kind": job.kind, "try": job.attempts})
        _Work(self, job).do()

    # What a piece of work asks of its worker.

    def hold(self, job: Job, **news: Any) -> Standing:
        """Renew the lease; sees to the pulse as well."""
        self._beat()
        with self._sessions.begin() as session:
            return hold_job(session, job.id, holder=self.holder, **news)

    def start(self, job: Job, command: Command) -> Running:
        """Run a command of a job."""
        return Running(
            command,
            program=self._program,
            log=log_of(self._settings, job.id),
            environment={
                "OMP_NUM_THREADS": str(training_threads()),
                "SHOPKEEPER_HOME": str(self._settings.home),
                "SHOPKEEPER_JOB": str(job.id),
                "SHOPKEEPER_JOB_BY": job.asked_by or "",
                "SHOPKEEPER_JOB_ORIGIN": job.origin,
            },
        )

    def wait(self) -> bool:
        """Wait a moment; True where it is time to end."""
        return self._ending.wait(self._look_every)

    @property
    def sessions(self) -> sessionmaker[Session]:
        """Of the database with the jobs."""
        return self._sessions

    @property
    def settings(self) -> Settings:
        """Of the shop."""
        return self._settings


class _Work:
    """One job from where it stands to its end."""

    def __init__(self, worker: Worker, job: Job) -> None:
        self._worker = worker
        self._job = job
        self._result: dict[str, Any] = dict(job.result)
        self._log = log_of(worker.settings, job.id)
        self._shelf = worker.settings.models / MODEL_OF[job.kind]

    def do(self) -> None:
        """Go through the steps that are not done yet, and close the job."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        state: Literal["done", "failed", "cancelled"] = "done"
        try:
            if self._job.cancel_requested:
                raise _BrokenOff("cancelled")
            if self._job.attempts > MOST_ATTEMPTS:
                raise _Failed("given_up")
            self._take_steps()
        except _Failed as failure:
            state, self._result["error"] = "failed", failure.code
        except OSError as error:
            # No memory, no disk.
            logger.error("a job fails", extra={"job": self._job.id, "error": error})
            state, self._result["error"] = "failed", "no_room"
        except _BrokenOff as broken:
            if broken.why != "cancelled":
                self._leave(broken.why)
                return
            state = "cancelled"
        self._tidy(state)
        self._close(state)

    def _take_steps(self) -> None:
        if not self._result.get("model"):
            self._result["model"] = new_folder(self._shelf).name
            self._keep()
        name: str = self._result["model"]
        progress = progress_of(self._worker.settings, self._job.id)
        kind = self._job.kind
        if not (self._shelf / name / CARD).is_file():
            if kind.startswith("judge_"):
                raise _Failed("model_gone")
            # What a training left that was cut off is no model.
            shutil.rmtree(self._shelf / name, ignore_errors=True)
            self._run(train_command(kind, output=self._shelf / name, progress=progress))
            if not (self._shelf / name / CARD).is_file():
                raise _Failed("train_failed")
        if not self._result.get("verdict"):
            code = self._run(judge_command(kind, name=name, progress=progress), also=REFUSED)
            self._result["verdict"] = "refused" if code == REFUSED else "passed"
            self._keep()
        wanted = self._job.settings.get("promote") and self._result["verdict"] == "passed"
        if wanted and not self._result.get("promoted"):
            self._run(promote_command(kind, name=name))
            self._result["promoted"] = True
            self._keep()

    def _run(self, command: Command, *, also: int = 0) -> int:
        """Run a command to its end, telling meanwhile how far it is.

        Args:
            also: a code besides 0 that is no failure.

        Raises:
            _Failed: it ended with another code.
            _BrokenOff: it was ended.
        """
        step = command.step
        told: dict[str, Any] = {"step": step, "done": 0, "total": None}
        self._hold(progress=told)
        running = self._worker.start(self._job, command)
        try:
            code = self._follow(running, told)
        except BaseException:
            running.end()
            raise
        running.close()
        say_in(self._log, f"{step} ended with code {code}.")
        if code not in (0, also):
            raise _Failed(f"{step}_failed")
        return code

    def _follow(self, running: Running, told: dict[str, Any]) -> int:
        held_at = time.monotonic()
        while (code := running.code()) is None:
            news = {**told, **_plain(running.progress())}
            due = time.monotonic() - held_at > HOLD_EVERY_S
            if news != told or due:
                told = news
                try:
                    self._hold(progress=told)
                    held_at = time.monotonic()
                except SQLAlchemyError as error:
                    # The database may be back before the lease is over.
                    logger.warning("job not held", extra={"error": type(error).__name__})
                    if time.monotonic() - held_at > LEASE.total_seconds():
                        raise _BrokenOff("lost") from error
            if self._worker.wait():
                raise _BrokenOff("ending")
        return code

    def _hold(self, **news: Any) -> None:
        standing = self._worker.hold(self._job, **news)
        if standing == "cancel":
            raise _BrokenOff("cancelled")
        if standing == "lost":
            raise _BrokenOff("lost")

    def _keep(self) -> None:
        """Have what is done stand in the job."""
        self._insist(lambda: self._hold(result=self._result))

    def _leave(self, why: Why) -> None:
        """To whoever is next."""
        logger.info("a job is left", extra={"job": self._job.id, "why": why})
        if why == "ending":
            say_in(self._log, "The learner ends; the next one goes on.")
            with self._worker.sessions.begin() as session:
                give_back(session, self._job.id, holder=self._worker.holder)

    def _tidy(self, state: str) -> None:
        """Keep half a model off the shelf."""
        name = self._result.get("model")
        if state != "done" and name and not (self._shelf / name / CARD).is_file():
            shutil.rmtree(self._shelf / name, ignore_errors=True)
            self._result.pop("model")

    def _close(self, state: Literal["done", "failed", "cancelled"]) -> None:
        say_in(self._log, f"The job is {state}.")
        job, holder = self._job.id, self._worker.holder

        def close() -> None:
            with self._worker.sessions.begin() as session:
                end_job(session, job, holder=holder, state=state, result=self._result)

        self._insist(close)
        logger.info(
            "a job ends",
            extra={"job": job, "state": state, "error": self._result.get("error")},
        )

    def _insist(self, write: Callable[[], None]) -> None:
        """Write though the database is away for a moment; hours of work hang on it.

        Raises:
            _BrokenOff: it is away for longer than the lease lasts.
        """
        first = time.monotonic()
        while True:
            try:
                return write()
            except SQLAlchemyError as error:
                logger.warning("not written yet", extra={"error": type(error).__name__})
                if time.monotonic() - first > LEASE.total_seconds() or self._worker.wait():
                    raise _BrokenOff("lost") from error


def _plain(told: dict[str, Any] | None) -> dict[str, Any]:
    """What is of use of a progress file, whatever else it holds."""
    if told is None:
        return {}
    counts = {name: told[name] for name in ("done", "total") if isinstance(told.get(name), int)}
    part = told.get("step")
    return counts | ({"part": part} if isinstance(part, str) and _PART.fullmatch(part) else {})


def main() -> None:
    """Work off jobs until told to end."""
    settings = load_settings()
    configure_logging(process="learner")
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.database_url, pool_size=1)
    worker = Worker(settings, sessions=session_factory(engine))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.end())
    follow_supervisor()
    logger.info("learning", extra={"holder": worker.holder})
    try:
        worker.run()
    finally:
        engine.dispose()
