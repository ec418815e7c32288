"""Questions and answers from a file: CSV, YAML or Markdown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, select, update

from db.imports.fields import Fields, parse_identifier, parse_paragraphs, parse_text
from db.imports.files import SourceFile
from db.imports.mapping import FieldMap
from db.imports.markdown import markdown_rows
from db.imports.merge import Record, short_transaction, table_of, upsert
from db.imports.report import BadFile, ImportReport, OnProgress, refuse, say_nothing
from db.imports.rows import READERS, RowReader
from db.imports.staging import read_rows
from db.tables.base import now
from db.tables.catalog import FaqEntry

FAQ_READERS: Mapping[str, RowReader] = {**READERS, "markdown": markdown_rows}
LONGEST_SLUG = 80


@dataclass(frozen=True)
class FaqOptions:
    """How a file of questions is read and what becomes of those that it lacks."""

    file_format: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    skip_bad_rows: bool = False
    keep_missing: bool = False


def import_faq(
    engine: Engine, path: Path, options: FaqOptions, *, on_progress: OnProgress = say_nothing
) -> ImportReport:
    """Bring the shop's questions and answers to what the file says, all at once.

    Raises:
        BadFile: the file as a whole cannot be read, or holds no question.
        BadRows: some rows do not fit and `skip_bad_rows` is not set.
    """
    report = ImportReport()
    entries: dict[str, Record] = {}
    lines: dict[str, int] = {}
    rejected: set[str] = set()

    def keep(line: int, entry: Record) -> tuple[str, str] | None:
        if (other := lines.setdefault(entry["id"], line)) != line:
            return "question", f"{entry['question']!r} is already on line {other}"
        entries[entry["id"]] = entry
        return None

    read_rows(
        SourceFile(path),
        FAQ_READERS[options.file_format],
        FieldMap(options.mapping),
        needed=("question", "answer"),
        parse=parse_entry,
        keep=keep,
        # A question that is in the file, be it with a mistake, is no reason to retire it.
        reject=lambda entry: rejected.add(entry["id"]),
        report=report,
        on_progress=on_progress,
    )
    if not options.skip_bad_rows:
        refuse(report.bad)
    if not entries:
        raise BadFile(f"{path.name} holds no question that could be imported.")
    keep_ids = None if options.keep_missing else rejected.union(entries)
    _merge(engine, entries, keep_ids=keep_ids, report=report)
    on_progress("Merging", 1.0)
    return report


def parse_entry(fields: Fields) -> Record:
    """Read a row; what is wrong with it is in `fields.problems` afterwards."""
    examples = fields.values.pop("examples", [])
    if isinstance(examples, str):
        examples = re.split(r"[\n|]", examples)
    question = fields.need("question", parse_text, default="")
    return {
        "id": fields.take("id", parse_identifier, default="") or slug_of(question),
        "question": question,
        "answer": fields.need("answer", parse_paragraphs, default=""),
        "examples": list(dict.fromkeys(filter(None, map(parse_text, examples)))),
    }


def slug_of(question: str) -> str:
    """The question as an id: its words in lower case, joined by hyphens."""
    return "-".join(re.findall(r"\w+", question.lower()))[:LONGEST_SLUG].rstrip("-")


def _merge(
    engine: Engine,
    entries: Mapping[str, Record],
    *,
    keep_ids: set[str] | None,
    report: ImportReport,
) -> None:
    """Write what differs, and retire what is active and not among the ids to keep."""
    table = table_of(FaqEntry)
    with engine.connect() as connection:
        found = connection.execute(select(table)).mappings()
        existing = {row["id"]: dict(row) for row in found}
    changed: list[Record] = []
    for identifier, entry in entries.items():
        before = existing.get(identifier)
        after = {**entry, "active": True}
        if before is None:
            report.added += 1
        elif all(before[name] == value for name, value in after.items()):
            report.unchanged += 1
            continue
        else:
            report.changed += 1
        changed.append({**after, "updated_at": now()})
    retired = [
        identifier
        for identifier, before in existing.items()
        if keep_ids is not None and before["active"] and identifier not in keep_ids
    ]
    report.retired = len(retired)
    with short_transaction(engine) as connection:
        if changed:
            upsert(connection, FaqEntry, changed, update=set(changed[0]) - {"id"})
        if retired:
            connection.execute(
                update(FaqEntry)
                .where(FaqEntry.id.in_(retired))
                .values(active=False, updated_at=now())
            )
