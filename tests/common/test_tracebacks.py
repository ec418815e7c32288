import pytest
from sqlalchemy.exc import IntegrityError

from common.errors import NotFound
from common.tracebacks import describe_error


class UniqueViolation(Exception):
    """As psycopg's: its words quote the row."""

    sqlstate = "23505"


@pytest.mark.parametrize(
    ("error", "described"),
    [
        (NotFound("There is no such cart."), "common.errors.NotFound: There is no such cart."),
        (ValueError("Wilhelmina"), "ValueError"),
        (KeyError("Wilhelmina"), "KeyError"),
        (FileNotFoundError(2, "No such file", "x.csv"), "FileNotFoundError: No such file x.csv"),
        (TypeError("unhashable type: 'dict'"), "TypeError: unhashable type: 'dict'"),
        (
            IntegrityError("INSERT", {}, UniqueViolation("Key (email)=(Wilhelmina) exists")),
            "sqlalchemy.exc.IntegrityError: UniqueViolation (SQLSTATE 23505)",
        ),
    ],
)
def test_an_error_says_its_kind_and_only_what_cannot_quote_anybody(
    error: Exception, described: str
) -> None:
    assert describe_error(error) == described
