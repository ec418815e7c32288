"""The records of a CSV file, also where its quotes are out of order."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record.

    Attributes:
        line: where it begins, counted from 1.
        problem: why its cells cannot be told apart; then there are none.
    """

    line: int
    cells: list[str]
    problem: str = ""


def csv_records(text: TextIO, *, delimiter: str, line: int = 1) -> Iterator[Record]:
    """Read record by record. A quote that is wrong costs its own line and no other.

    Python's lenient reader would take the lines after a quote that is never closed for part of
    its value, and nobody would miss them; so the strict one reads, and after a mistake goes on
    with the line behind the one where the record began.

    Args:
        line: the number of the first line of `text`.
    """
    lines = _Lines(text, line)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.keep_going()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            first = lines.go_back_to_second()
            yield _mended(first, lines.line, delimiter=delimiter, error=error)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        yield Record(lines.line, cells)


def _mended(text: str, line: int, *, delimiter: str, error: csv.Error) -> Record:
    """What a line says by itself, where its quotes at least come in pairs: `7,"Best" cap,5`."""
    if text.count('"') % 2 == 0:
        return Record(line, next(csv.reader([text], delimiter=delimiter)))
    return Record(line, [], f"{error}; perhaps a quote is never closed, or stands for inches")


class _Lines:
    """The lines of a text, those of the record under way kept for a second look."""

    def __init__(self, text: TextIO, first: int) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._next = first
        # Where the record under way, or the last one, began.
        self.line = first

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._text)
        self._taken.append(line)
        return line

    def keep_going(self) -> None:
        """What was taken is done with; a record begins."""
        self._next += len(self._taken)
        self._taken.clear()
        self.line = self._next

    def go_back_to_second(self) -> str:
        """The record's first line is done with; the others come again."""
        first, *others = self._taken
        self._again.extendleft(reversed(others))
        self._taken = [first]
        return first
