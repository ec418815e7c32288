import logging
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from cli.supervisor_numbers import SupervisorNumbers
from common.logs import note
from gateway.measures import Measures, SupervisorFile


def numbers(registry: CollectorRegistry) -> str:
    return generate_latest(registry).decode()


def test_a_turn_that_goes_to_a_person_is_counted_by_its_reason() -> None:
    registry = CollectorRegistry()
    with Measures(registry).turn():
        note(handoff="asked")
    assert 'gateway_handoffs_total{reason="asked"} 1.0' in numbers(registry)


def test_a_turn_that_fails_is_timed_and_counted() -> None:
    registry = CollectorRegistry()
    measures = Measures(registry)
    with pytest.raises(RuntimeError), measures.turn():
        raise RuntimeError
    assert "gateway_failed_turns_total 1.0" in numbers(registry)
    assert "gateway_turn_seconds_count 1.0" in numbers(registry)


def test_a_turn_leaves_a_line_with_the_time_of_its_parts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    measures = Measures(CollectorRegistry())
    with caplog.at_level(logging.INFO), measures.turn():
        with measures.hop("nlu"):
            pass
        measures.degraded("bot")
    [line] = caplog.records
    assert line.getMessage() == "turn"
    assert line.__dict__["degraded"] == "bot"
    assert line.__dict__["nlu_ms"] >= 0
    assert line.__dict__["ms"] >= 0


def test_the_queue_is_read_when_it_is_asked_for() -> None:
    registry = CollectorRegistry()
    waiting = [1, 2, 3]
    Measures(registry).watch_queue(lambda: len(waiting))
    waiting.pop()
    assert "gateway_turns_waiting 2.0" in numbers(registry)


def test_what_the_supervisor_counted_is_among_the_gateways_numbers(tmp_path: Path) -> None:
    counted = SupervisorNumbers(tmp_path / "supervisor.prom")
    counted.restarted("nlu", cause="hung")
    counted.write({"nlu": True})
    registry = CollectorRegistry()
    registry.register(SupervisorFile(tmp_path / "supervisor.prom"))
    assert 'supervisor_restarts_total{cause="hung",child="nlu"} 1.0' in numbers(registry)
    counted.remove()
    assert "supervisor" not in numbers(registry)
