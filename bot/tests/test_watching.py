"""What Rasa's process says of itself: logs without anybody's words, numbers, its end."""

import json
import logging
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import structlog
from addons import heavy_imports, logs
from addons.health import own_numbers

SAID = "my aunt Wilhelmina"
FOLLOWS = """
import time
from addons.supervised import follow_supervisor
follow_supervisor()
time.sleep(60)
"""
BOT = Path(__file__).resolve().parents[1]


def formatted(name, message, *args, error=None):
    facts = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, facts)
    return json.loads(logs.JsonFormatter().format(record))


def in_rasas_python(code, **environment):
    return subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=BOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_line_has_the_fields_of_the_other_processes():
    token = logs.conversation_id.set("c-1")
    try:
        facts = formatted("addons", "turn")
    finally:
        logs.conversation_id.reset(token)
    assert set(facts) == {"time", "level", "process", "logger", "message", "conversation_id"}
    assert (facts["process"], facts["conversation_id"]) == ("rasa", "c-1")


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        (
            f"Error happened. Please investigate the following error: [parameters: ('{SAID}',)].",
            "Please investigate the following error: (left out)",
        ),
        (f"Could not load model due to {SAID}.", "Could not load model due to (left out)"),
        ("Failed to run custom action 'action_search'.", "Failed to run custom action"),
    ],
)
def test_what_rasa_quotes_is_left_out(message, kept):
    facts = formatted("rasa.core.tracker_store", message)
    assert kept in facts["message"]
    assert SAID not in str(facts)


def test_what_rasa_fills_in_is_left_out():
    assert SAID not in str(formatted("rasa.core.processor", "got %s", SAID))


def test_a_traceback_has_the_place_and_not_the_words():
    try:
        int(SAID)
    except ValueError as error:
        facts = formatted("addons", "a turn failed", error=error)
    assert "test_watching.py" in facts["exception"]
    assert "ValueError" in facts["exception"]
    assert SAID not in str(facts)


def test_rasas_second_logger_tells_the_event_alone(caplog):
    logs.configure_logging()
    logging.getLogger().addHandler(caplog.handler)
    structlog.get_logger("rasa.core.test").error("interpolator.text", text=SAID, slots={"a": SAID})
    assert [record.getMessage() for record in caplog.records] == ["interpolator.text"]
    assert SAID not in str([vars(record) for record in caplog.records])


@pytest.mark.parametrize(
    ("config", "light"),
    [
        ({"pipeline": [], "policies": [{"name": "RulePolicy"}]}, True),
        ({"policies": [{"name": "MemoizationPolicy"}, {"name": "RulePolicy"}]}, True),
        ({"pipeline": [], "policies": [{"name": "RulePolicy"}, {"name": "TEDPolicy"}]}, False),
        ({"pipeline": [{"name": "DIETClassifier"}], "policies": [{"name": "RulePolicy"}]}, False),
        # Rasa fills in policies of its own choice, learned ones among them.
        ({"pipeline": [], "policies": []}, False),
    ],
)
def test_heavy_libraries_are_left_out_of_dialogues_that_learn_nothing(config, light):
    assert heavy_imports.is_light(config) is light


def test_our_own_dialogue_does_without_tensorflow():
    done = in_rasas_python(
        """
        import sys, run
        run.keep_lean()
        import rasa.core.agent, rasa.core.policies.ted_policy
        print(sys.modules["tensorflow"].__spec__.origin, "tensorflow.python" in sys.modules)
        """
    )
    assert done.stdout.split() == ["None", "False"], done.stderr[-2000:]


def test_a_library_that_was_left_out_refuses_to_be_used():
    done = in_rasas_python(
        """
        from addons import heavy_imports
        heavy_imports.leave_out()
        import tensorflow as tf
        class Layer(tf.keras.layers.Layer):
            @tf.function
            def call(self, x: tf.Tensor): return x
        for use in (Layer, lambda: tf.constant([1.0])):
            try: print("used", use())
            except ImportError as error: print("refused")
        """
    )
    assert done.stdout.split() == ["refused", "refused"], done.stdout + done.stderr[-2000:]


def test_memory_and_processor_time_are_among_the_numbers():
    numbers = dict(line.split() for line in own_numbers().splitlines() if line[0] != "#")
    assert float(numbers["process_cpu_seconds_total"]) > 0
    if Path("/proc/self").exists():
        assert float(numbers["process_resident_memory_bytes"]) > 10_000_000


def test_the_process_ends_when_the_supervisor_has_gone():
    process = subprocess.Popen(  # noqa: S603 - our own code
        [
            sys.executable,
            "-c",
            FOLLOWS,
        ],
        cwd=BOT,
        env={**os.environ, "SHOPKEEPER_SUPERVISOR": "m"},
        stdin=subprocess.PIPE,
    )
    process.stdin.close()
    assert process.wait(30) == -15
