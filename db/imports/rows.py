"""Rows out of files: one reader for each format, all of them streaming."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

import yaml
from yaml.composer import Composer
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

from db.imports.records import Record, csv_records
from db.imports.report import BadFile

# A list is of texts; a mapping became a list of "name: text".
Value = str | list[str]

DELIMITERS = ",;\t|"
YAML_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file, all of it still text.

    Attributes:
        line: where it begins, counted from 1.
        problem: why its values cannot be told apart; then there are none.
    """

    line: int
    values: Mapping[str, Value]
    problem: str = ""


RowReader = Callable[[TextIO], Iterator[Row]]


def csv_rows(text: TextIO) -> Iterator[Row]:
    """The records of a CSV file with a header, whatever it separates its columns with.

    Raises:
        BadFile: there is no usable header.
    """
    first, begins = text.readline(), 1
    delimiter = ""
    if first.lower().startswith("sep="):  # Excel's own way to name it
        delimiter, first, begins = first[4:].strip("\r\n"), text.readline(), 2
    delimiter = delimiter or _delimiter_of(first)
    named, *_ = [*csv_records(io.StringIO(first, newline=""), delimiter=delimiter), Record(1, [])]
    header = [name.strip() for name in named.cells]
    _check_header(header)
    for record in csv_records(text, delimiter=delimiter, line=begins + 1):
        if record.problem or any(record.cells):
            yield _csv_row(header, record)


def _csv_row(header: list[str], record: Record) -> Row:
    cells = record.cells
    if record.problem:
        return Row(record.line, {}, record.problem)
    if len(cells) > len(header) and any(cells[len(header) :]):
        return Row(
            record.line,
            {},
            f"has {len(cells)} values for {len(header)} columns; "
            "a value that holds the separator needs quotes around it",
        )
    if [cell.strip() for cell in cells] == header:
        return Row(record.line, {}, "names the columns again; were two files put together?")
    return Row(record.line, dict(zip(header, cells, strict=False)))


def _delimiter_of(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def _check_header(header: list[str]) -> None:
    names = [name for name in header if name]
    if not names:
        raise BadFile("line 1: the first line must name the columns.")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadFile(f"line 1: two columns are named {twice!r}; rename one of them.")


class _Loader(CParser, Composer, Resolver):
    """The fast scanner with the composer that can build one node at a time."""

    def __init__(self, stream: TextIO) -> None:
        CParser.__init__(self, stream)
        Composer.__init__(self)
        Resolver.__init__(self)


def yaml_rows(text: TextIO) -> Iterator[Row]:
    """The items of a YAML list of mappings. Every scalar stays as written: `007` is no 7.

    Raises:
        BadFile: it is no YAML, or no list.
    """
    loader: Any = _Loader(text)
    try:
        loader.get_event()  # the stream begins
        if loader.check_event(yaml.StreamEndEvent):
            raise BadFile("The file holds no list.")
        loader.get_event()  # the document begins
        if not loader.check_event(yaml.SequenceStartEvent):
            raise BadFile("line 1: expected a list of mappings, each item after a dash.")
        loader.get_event()
        while not loader.check_event(yaml.SequenceEndEvent):
            node: Node = loader.compose_node(None, None)
            yield _yaml_row(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadFile(f"line {line}: this is no YAML: {error.problem or error.context}.") from error
    except yaml.YAMLError as error:
        raise BadFile(f"This is no YAML: {error}.") from error
    finally:
        loader.dispose()


def _yaml_row(node: Node) -> Row:
    line = node.start_mark.line + 1
    if not isinstance(node, MappingNode):
        return Row(line, {}, "expected a mapping of names to values")
    values: dict[str, Value] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, ScalarNode) else ""
        plain = _yaml_value(value)
        if not name or plain is None:
            return Row(line, {}, f"{name or 'a key'} is nested too deeply: expected texts or lists")
        values[name] = plain
    return Row(line, values)


def _yaml_value(node: Node) -> Value | None:
    """The node's texts, or None where it is nested deeper than a list or a mapping of texts."""
    if isinstance(node, ScalarNode):
        return _yaml_text(node)
    if isinstance(node, SequenceNode):
        items = node.value
        if not all(isinstance(item, ScalarNode) for item in items):
            return None
        return [text for item in items if (text := _yaml_text(item))]
    pairs = node.value
    if not all(isinstance(part, ScalarNode) for pair in pairs for part in pair):
        return None
    return [f"{name.value}: {text}" for name, value in pairs if (text := _yaml_text(value))]


def _yaml_text(node: ScalarNode) -> str:
    text: str = node.value
    return "" if not node.style and text in YAML_NULLS else text


READERS: Mapping[str, RowReader] = {"csv": csv_rows, "yaml": yaml_rows}
