"""What an import says: how far it is, what it did, and which rows it could not take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from common.errors import ShopkeeperError

SHOWN = 20

# Called with the name of a stage and the share of it that is done, 0 to 1.
OnProgress = Callable[[str, float], None]


def say_nothing(_stage: str, _share: float) -> None:
    """An `OnProgress` for whoever does not watch."""


class BadFile(ShopkeeperError):
    """The file as a whole cannot be read; the detail says what is wrong with it."""

    code = "bad_file"
    status = 422


class BadField(ShopkeeperError):
    """One value does not fit; the detail says what it is and what is expected."""

    code = "bad_field"
    status = 422


class BadPicture(ShopkeeperError):
    """A picture cannot be had or read; the detail says why."""

    code = "bad_picture"
    status = 422


class BadRows(ShopkeeperError):
    """Some rows do not fit, and nothing was imported; the detail names the first of them."""

    code = "bad_rows"
    status = 422


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of one row."""

    line: int
    field: str
    detail: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.detail}"


@dataclass
class RowLog:
    """Rows with something amiss: all are counted, the first problems are kept."""

    rows: int = 0
    first: list[Problem] = field(default_factory=list)

    def add(self, line: int, problems: Sequence[tuple[str, str]]) -> None:
        """Note a row with its (field, detail) pairs."""
        self.rows += 1
        for name, detail in problems:
            if len(self.first) < SHOWN:
                self.first.append(Problem(line, name, detail))

    def describe(self, what: str) -> str:
        """The count of all, what they are ("bad"), and a line for each of the first."""
        rows = f"1 {what} row" if self.rows == 1 else f"{self.rows:,} {what} rows"
        more = f", the first {SHOWN} problems" if len(self.first) == SHOWN else ""
        return "\n".join([f"{rows}{more}:", *(f"  {problem}" for problem in self.first)])


def refuse(bad: RowLog) -> None:
    """End the import where there are bad rows.

    Raises:
        BadRows: names them.
    """
    if bad.rows:
        raise BadRows(
            f"{bad.describe('bad')}\nNothing was imported. Correct the file, "
            "or leave these rows out with --skip-bad-rows.",
            bad_rows=bad.rows,
        )


@dataclass
class ImportReport:
    """What an import changed, in rows of the shop's own tables."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0
    # Rows of the file that were taken, and bad ones that were left out.
    rows: int = 0
    bad: RowLog = field(default_factory=RowLog)
    # Rows that were taken without an optional value that does not fit.
    left_out: RowLog = field(default_factory=RowLog)
    # Sentences for the operator on what was taken but is worth a look.
    notes: list[str] = field(default_factory=list)
