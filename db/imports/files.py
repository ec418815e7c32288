"""Files as shops send them: gzipped or not, in whatever encoding their program wrote."""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from db.imports.report import BadFile

BLOCK = 1 << 18
# The encoding that spreadsheets on Windows write where nobody asks for another.
FALLBACK = "cp1252"
MAGIC_OF_GZIP = b"\x1f\x8b"
# Text of some program may hold a few zeros; what holds more is no text.
MOST_ZEROS = 0.01
NO_TEXT = {
    b"PK\x03\x04": "a spreadsheet or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"SQLite format": "a SQLite database",
}

_XML_ENCODING = re.compile(rb"""\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)""")


class SourceFile:
    """A file of text, read from the start to the end, that knows how far it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.encoding = detect_encoding(path)
        self._size = max(path.stat().st_size, 1)
        self._raw: BinaryIO | None = None

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        """The text, with line ends as they are in the file."""
        with self.path.open("rb") as self._raw:
            unpacked = _unpacked(self._raw)
            # An undefined byte in the fallback must not end the import of a whole catalogue.
            with io.TextIOWrapper(
                unpacked, encoding=self.encoding, errors="replace", newline=""
            ) as text:
                yield text

    @property
    def share_read(self) -> float:
        """How much of the file has been read, 0 to 1."""
        if self._raw is None or self._raw.closed:
            return 0.0
        return min(self._raw.tell() / self._size, 1.0)


def detect_encoding(path: Path) -> str:
    """The encoding that all of the file decodes with: by its mark, else UTF-8, else Windows'.

    Raises:
        BadFile: it is empty, no text, or damaged.
    """
    try:
        with path.open("rb") as raw:
            return _encoding_of(path, _unpacked(raw))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadFile(f"{path.name} is a damaged gzip file ({error}): fetch it anew.") from error
    except UnicodeDecodeError as error:
        raise BadFile(
            f"{path.name} begins like {error.encoding} text and goes on otherwise: "
            "save it as UTF-8."
        ) from error


def _encoding_of(path: Path, content: BinaryIO) -> str:
    head = content.read(BLOCK)
    if not head.strip():
        raise BadFile(f"{path.name} is empty.")
    for magic, what in NO_TEXT.items():
        if head.startswith(magic):
            raise BadFile(f"{path.name} is {what}: save it as text (such as CSV) in UTF-8.")
    encoding = _marked_encoding(head)
    if encoding is None and head.count(0) > len(head) * MOST_ZEROS:
        raise BadFile(f"{path.name} is no text file.")
    try:
        _decode_all(head, content, encoding or "utf-8")
    except UnicodeDecodeError:
        if encoding is not None:
            raise
        return _declared_encoding(head) or FALLBACK
    return encoding or "utf-8"


def _declared_encoding(head: bytes) -> str | None:
    """What an XML declaration says, where Python knows it."""
    declared = _XML_ENCODING.match(head)
    try:
        return codecs.lookup(declared[1].decode("ascii")).name if declared else None
    except LookupError:
        return None


def _marked_encoding(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark, Western text in UTF-16 has a zero in every second byte.
    sample = head[: min(len(head), 1024) // 2 * 2]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if zeros.count(0) > len(zeros) / 3:
            words = "".join(sample.decode(encoding, errors="replace").split())
            return encoding if words.isprintable() else None
    return None


def _decode_all(head: bytes, rest: BinaryIO, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    block = head
    while block:
        decoder.decode(block)
        block = rest.read(BLOCK)
    decoder.decode(b"", final=True)


def _unpacked(raw: BinaryIO) -> BinaryIO:
    magic = raw.read(len(MAGIC_OF_GZIP))
    raw.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if magic == MAGIC_OF_GZIP else raw
