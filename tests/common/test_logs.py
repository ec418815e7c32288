import json
import logging
from collections.abc import Callable

import pytest
from pydantic import BaseModel
from sqlalchemy import create_engine, text

from common.errors import ServiceUnavailable
from common.logs import JsonFormatter, conversation_id, note, reported

SAID = "my aunt Wilhelmina"


def formatted(record: logging.LogRecord) -> dict[str, object]:
    facts: dict[str, object] = json.loads(JsonFormatter(process="gateway").format(record))
    return facts


def a_record(
    message: str, *args: object, logger: str = "shop", **extra: object
) -> logging.LogRecord:
    return logging.getLogger(logger).makeRecord(
        logger, logging.INFO, __file__, 1, message, args, None, extra=extra
    )


def a_crash(work: Callable[[], object]) -> logging.LogRecord:
    try:
        work()
    except Exception as error:
        facts = (type(error), error, error.__traceback__)
        return logging.LogRecord("shop", logging.ERROR, __file__, 1, "it failed", (), facts)
    raise AssertionError("it did not fail")


def read_number() -> int:
    return int(SAID)


def write_row() -> None:
    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": SAID})


def validate() -> None:
    class Age(BaseModel):
        age: int

    Age.model_validate({"age": SAID})


def hide_behind_our_own() -> None:
    try:
        read_number()
    except ValueError as error:
        raise ServiceUnavailable("The NLU server's answer does not fit its contract.") from error


def test_a_line_says_when_who_and_what() -> None:
    facts = formatted(a_record("imported", rows=3))
    assert facts["process"] == "gateway"
    assert facts["message"] == "imported"
    assert facts["rows"] == 3
    assert str(facts["time"]).endswith("+00:00")


def test_a_line_names_the_conversation_it_is_about() -> None:
    token = conversation_id.set("c-1")
    try:
        assert formatted(a_record("answered"))["conversation_id"] == "c-1"
    finally:
        conversation_id.reset(token)


@pytest.mark.parametrize("work", [read_number, write_row, validate, hide_behind_our_own])
def test_a_traceback_holds_the_place_and_not_what_was_said(work: Callable[[], object]) -> None:
    line = json.dumps(formatted(a_crash(work)))
    assert work.__name__ in line
    assert "Wilhelmina" not in line


def test_a_traceback_keeps_what_a_database_says_of_its_tables() -> None:
    assert "no such table: nowhere" in str(formatted(a_crash(write_row))["exception"])


def test_a_traceback_keeps_our_own_words_and_the_kind_of_what_led_there() -> None:
    exception = str(formatted(a_crash(hide_behind_our_own))["exception"])
    assert "ServiceUnavailable: The NLU server's answer does not fit" in exception
    assert exception.index("ValueError") < exception.index("led to:")


def test_an_error_among_the_facts_is_told_by_its_kind() -> None:
    assert formatted(a_record("it failed", error=ValueError(SAID)))["error"] == "ValueError"


@pytest.mark.parametrize(
    "secret",
    [
        "jo.smith+shop@example.co.uk",
        "Bearer 9f8e7d6c5b4a39281706",
        "postgresql://shop:hunter22@db/shop",
        "https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1/getMe",
        "GET /x?token=abcdef123456",
    ],
)
def test_what_looks_like_an_address_or_a_secret_is_left_out(secret: str) -> None:
    line = json.dumps(formatted(a_record("odd: %s", secret, detail=secret)))
    hidden = ("jo.smith", "9f8e7d", "hunter22", "AAHdqTcv", "abcdef")
    assert not [part for part in hidden if part in line]


def test_asyncios_last_words_about_a_lost_task_do_not_quote_its_error() -> None:
    words = f"Task exception was never retrieved\nfuture: <Task exception=ValueError('{SAID}')>"
    assert formatted(a_record(words, logger="asyncio"))["message"] == (
        "Task exception was never retrieved"
    )


def test_a_piece_of_work_leaves_one_line_with_what_was_noted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO), reported("turn", where=logging.getLogger("shop")):
        note(items=3)
    facts = formatted(caplog.records[0])
    assert (facts["message"], facts["items"]) == ("turn", 3)
    assert isinstance(facts["ms"], float)


def test_work_that_fails_is_reported_by_the_kind_of_its_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with (
        caplog.at_level(logging.INFO),
        pytest.raises(ValueError),
        reported("turn", where=logging.getLogger("shop")),
    ):
        read_number()
    assert formatted(caplog.records[0])["failed"] == "ValueError"
