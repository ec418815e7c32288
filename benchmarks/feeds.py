"""Product feeds as shops send them, made of the real retail catalogue: any size, format and dirt.

    python -m benchmarks.feeds FILE --format google --rows 12000 [--clean] [--seed 7]

Goods repeat with other ids. Every tenth row is wrong in one of many ways, every fourth one is
merely ugly; what is wrong is known beforehand, so that an import can be held against it.
"""

import argparse
import csv
import io
import json
import os
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape

import yaml

DATA = Path(os.environ.get("SHOPKEEPER_DATA", Path(__file__).parents[2] / "shared" / "data"))
CATALOG = DATA / "shop" / "retail_demo_store" / "products.yaml"
FORMATS = ("csv", "google", "xml", "shopify", "jsonl", "yaml")
COLOURS = ("Red", "Navy", "Beige", "Black", "Forest Green", "")
Values = dict[str, str]

UGLY: tuple[Callable[[Values], object], ...] = (
    lambda v: v.update(description=f"<p>{v['description']}</p><ul><li>Soft &amp; warm</li></ul>"),
    lambda v: v.update(description=v["description"].replace(". ", ".\n")),
    lambda v: v.update(description=f"{v['description']} 12″ wide, “as new” &nbsp;— 5 < 6 😀"),
    lambda v: v.update(title=f"  {v['title']}\x0b "),
    lambda v: v.update(title=f'The "Best" {v["title"]}, really'),
    lambda v: v.update(title=f"{v['title']} Café Größe &eacute;"),
    lambda v: v.update(price=f"${v['price']}"),
    lambda v: v.update(price=v["price"].replace(".", ",") + " USD"),
    lambda v: v.update(price="1,299.00"),
    lambda v: v.update(image_link=""),
    lambda v: v.update(image_link="../../etc/passwd"),
    lambda v: v.update(link="javascript:alert(1)"),
    lambda v: v.update(availability="In Stock"),
    lambda v: v.update(stock="-3"),
    lambda v: v.update(stock="6.0"),
    lambda v: v.update(sale_price="1.00"),
    lambda v: v.update(brand=" ", color=" "),
    lambda v: v.update(description=v["description"] * 30),
)
WRONG: tuple[Callable[[Values], object], ...] = (
    lambda v: v.update(price="free"),
    lambda v: v.update(price=""),
    lambda v: v.update(price="-5.00"),
    lambda v: v.update(price="99999999999"),
    lambda v: v.update(price="5 XYZW"),
    lambda v: v.update(title="<b></b>"),
    lambda v: v.update(stock="many"),
    lambda v: v.update(stock="99999999999"),
    lambda v: v.update(rating="11"),
    lambda v: v.update(availability="maybe"),
    lambda v: v.update(sale_price="1.00 EUR", price=v["price"] + " USD"),
    lambda v: v.update(id="x" * 201),
    lambda v: v.update(id=re.sub(r"\d+$", "0", v["id"])),
)
# What a format itself can get wrong; the row as it would stand, made into what does stand.
BROKEN: dict[str, tuple[Callable[[str], str], ...]] = {
    "csv": (
        lambda row: row[: row.index(",") + 1] + '"never closed ' + row[row.index(",") + 1 :],
        lambda row: row.rstrip("\n") + ",one,too,many\n",
        lambda row: row.split(",")[0] + "\n",
    ),
    "jsonl": (
        lambda row: row[:-10] + "\n",
        lambda row: json.dumps(row[:9]) + "\n",
        lambda row: row.replace('{"id"', '{"deep": {"a": {"b": [1]}}, "id"', 1),
    ),
}
SHOPIFY = {
    "handle": "Handle",
    "title": "Title",
    "description": "Body (HTML)",
    "brand": "Vendor",
    "category": "Product Category",
    "product_type": "Type",
    "option": "Option1 Name",
    "color": "Option1 Value",
    "id": "Variant SKU",
    "tracker": "Variant Inventory Tracker",
    "stock": "Variant Inventory Qty",
    "price": "Variant Price",
    "list_price": "Variant Compare At Price",
    "image_link": "Image Src",
    "status": "Status",
    "rating": "rating",
    "availability": "availability",
    "sale_price": "sale_price",
}


@dataclass
class Feed:
    """What a written feed holds."""

    rows: int = 0
    bad_ids: list[str] = field(default_factory=list)


def write_feed(
    file: TextIO, form: str, *, rows: int, dirt: float = 0.1, seed: int = 7, prefix: str = "g"
) -> Feed:
    """Write so many products; a share of them is wrong, and two and a half times as many ugly."""
    chance = random.Random(seed)
    feed = Feed()
    write = Writer(file, form)
    write.begin()
    for number, values in enumerate(_goods(rows, prefix)):
        kind = chance.random() if number else 1.0
        breaks = BROKEN.get(form, ())
        broken = None
        name = values["id"]
        if kind < dirt:
            feed.bad_ids.append(name)
            choice = chance.randrange(len(WRONG) + len(breaks))
            if choice < len(WRONG):
                WRONG[choice](values)
            else:
                broken = breaks[choice - len(WRONG)]
        elif kind < dirt * 3.5:
            chance.choice(UGLY)(values)
        write.product(values, broken=broken)
        feed.rows += 1
    write.end()
    return feed


def _goods(count: int, prefix: str) -> Iterator[Values]:
    found = yaml.load(CATALOG.read_text(), Loader=yaml.CSafeLoader)
    for number in range(count):
        good = found[number % len(found)]
        round_ = number // len(found)
        yield {
            "id": f"{prefix}{number}",
            "title": f"{good['name']} {round_}" if round_ else good["name"],
            "description": " ".join(good["description"].split()),
            "link": f"https://shop.example/p/{number}?a=1&b=2",
            "image_link": f"https://cdn.example/{good['image']}",
            "availability": "in stock",
            "price": str(good["price"]),
            "sale_price": "",
            "brand": f"Brand {number % 97}",
            "color": COLOURS[number % len(COLOURS)],
            "category": good["category"],
            "product_type": f"{good['category']} > {good['style']}",
            "stock": str(good["current_stock"]),
            "rating": "",
            "gtin": f"{4006381000000 + number}",
        }


class Writer:
    """Writes products in one of the formats."""

    def __init__(self, file: TextIO, form: str) -> None:
        self._file = file
        self._form = form
        self._header: Sequence[str] = ()

    def begin(self) -> None:
        """Write what comes before the first product."""
        if self._form == "xml":
            self._file.write(
                '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
                'xmlns:g="http://base.google.com/ns/1.0">\n<channel><title>Shop</title>\n'
            )

    def end(self) -> None:
        """Write what comes after the last product."""
        if self._form == "xml":
            self._file.write("</channel></rss>\n")

    def product(self, values: Values, *, broken: Callable[[str], str] | None = None) -> None:
        """Write one, made unreadable by `broken`."""
        text = getattr(self, f"_{self._form}")(values)
        self._file.write(broken(text) if broken else text)

    def _csv(self, values: Values) -> str:
        return self._table(values, ",")

    def _google(self, values: Values) -> str:
        named = {name.replace("_", " "): value for name, value in values.items()}
        return self._table(named, "\t")

    def _shopify(self, values: Values) -> str:
        own = {
            **values,
            "handle": f"{values['title'].strip().lower()}-{values['gtin']}",
            "option": "Color" if values["color"].strip() else "Title",
            "color": values["color"].strip() or "Default Title",
            "tracker": "shopify",
            "status": "active",
        }
        return self._table({theirs: own.get(ours, "") for ours, theirs in SHOPIFY.items()}, ",")

    def _table(self, values: Values, separator: str) -> str:
        cells = _line(list(values.values()), separator)
        if self._header:
            return cells
        self._header = list(values)
        return _line(self._header, separator) + cells

    def _jsonl(self, values: Values) -> str:
        return json.dumps(values) + "\n"

    def _yaml(self, values: Values) -> str:
        return yaml.dump([values], Dumper=yaml.CSafeDumper, sort_keys=False)

    def _xml(self, values: Values) -> str:
        fields = "".join(
            f"<g:{name}>{_xml_text(value)}</g:{name}>\n" for name, value in values.items() if value
        )
        return f"<item>\n{fields}<g:shipping><g:price>4 USD</g:price></g:shipping></item>\n"


def _line(cells: Sequence[str], separator: str) -> str:
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=separator, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _xml_text(text: str) -> str:
    if "<p>" in text:
        return f"<![CDATA[{text}]]>"
    # HTML's own entities stay, undeclared as they are in real feeds.
    return re.sub(r"&amp;(eacute|nbsp);", r"&\1;", escape(text))


def main() -> None:
    """Write one feed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--format", choices=FORMATS, default="csv")
    parser.add_argument("--rows", type=int, default=12_000)
    parser.add_argument("--clean", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with asked.file.open("w", encoding="utf-8", newline="") as file:
        dirt = 0.0 if asked.clean else 0.1
        feed = write_feed(file, asked.format, rows=asked.rows, dirt=dirt, seed=asked.seed)
    print(f"{feed.rows:,} rows, {len(feed.bad_ids):,} of them bad")


if __name__ == "__main__":
    main()
