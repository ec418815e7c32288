"""Rows out of Google's product feeds: tab-separated text, RSS or Atom with the g: namespace."""

import html
import html.entities
import re
from collections.abc import Iterator
from itertools import chain
from typing import TextIO
from xml.parsers import expat

from db.imports.report import BadFile
from db.imports.rows import Row, Value, csv_rows

BLOCK = 1 << 16
# RSS calls a product item, Atom entry, and home-made feeds product.
PRODUCTS = frozenset({"item", "entry", "product"})
_OWN_NAMESPACE = "base.google.com"
# What XML itself forbids, though feeds hold it.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARATION = re.compile(r"^(\s*)<\?xml[^>]*\?>")
# Text within CDATA is as it is: an "&" there stands for itself, elsewhere it begins an entity.
_TOKEN = re.compile(r"(?P<begin><!\[CDATA\[)|(?P<end>\]\]>)|&(?P<entity>#?[a-zA-Z0-9]{1,31};)?")
_BEGUN_TOKEN = re.compile(r"(?:&#?[a-zA-Z0-9]{0,31}|<[!\[CDAT]{0,7}|\]{1,2})$")
_ENTITIES_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


def google_rows(text: TextIO) -> Iterator[Row]:
    """The products of a feed, whichever of its two forms it has.

    Raises:
        BadFile: it is no XML although it begins so, or has no usable header.
    """
    begins = ""
    while not begins.strip() and (line := text.readline(BLOCK)):
        begins += line
    if begins.lstrip().startswith("<"):
        # The declaration has told its encoding; behind a blank line it would be a mistake.
        begins = _DECLARATION.sub(r"\1", begins)
        return xml_rows(chain([begins], iter(lambda: text.read(BLOCK), "")))
    text.seek(0)
    return csv_rows(text)


def xml_rows(blocks: Iterator[str]) -> Iterator[Row]:
    """The products of an RSS or Atom feed, each named by the line where it begins.

    Raises:
        BadFile: it is no XML, holds no products, or declares entities (a short file could
            expand without end, or read others).
    """
    feed = _Feed()
    found = False
    for block in _repaired(blocks):
        feed.read(block)
        found = found or bool(feed.rows)
        yield from feed.rows
        feed.rows.clear()
    feed.read("", ends=True)
    if not found:
        raise BadFile("The XML holds no product: no <item> and no <entry>.")


def _repaired(blocks: Iterator[str]) -> Iterator[str]:
    """Without characters that XML forbids, with HTML's entities (&nbsp;) and a bare & spelt out."""
    spell_out = _Speller()
    rest = ""
    for block in blocks:
        text = rest + block
        cut = _BEGUN_TOKEN.search(text)
        rest = cut[0] if cut else ""
        text = text[: len(text) - len(rest)]
        yield _TOKEN.sub(spell_out, _FORBIDDEN.sub(" ", text))
    yield _TOKEN.sub(spell_out, rest)


class _Speller:
    """Makes every "&" one that XML knows, from token to token."""

    def __init__(self) -> None:
        self._in_cdata = False

    def __call__(self, token: re.Match[str]) -> str:
        if token["begin"] or token["end"]:
            self._in_cdata = bool(token["begin"])
            return token[0]
        entity = token["entity"] or ""
        if self._in_cdata or entity.startswith("#") or entity[:-1] in _ENTITIES_OF_XML:
            return token[0]
        # What is no entity at all ("Dolce & Gabbana") is what it looks like.
        return html.escape(html.entities.html5.get(entity, f"&{entity}"))


class _Feed:
    """Expat's events made into rows.

    The prefixes of names are looked at as they are written: many feeds never declare them.

    Attributes:
        rows: the products that were completed; to be taken by the caller.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._google = {"g"}
        self._path: list[str] = []
        self._line = 0
        # Of the product under way: values by name, and which of them are Google's own.
        self._values: dict[str, Value] | None = None
        self._own: set[str] = set()
        self._depth = 0
        self._words: list[str] = []
        # What the elements within a value say, and where the last of them began.
        self._parts: dict[str, str] = {}
        self._inner = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._words.append
        parser.EntityDeclHandler = self._refuse_entities
        self._parser = parser

    def read(self, block: str, *, ends: bool = False) -> None:
        """Take the next piece of the document."""
        try:
            self._parser.Parse(block, ends)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            inside = f", within <{self._path[-1]}>" if self._path else ""
            raise BadFile(f"line {error.lineno}: this is no XML: {reason}{inside}.") from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            if key.startswith("xmlns:") and _OWN_NAMESPACE in value:
                self._google.add(key.removeprefix("xmlns:"))
        self._path.append(name)
        if self._values is None:
            if name.rpartition(":")[2] in PRODUCTS:
                self._values, self._own = {}, set()
                self._depth = len(self._path)
                self._line = self._parser.CurrentLineNumber
        elif len(self._path) == self._depth + 1:
            self._parts = {}
            self._words.clear()
            # Atom's way to write a link.
            if "href" in attributes and attributes.get("rel", "alternate") == "alternate":
                self._words.append(attributes["href"])
        else:
            self._words.append(" ")
            self._inner = len(self._words)

    def _end(self, name: str) -> None:
        self._path.pop()
        if self._values is None:
            self._words.clear()
            return
        depth = len(self._path) - self._depth
        if depth == -1:
            self.rows.append(Row(self._line, self._values))
            self._values = None
        elif depth == 0:
            self._keep(name)
        elif depth == 1:
            self._parts[name.rpartition(":")[2]] = "".join(self._words[self._inner :]).strip()
            self._words.append(" ")

    def _keep(self, name: str) -> None:
        assert self._values is not None  # noqa: S101 - the caller is within a product
        prefix, _, local = name.rpartition(":")
        is_own = prefix in self._google
        if prefix and not is_own:
            local = f"{prefix}_{local}"
        text = "".join(self._words).strip()
        if "attribute_value" in self._parts:
            text = f"{self._parts.get('attribute_name', '')}: {self._parts['attribute_value']}"
        if not text or (local in self._own and not is_own):
            return
        before = self._values.get(local)
        if before is None or (is_own and local not in self._own):
            # <title> is RSS's own; <g:title> says what the product is called.
            self._values[local] = text
        else:
            self._values[local] = [*(before if isinstance(before, list) else [before]), text]
        if is_own:
            self._own.add(local)

    def _refuse_entities(self, name: str, *_: object) -> None:
        line = self._parser.CurrentLineNumber
        raise BadFile(f"line {line}: declares the entity {name!r}, which no feed needs; remove it.")
