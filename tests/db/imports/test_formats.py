from pathlib import Path

import pytest

from db.imports.files import SourceFile
from db.imports.formats import check_format, detect_format
from db.imports.report import BadFile

EXAMPLES = {
    "google": '<?xml version="1.0"?><rss></rss>',
    "jsonl": '{"id": 1}',
    "yaml": "- id: 1",
    "shopify": "Handle,Title,Variant Price\n",
    "csv": "id,title,price\n",
}


def a_file(folder: Path, text: str) -> SourceFile:
    file = folder / "goods"
    file.write_text(text)
    return SourceFile(file)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *((text, name) for name, text in EXAMPLES.items()),
        ("\n  <feed>", "google"),
        ("id\ttitle\tlink\timage link\tprice\tavailability\n", "google"),
        ('"Title","URL handle","Description","Vendor","SKU","Price"\n', "shopify"),
        ("handle;price;title\n", "csv"),
        ("id\ttitle\tprice\n", "csv"),
        ("sep=;\nid;title\n", "csv"),
        ("---\n- id: 1", "yaml"),
    ],
)
def test_a_file_tells_what_it_is(tmp_path: Path, text: str, found: str) -> None:
    assert detect_format(a_file(tmp_path, text)) == found


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("<!DOCTYPE HTML><html>", "is a web page"), ("words\nand more", "say with --format")],
)
def test_what_is_no_catalogue_is_said_so(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(BadFile, match=complaint):
        detect_format(a_file(tmp_path, text))


@pytest.mark.parametrize(
    ("said", "really"),
    [
        ("csv", "google"),
        ("csv", "jsonl"),
        ("csv", "shopify"),
        ("google", "shopify"),
        ("jsonl", "csv"),
        ("jsonl", "google"),
        ("shopify", "google"),
    ],
)
def test_a_file_that_is_plainly_another_is_refused(tmp_path: Path, said: str, really: str) -> None:
    with pytest.raises(BadFile, match=f"as {said} and looks like {really}"):
        check_format(a_file(tmp_path, EXAMPLES[really]), said, is_mapped=False)


def test_an_owner_who_maps_columns_may_read_any_table(tmp_path: Path) -> None:
    check_format(a_file(tmp_path, EXAMPLES["shopify"]), "csv", is_mapped=True)
    check_format(a_file(tmp_path, EXAMPLES["csv"]), "google", is_mapped=False)
