import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import supervisor as supervision
from cli.log_files import LogFiles
from cli.supervisor import Patience, Process, Supervisor
from common.logs import JsonFormatter
from tests.ports import free_port

SLEEPS = "import time; time.sleep(60)"
# Answers like a service of ours until SIGUSR1, and then keeps the caller waiting.
HANGS_WHEN_TOLD = """
import signal, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

signal.signal(signal.SIGUSR1, lambda *_: time.sleep(600))
HTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""


def a_process(tmp_path: Path, code: str, *, port: int = 9) -> Process:
    command = [sys.executable, "-c", code, str(port)]
    return Process("worker", command, f"http://127.0.0.1:{port}/readyz", tmp_path)


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Supervisor]]:
    started: list[Supervisor] = []

    def start(process: Process, *, patience: Patience | None = None) -> Supervisor:
        supervisor = Supervisor([process], logs=tmp_path / "logs", patience=patience)
        supervisor.start()
        started.append(supervisor)
        return supervisor

    yield start
    for supervisor in started:
        supervisor.stop()


def until(holds: Callable[[], object], *, within_s: float = 15) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def kill(process: Process) -> None:
    assert process.running is not None
    process.running.kill()
    process.running.wait()


def test_what_ran_well_and_dies_is_started_again_at_once(
    tmp_path: Path, supervise: Callable[..., Supervisor]
) -> None:
    process = a_process(tmp_path, SLEEPS)
    supervisor = supervise(process)
    first = process.running
    kill(process)

    said = [*supervisor.look_after(), *supervisor.look_after()]

    assert "worker ended with SIGKILL; starting it again" in said[0]
    assert said[1] == "worker started again"
    assert process.running is not first


def test_a_process_that_keeps_dying_waits_longer_each_time(
    tmp_path: Path, supervise: Callable[..., Supervisor]
) -> None:
    supervisor = supervise(a_process(tmp_path, "raise SystemExit(3)"))
    said: list[str] = []

    def deaths() -> list[str]:
        said.extend(supervisor.look_after())
        return [sentence for sentence in said if "code 3" in sentence]

    until(lambda: len(deaths()) >= 4)
    assert ["starting it again" in deaths()[0], "again in 1 s" in deaths()[1]] == [True, True]
    assert "again in 2 s" in deaths()[2]


def test_what_serves_between_its_deaths_is_not_kept_waiting_for_long(
    tmp_path: Path, supervise: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(supervision, "LONGEST_PAUSE_SERVING_S", 0.03)
    monkeypatch.setattr(supervision, "PROBE_EVERY_S", 0.05)
    process = a_process(tmp_path, HANGS_WHEN_TOLD, port=free_port())
    supervisor = supervise(process)

    def answers() -> bool:
        supervisor.look_after()
        return process.answered

    for _ in range(6):  # The sixth death would wait for 0.02 * 2 ** 4 s.
        until(answers)
        kill(process)
        supervisor.look_after()
    assert process.start_again_at - time.monotonic() <= 0.03


def test_a_crash_loop_says_where_to_look(
    tmp_path: Path, supervise: Callable[..., Supervisor]
) -> None:
    supervisor = supervise(a_process(tmp_path, "raise SystemExit(3)"))
    said: list[str] = []
    until(lambda: said.extend(supervisor.look_after()) or "4 times in a row" in str(said))
    assert f"The end of {tmp_path / 'logs' / 'worker.log'} says why" in said[-1]


def test_a_process_that_lives_but_does_not_answer_is_ended_and_started_again(
    tmp_path: Path, supervise: Callable[..., Supervisor]
) -> None:
    process = a_process(tmp_path, HANGS_WHEN_TOLD, port=free_port())
    supervisor = supervise(process, patience=Patience(hung=1))
    until(lambda: process.answered)
    first = process.running
    assert first is not None
    first.send_signal(signal.SIGUSR1)
    said: list[str] = []

    until(
        lambda: said.extend(supervisor.look_after()) or "worker started again" in said, within_s=30
    )

    assert "ended by force" in said[0]
    assert process.running is not first
    until(lambda: process.answered)


def test_what_has_no_port_is_told_alive_by_the_file_that_it_touches(
    tmp_path: Path, supervise: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "PROBE_EVERY_S", 0.05)
    pulse = tmp_path / "pulse"
    process = Process("learner", [sys.executable, "-c", SLEEPS], pulse, tmp_path, needed=False)
    supervisor = supervise(process, patience=Patience(hung=0.2))
    # The shop opens without it.
    assert supervisor.waiting_for() == []
    assert supervisor.look_after() == []
    pulse.touch()
    until(lambda: process.answered)
    os.utime(pulse, (0, 0))
    said: list[str] = []
    until(lambda: said.extend(supervisor.look_after()) or "learner started again" in said)
    assert "ended by force" in said[0]


def test_a_process_that_answers_is_left_alone(
    tmp_path: Path, supervise: Callable[..., Supervisor]
) -> None:
    process = a_process(tmp_path, HANGS_WHEN_TOLD, port=free_port())
    supervisor = supervise(process, patience=Patience(hung=0.1))
    until(lambda: process.answered)
    time.sleep(2.5)
    assert supervisor.look_after() == []


def test_restarts_are_counted_for_prometheus(
    tmp_path: Path, supervise: Callable[..., Supervisor]
) -> None:
    process = a_process(tmp_path, SLEEPS)
    supervisor = supervise(process)
    supervisor.look_after()
    kill(process)
    supervisor.look_after()
    supervisor.report()
    numbers = (tmp_path / "supervisor.prom").read_text()
    assert 'supervisor_restarts_total{cause="died",child="worker"} 1.0' in numbers
    assert 'supervisor_restarts_total{cause="hung",child="worker"} 0.0' in numbers


def test_a_death_is_logged_as_json_without_the_processs_secrets(
    tmp_path: Path,
    supervise: Callable[..., Supervisor],
    caplog: pytest.LogCaptureFixture,
) -> None:
    process = a_process(tmp_path, SLEEPS)
    process.environment = {"SHOPKEEPER_SECRET_KEY": "keep-me-quiet"}
    supervisor = supervise(process)
    kill(process)
    with caplog.at_level(logging.INFO, logger="cli"):
        supervisor.look_after()
    line = JsonFormatter(process="supervisor").format(caplog.records[0])
    facts = json.loads(line)
    assert (facts["process"], facts["child"], facts["code"]) == ("supervisor", "worker", -9)
    assert "keep-me-quiet" not in line


def test_stopping_ends_every_process(tmp_path: Path, supervise: Callable[..., Supervisor]) -> None:
    process = a_process(tmp_path, SLEEPS)
    supervisor = supervise(process)
    running = process.running
    assert running is not None
    supervisor.stop()
    assert running.poll() is not None


def test_a_log_that_grows_too_long_is_set_aside_while_it_is_written_to(tmp_path: Path) -> None:
    logs = LogFiles(tmp_path, largest=100, kept=2)
    with logs.open("nlu") as log:
        for part in (b"1", b"2", b"3", b"4"):
            log.write(part * 101)
            log.flush()
            logs.trim()
        log.write(b"new")
    kept = {path.name: path.read_bytes()[:3] for path in tmp_path.iterdir()}
    assert kept == {"nlu.log": b"new", "nlu.log.1": b"444", "nlu.log.2": b"333"}
