import pytest
from prometheus_client import CollectorRegistry, generate_latest

from actions.measures import ActionMeasures


def numbers(registry: CollectorRegistry) -> str:
    return generate_latest(registry).decode()


def test_an_action_is_timed_by_its_name() -> None:
    registry = CollectorRegistry()
    with ActionMeasures(registry).action("action_greet"):
        pass
    assert 'actions_action_seconds_count{action="action_greet"} 1.0' in numbers(registry)
    assert 'actions_failures_total{action="action_greet"}' not in numbers(registry)


def test_an_action_that_fails_is_counted_as_failed() -> None:
    registry = CollectorRegistry()
    with pytest.raises(RuntimeError), ActionMeasures(registry).action("action_greet"):
        raise RuntimeError
    assert 'actions_failures_total{action="action_greet"} 1.0' in numbers(registry)
    assert 'actions_action_seconds_count{action="action_greet"} 1.0' in numbers(registry)
