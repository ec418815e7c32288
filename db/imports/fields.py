"""Single values out of text: each parser says what it found and what it expected."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TypeVar

from db.imports.report import BadField
from db.imports.rows import Value

T = TypeVar("T")
Default = TypeVar("Default")

LONGEST_ID = 200
# PostgreSQL's INTEGER ends there.
HIGHEST_NUMBER = 2_147_483_647

_SPREADSHEET_NUMBER = re.compile(r"(\d+)\.0")
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[#a-zA-Z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_YES, _NO = frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"})
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\s*\n\s*")


class Fields:
    """A row's values, taken one by one; what is wrong with them is collected.

    Attributes:
        values: what has not been taken yet.
        problems: (field, detail) pairs that make the row a bad one.
        left_out: (field, detail) pairs that it can do without.
    """

    def __init__(self, values: dict[str, Value]) -> None:
        self.values = values
        self.problems: list[tuple[str, str]] = []
        self.left_out: list[tuple[str, str]] = []

    def take(self, name: str, parse: Callable[[str], T], *, default: Default) -> T | Default:
        """The parsed value; the default where it is empty, absent or wrong."""
        text = self._text_of(name)
        return self._parsed(name, text, parse, default=default) if text else default

    def need(self, name: str, parse: Callable[[str], T], *, default: Default) -> T | Default:
        """The same, and an empty or absent value is wrong as well."""
        text = self._text_of(name)
        value = self._parsed(name, text, parse, default=default) if text else default
        if not text or value == "":
            self.problems.append((name, "is missing or empty; every row needs it"))
        return value

    def take_if_it_fits(self, name: str, parse: Callable[[str], T]) -> T | None:
        """The parsed value; None where it is empty or absent, and left out where it is wrong."""
        text = self._text_of(name)
        try:
            return parse(text) if text else None
        except BadField as error:
            self.left_out.append((name, error.detail))
            return None

    def _text_of(self, name: str) -> str:
        value = self.values.pop(name, "")
        text = value if isinstance(value, str) else ", ".join(value)
        return "" if text.isspace() else text

    def _parsed(
        self, name: str, text: str, parse: Callable[[str], T], *, default: Default
    ) -> T | Default:
        try:
            return parse(text)
        except BadField as error:
            self.problems.append((name, error.detail))
            return default


def parse_text(text: str) -> str:
    """One line of plain text: no markup, no control characters, no doubled spaces."""
    if text.isascii() and text.isprintable() and "<" not in text and "&" not in text:
        return " ".join(text.split())
    return " ".join(parse_paragraphs(text).split())


def parse_paragraphs(text: str) -> str:
    """Plain text with its line breaks."""
    if _MARKUP.search(text):
        reader = _TextOfHtml()
        reader.feed(text)
        reader.close()
        text = reader.text
    text = unicodedata.normalize("NFC", without_control_characters(text.replace("\r\n", "\n")))
    return _BLANK_LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def without_control_characters(text: str) -> str:
    """The text without what no database takes and nobody sees."""
    return _CONTROL.sub("", text)


def parse_identifier(text: str) -> str:
    """An id as text; `17850.0`, which spreadsheets make of 17850, is 17850.

    Raises:
        BadField: it is longer than anything that serves as an id.
    """
    text = without_control_characters(text).strip()
    if len(text) > LONGEST_ID:
        raise BadField(f"has {len(text)} characters; expected at most {LONGEST_ID}")
    match = _SPREADSHEET_NUMBER.fullmatch(text)
    return match[1] if match else text


def parse_count(text: str) -> int:
    """A whole number of at least 0; stock below 0 (sold twice) is none.

    Raises:
        BadField: it is no whole number.
    """
    return max(parse_whole_number(text), 0)


def parse_whole_number(text: str) -> int:
    """A whole number, also where it was written as 6.0.

    Raises:
        BadField: it is none, or too large to be meant.
    """
    digits = text.strip().removesuffix(".0").removesuffix(".00")
    try:
        number = int(digits)
    except ValueError as error:
        raise BadField(f"{text!r} is no whole number; expected one such as 12") from error
    if abs(number) > HIGHEST_NUMBER:
        raise BadField(f"{text!r} is too large; expected at most {HIGHEST_NUMBER}")
    return number


def parse_rating(text: str) -> float:
    """Stars from 0 to 5.

    Raises:
        BadField: it is no number in that range.
    """
    try:
        rating = float(text.strip().replace(",", "."))
    except ValueError as error:
        raise BadField(f"{text!r} is no rating; expected a number from 0 to 5") from error
    if not 0 <= rating <= 5:
        raise BadField(f"{text!r} is no rating; expected a number from 0 to 5")
    return rating


def parse_moment(text: str, *, date_format: str | None = None) -> datetime:
    """A moment, in UTC unless the text says otherwise.

    Raises:
        BadField: it is not in ISO 8601, or not in the given strptime format.
    """
    try:
        if date_format:
            moment = datetime.strptime(text.strip(), date_format)  # noqa: DTZ007 - set below
        else:
            moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        expected = (
            f"expected the form {date_format}"
            if date_format
            else "expected one such as 2026-05-31 14:00:00 (or name its form with --date-format)"
        )
        raise BadField(f"{text!r} is no moment; {expected}") from error


def parse_period(text: str) -> tuple[datetime, datetime]:
    """From one moment to another, parted by a slash as in ISO 8601.

    Raises:
        BadField: there are no two, or one of them is none.
    """
    begins, slash, ends = text.partition("/")
    try:
        if not slash:
            raise BadField("there is no slash")
        return parse_moment(begins), parse_moment(ends)
    except BadField as error:
        raise BadField(
            f"{text!r} is no period; expected one such as 2026-05-01T00:00+02:00/2026-05-31T23:59Z"
        ) from error


def parse_yes_or_no(text: str) -> bool:
    """Whether it is so.

    Raises:
        BadField: it is neither.
    """
    word = text.strip().lower()
    if word not in _YES | _NO:
        raise BadField(f"{text!r} is neither yes nor no; expected true or false")
    return word in _YES


def parse_address(text: str) -> str:
    """A web address, or a path on the shop's own site.

    Raises:
        BadField: it has another scheme: `javascript:` must not become a link.
    """
    text = without_control_characters(text).strip()
    if text.startswith("//"):
        return f"https:{text}"
    if re.match(r"https?://[^\s]+$", text, re.IGNORECASE) or re.match(r"/[^\s]*$", text):
        return text
    raise BadField(f"{text!r} is no web address; expected one such as https://shop.example/p/1")


def parse_choice(text: str, *, choices: dict[str, str], expected: Sequence[str]) -> str:
    """One of the expected words, which `choices` knows under several spellings.

    Raises:
        BadField: it is none of them.
    """
    spelling = re.sub(r"[\s_-]+", " ", text.strip().lower())
    if spelling not in choices:
        raise BadField(f"{text!r} is unknown; expected one of {', '.join(expected)}")
    return choices[spelling]


class _TextOfHtml(HTMLParser):
    """Collects the words of HTML, with a line break where a block ends."""

    BLOCKS = frozenset({"p", "div", "br", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "table"})
    SILENT = frozenset({"script", "style", "template"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._silent = 0

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self.SILENT
        self._parts.append("\n" if tag in self.BLOCKS else " " * (tag in {"td", "th"}))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.BLOCKS:
            self._parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self.SILENT and self._silent > 0
        if tag in self.BLOCKS:
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(data)
