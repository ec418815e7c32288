"""Rows out of JSON Lines: one object a line."""

import json
from collections.abc import Iterator
from typing import Any, TextIO

from db.imports.report import BadFile
from db.imports.rows import Row, Value

# How several systems write an amount of money; "15.00 USD" is what our prices are read from.
_AMOUNT = ("amount", "value")
_CURRENCY = ("currency", "currency_code", "currencyCode")


def jsonl_rows(text: TextIO) -> Iterator[Row]:
    """The objects of a JSON Lines file. Numbers stay as written: 5.10 is no 5.1.

    Raises:
        BadFile: it is one JSON list, or another document of many lines.
    """
    begun = False
    for line, words in enumerate(text, start=1):
        if not words.strip():
            continue
        is_open = not begun and words.strip() == "{"
        if is_open or words.lstrip().startswith("["):
            raise BadFile(
                f"line {line}: this is one JSON document. Write every product on a line of its "
                "own (JSON Lines): jq -c '.[]' does it."
            )
        begun = True
        yield _row(line, words)


def _row(line: int, words: str) -> Row:
    try:
        # Without `strict`, a tab within a text is no mistake.
        found = json.loads(
            words.strip("\ufeff\0 \t\r\n"),
            parse_int=str,
            parse_float=str,
            parse_constant=str,
            strict=False,
        )
    except json.JSONDecodeError as error:
        return Row(line, {}, f"is no JSON: {error.msg} at character {error.pos + 1}")
    except RecursionError:
        return Row(line, {}, "is nested too deeply")
    if not isinstance(found, dict):
        return Row(line, {}, "expected an object of names and values")
    values: dict[str, Value] = {}
    for name, value in found.items():
        plain = _plain(value)
        if plain is None:
            return Row(line, {}, f"{name} is nested too deeply: expected texts or lists")
        values[name] = plain
    return Row(line, values)


def _plain(value: Any) -> Value | None:
    """The value as text or texts; None where it is nested deeper than a list of mappings."""
    if isinstance(value, list):
        texts = [_flat(item) for item in value]
        return None if None in texts else [text for text in texts if text]
    if isinstance(value, dict) and not _money(value):
        pairs = {name: _scalar(item) for name, item in value.items()}
        if None in pairs.values():
            return None
        return [f"{name}: {text}" for name, text in pairs.items() if text]
    return _flat(value)


def _flat(value: Any) -> str | None:
    if not isinstance(value, dict):
        return _scalar(value)
    texts = {name: _scalar(item) for name, item in value.items()}
    if None in texts.values():
        return None
    return _money(value) or ", ".join(f"{name}: {text}" for name, text in texts.items() if text)


def _scalar(value: Any) -> str | None:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else None


def _money(value: dict[str, Any]) -> str:
    amount = next((value[name] for name in _AMOUNT if isinstance(value.get(name), str)), "")
    currency = next((value[name] for name in _CURRENCY if isinstance(value.get(name), str)), "")
    return f"{amount} {currency}" if amount and currency and len(value) == 2 else ""
