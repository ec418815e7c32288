"""What a catalogue may be written in, and how to tell from the file itself."""

from collections.abc import Mapping
from itertools import islice

from db.imports.files import SourceFile
from db.imports.google import google_rows
from db.imports.jsonl import jsonl_rows
from db.imports.mapping import field_name
from db.imports.report import BadFile
from db.imports.rows import DELIMITERS, READERS, RowReader
from db.imports.shopify import HANDLES, shopify_rows

CATALOG_READERS: Mapping[str, RowReader] = {
    **READERS,
    "google": google_rows,
    "shopify": shopify_rows,
    "jsonl": jsonl_rows,
}
# What else a Shopify export has, and a Google feed; of either generation.
OF_SHOPIFY = frozenset({"variant_price", "option1_name", "body_(html)", "vendor", "variant_sku"})
OF_GOOGLE = frozenset({"link", "image_link", "availability", "google_product_category"})
TABLES = frozenset({"csv", "google", "shopify"})
_SEEN = 1 << 16


def detect_format(source: SourceFile) -> str:
    """What the file is written in, by how it begins.

    Raises:
        BadFile: it is a web page, or nothing that is known.
    """
    found = _look_at(source)
    if not found:
        raise BadFile(
            f"{source.path.name} is nothing that is known here; say with --format what it is: "
            f"{', '.join(CATALOG_READERS)}."
        )
    return found


def check_format(source: SourceFile, said: str, *, is_mapped: bool) -> None:
    """Refuse a file that is plainly something else than was said.

    Args:
        is_mapped: the owner tells with --map what the columns are, and so may read any table.

    Raises:
        BadFile: names what it looks like.
    """
    found = _look_at(source)
    # A YAML file may begin with anything, and its reader says what is wrong with it.
    if found in ("", said) or said == "yaml":
        return
    # Any reader of tables reads any table, but Shopify's own is more than a table.
    are_tables = {found, said} <= TABLES and not _is_xml(_head(source))
    if are_tables and (found != "shopify" or is_mapped):
        return
    raise BadFile(
        f"{source.path.name} was to be read as {said} and looks like {found}: "
        f"say --format {found}, or leave --format out."
    )


def _look_at(source: SourceFile) -> str:
    head = _head(source)
    if head[:100].lower().startswith(("<!doctype html", "<html")):
        raise BadFile(
            f"{source.path.name} is a web page: perhaps the address of the feed asked for a login."
        )
    if _is_xml(head):
        return "google"
    if head.startswith(("{", "[")):
        return "jsonl"
    if head.startswith(("- ", "---", "-\n")):
        return "yaml"
    return _kind_of_table(head)


def _head(source: SourceFile) -> str:
    with source.open() as text:
        return text.read(_SEEN).lstrip("\ufeff \r\n\0")


def _is_xml(head: str) -> bool:
    return head.startswith("<")


def _kind_of_table(head: str) -> str:
    lines = [line for line in islice(head.splitlines(), 5) if line.strip()]
    if lines and lines[0].lower().startswith("sep="):
        lines = lines[1:]
    header = lines[0] if lines else ""
    delimiter = max(DELIMITERS, key=header.count)
    if delimiter not in header:
        return ""
    names = {field_name(name.strip(' "')) for name in header.split(delimiter)}
    if names & {field_name(handle) for handle in HANDLES} and names & OF_SHOPIFY:
        return "shopify"
    return "google" if delimiter == "\t" and len(names & OF_GOOGLE) > 1 else "csv"
