"""Where an import gathers what it has checked, beside the shop's database, until all of it is."""

import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from db.imports.fields import Fields
from db.imports.files import SourceFile
from db.imports.mapping import FieldMap
from db.imports.report import ImportReport, OnProgress
from db.imports.rows import RowReader

T = TypeVar("T")

ROWS_PER_WRITE = 2_000
ROWS_PER_REPORT = 1_000


@contextmanager
def staging_area(schema: str) -> Iterator[sqlite3.Connection]:
    """An empty SQLite file that goes away afterwards: a large feed never lies in memory."""
    with tempfile.TemporaryDirectory(prefix="shopkeeper-import-") as folder:
        area = sqlite3.connect(Path(folder) / "staging.db", isolation_level=None)
        try:
            area.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {schema}")
            yield area
        finally:
            area.close()


class Stager:
    """Writes rows into a staging table, many at a time."""

    def __init__(self, area: sqlite3.Connection, statement: str) -> None:
        self._area = area
        self._statement = statement
        self._rows: list[tuple[Any, ...]] = []

    def add(self, row: tuple[Any, ...]) -> None:
        """Keep a row; `flush` after the last."""
        self._rows.append(row)
        if len(self._rows) >= ROWS_PER_WRITE:
            self.flush()

    def flush(self) -> None:
        """Write what is kept."""
        self._area.execute("BEGIN")
        self._area.executemany(self._statement, self._rows)
        self._area.execute("COMMIT")
        self._rows.clear()


def read_rows(
    source: SourceFile,
    reader: RowReader,
    field_map: FieldMap,
    *,
    needed: Collection[str],
    parse: Callable[[Fields], T],
    keep: Callable[[int, T], tuple[str, str] | None],
    reject: Callable[[T], None] | None = None,
    report: ImportReport,
    on_progress: OnProgress,
) -> None:
    """Parse every row; keep the good ones and log the bad ones.

    Args:
        needed: fields that the file must have a column for.
        report: gets the bad rows, and what good rows were imported without.
        keep: given a line and what was parsed of it, keeps it, or answers with the (field,
            detail) for which it cannot.
        reject: given what could be read of a bad row.

    Raises:
        BadFile: the file as a whole cannot be read, or lacks a column that --map names.
    """
    with source.open() as text:
        for number, row in enumerate(reader(text)):
            if number % ROWS_PER_REPORT == 0:
                on_progress("Reading", source.share_read)
            if row.problem:
                report.bad.add(row.line, [("row", row.problem)])
                continue
            fields = Fields(field_map.apply(row.values))
            parsed = parse(fields)
            if not fields.problems and (refused := keep(row.line, parsed)):
                fields.problems.append(refused)
            if fields.problems:
                report.bad.add(row.line, fields.problems)
                if reject:
                    reject(parsed)
                continue
            report.rows += 1
            if fields.left_out:
                report.left_out.add(row.line, fields.left_out)
    field_map.check(needed=needed)
    on_progress("Reading", 1.0)
