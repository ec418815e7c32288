import sys
import time
from collections.abc import Callable
from pathlib import Path

from cli.supervisor import Process, Supervisor


def a_process(tmp_path: Path, code: str) -> Process:
    return Process("worker", [sys.executable, "-c", code], "http://127.0.0.1:9/readyz", tmp_path)


def until(holds: Callable[[], bool], *, within_s: float = 15) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def test_what_dies_is_started_again_after_a_pause_and_that_is_said(tmp_path: Path) -> None:
    process = a_process(tmp_path, "import time; time.sleep(60)")
    supervisor = Supervisor([process], logs=tmp_path / "logs")
    supervisor.start()
    first = process.running
    assert first is not None
    first.kill()
    first.wait()
    said: list[str] = []

    def restarted() -> bool:
        said.extend(supervisor.restart_dead())
        return process.running is not None

    assert "ended with -9" in supervisor.restart_dead()[0]
    until(restarted)
    assert said == ["worker started again"]
    assert process.running is not first
    supervisor.stop()


def test_a_process_that_keeps_dying_waits_longer_each_time(tmp_path: Path) -> None:
    process = a_process(tmp_path, "raise SystemExit(3)")
    supervisor = Supervisor([process], logs=tmp_path / "logs")
    supervisor.start()
    deaths: list[str] = []
    until(lambda: deaths.extend(supervisor.restart_dead()) or len(deaths) >= 3)
    assert "again in 1 s" in deaths[0]
    assert "again in 2 s" in deaths[2]
    supervisor.stop()


def test_stopping_ends_every_process(tmp_path: Path) -> None:
    process = a_process(tmp_path, "import time; time.sleep(60)")
    supervisor = Supervisor([process], logs=tmp_path / "logs")
    supervisor.start()
    running = process.running
    assert running is not None
    supervisor.stop()
    assert running.poll() is not None
