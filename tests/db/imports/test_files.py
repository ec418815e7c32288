import gzip
from pathlib import Path

import pytest

from db.imports.files import SourceFile
from db.imports.report import BadFile

WORDS = "id,title\n1,Café “Søren” 10 €\n"


def read(path: Path) -> str:
    with SourceFile(path).open() as text:
        return text.read()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_whatever_encoding_it_was_written(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "goods.csv"
    file.write_bytes(WORDS.encode(encoding))
    assert read(file) == WORDS


def test_utf_16_without_its_mark_is_recognised(tmp_path: Path) -> None:
    file = tmp_path / "goods.csv"
    for encoding in ("utf-16-le", "utf-16-be"):
        file.write_bytes(WORDS.encode(encoding))
        assert read(file) == WORDS


def test_a_gzipped_file_needs_no_telling_name(tmp_path: Path) -> None:
    file = tmp_path / "goods"
    file.write_bytes(gzip.compress(WORDS.encode()))
    assert read(file) == WORDS


def test_one_byte_late_in_the_file_decides_about_all_of_it(tmp_path: Path) -> None:
    file = tmp_path / "goods.csv"
    file.write_bytes(b"a" * 1_000_000 + "é".encode("cp1252"))
    assert read(file).endswith("é")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"PK\x03\x04 and more", "a spreadsheet or a zip archive"),
        (b"\x7fELF\x02\x01\x00\x00\x00\x00\x00\x00" * 50, "no text file"),
        (gzip.compress(WORDS.encode() * 1000)[:-20], "damaged gzip"),
    ],
)
def test_what_is_no_text_is_said_so(tmp_path: Path, content: bytes, complaint: str) -> None:
    file = tmp_path / "goods.csv"
    file.write_bytes(content)
    with pytest.raises(BadFile, match=complaint):
        SourceFile(file)


def test_a_file_knows_how_far_it_has_been_read(tmp_path: Path) -> None:
    file = tmp_path / "goods.csv"
    file.write_text("line\n" * 100_000)
    source = SourceFile(file)
    assert source.share_read == 0
    with source.open() as text:
        for _ in range(50_000):
            text.readline()
        assert 0.4 < source.share_read < 0.8


def test_xml_may_declare_its_encoding(tmp_path: Path) -> None:
    words = '<?xml version="1.0" encoding="windows-1251"?><a>Шапка</a>'
    file = tmp_path / "goods.xml"
    file.write_bytes(words.encode("windows-1251"))
    assert read(file) == words


def test_a_few_zeros_make_no_text_binary(tmp_path: Path) -> None:
    file = tmp_path / "goods.csv"
    file.write_bytes(b"id,title\n1,C\0ap\n" + b"2,Hat\n" * 100)
    assert read(file).startswith("id,title\n1,C\0ap")
