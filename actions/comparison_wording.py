"""Comparisons as phrases: codes and facts that bot/domain/comparison.yml has words for."""

from collections.abc import Sequence
from typing import Any

from db.tables.catalog import Product
from shop.comparison import Comparison, Row, Value
from shop.criteria import Asked
from shop.facts import price_facts
from shop.money import format_money

Phrase = dict[str, Any]
# What the verdicts tell already, or what every title tells.
_TOLD = ("price", "rating", "availability", "brand", "color")


def describe_table(comparison: Comparison) -> dict[str, Any]:
    """The table; the phrasebook words its labels and values."""
    return {
        "product_ids": list(comparison.product_ids),
        "rows": [
            {
                "label": {"say": "utter_compare_heading", "label": _label(row)},
                "values": [_value(row, value) for value in row.values],
                "best": row.best,
            }
            for row in comparison.rows
        ],
    }


def describe_verdicts(products: Sequence[Product], comparison: Comparison) -> list[Phrase]:
    """What can be told without being asked: prices, ratings, stock, and one plain difference."""
    rows = {row.name: row for row in comparison.rows}
    price, rating = rows["price"], rows.get("rating")
    said = [_price(price, products)]
    if rating is not None and rating.best is not None:
        best = products[rating.best]
        facts = {"title": best.title, **(rating.values[rating.best] or {})}
        if rating.best == price.best:
            said = [{**_price(price, products), **facts, "say": "utter_compare_both"}]
        else:
            said.append({"say": "utter_compare_best_rated", **facts})
    gone = [
        product.title
        for product, value in zip(products, _values(rows.get("availability")), strict=False)
        if value and value["state"] == "out_of_stock"
    ]
    if gone:
        said.append({"say": "utter_compare_sold_out", "titles": {"all": gone}})
    if (other := _plain_difference(comparison)) is not None:
        said.append(_listed(other, products))
    return said


def _plain_difference(comparison: Comparison) -> Row | None:
    """A row of one value each, which fits into a sentence."""
    for row in comparison.rows:
        single = all(value and len(value.get("value", ())) == 1 for value in row.values)
        if row.differs and single and row.name not in _TOLD:
            return row
    return None


def describe_answers(asked: Sequence[Asked], products: Sequence[Product]) -> list[Phrase]:
    """An answer to each thing that was asked; empty where nothing was."""
    return [_answer(one, products) for one in asked]


def _answer(asked: Asked, products: Sequence[Product]) -> Phrase:
    if asked.fitting is not None:
        return _fits(asked, products)
    row = asked.row
    if row is None:
        return {"say": "utter_compare_unknown", "words": asked.words}
    if row.code == "price" and row.known == len(products):
        return _price(row, products)
    if row.known > 1 and not row.differs and row.known == len(products):
        return {"say": "utter_compare_same", **_named(row, 0)}
    if asked.wants and row.best is not None:
        others = [place for place, value in enumerate(row.values) if value and place != row.best]
        return {
            "say": "utter_compare_ahead",
            **_named(row, row.best),
            "title": products[row.best].title,
            "others": {"all": [_value(row, row.values[place]) for place in others]},
        }
    return _listed(row, products)


def _fits(asked: Asked, products: Sequence[Product]) -> Phrase:
    titles = [products[place].title for place in asked.fitting or ()]
    if not titles:
        return {"say": "utter_compare_unknown", "words": asked.words}
    several = "_several" if len(titles) > 1 else ""
    return {
        "say": f"utter_compare_fits{several}",
        "words": asked.words,
        "titles": {"all": titles},
    }


def _price(row: Row, products: Sequence[Product]) -> Phrase:
    ordered = sorted(products, key=lambda product: product.price)
    if len({product.currency for product in products}) > 1:
        return _listed(row, products)
    first, second = ordered[:2]
    if row.best is not None:
        saved = format_money(second.price - first.price, first.currency)
        price = price_facts(first)["price"]
        return {
            "say": "utter_compare_cheapest",
            "title": first.title,
            "saved": saved,
            "price": price,
        }
    price = price_facts(first)["price"]
    if first.price == ordered[-1].price:
        return {"say": "utter_compare_same_price", "price": price}
    titles = [product.title for product in ordered if product.price == first.price]
    return {"say": "utter_compare_cheapest_two", "titles": {"all": titles}, "price": price}


def _listed(row: Row, products: Sequence[Product]) -> Phrase:
    parts = [
        {"say": "utter_compare_part", "title": product.title, "value": _value(row, value)}
        for product, value in zip(products, row.values, strict=True)
        if value
    ]
    return {"say": "utter_compare_listed", "label": _label(row), "parts": {"listed": parts}}


def _named(row: Row, place: int) -> dict[str, Any]:
    return {"label": _label(row), "value": _value(row, row.values[place])}


def _label(row: Row) -> Phrase:
    return {"say": "utter_compare_label", "name": row.name.replace("_", " ")}


def _value(row: Row, value: Value | None) -> Phrase | None:
    if value is None:
        return None
    kind = row.code if row.code in ("price", "rating", "availability", "color") else "text"
    facts = dict(value)
    if "value" in facts:
        facts["value"] = {"all": facts["value"]}
    return {"say": f"utter_compare_value_{kind}", **facts}


def _values(row: Row | None) -> Sequence[Value | None]:
    return row.values if row is not None else ()
