"""The goods: every model in one or more colours, with price, stock and words."""

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from db.demo.sources import Department, Kind, Model, Sources, price_of

COUNT = 600
MOST_SENTENCES = 4
# Shares of all goods.
ON_SALE = 0.17
OUT_OF_STOCK = 0.05
LOW_STOCK = 0.09
NEW = 0.08
DISAPPOINTING = 0.06
# What costs no more than this is never on sale.
CHEAP = 8


@dataclass(frozen=True)
class Good:
    """A product with what only its makers know.

    Attributes:
        row: the columns of `products`, less its rating.
        kind: what goods of its type have in common.
        model: what its maker says of it.
        quality: the mean of the stars it earns, were there endlessly many reviews.
        appeal: how often it is looked at, were tastes and seasons equal.
        dearness: its price among its kind, as the log of the ratio to the median.
    """

    row: dict[str, Any]
    kind: Kind
    model: Model
    quality: float
    appeal: float
    dearness: float

    @property
    def id(self) -> str:
        """The product's id."""
        product_id: str = self.row["id"]
        return product_id

    @property
    def price(self) -> Decimal:
        """What it costs today."""
        price: Decimal = self.row["price"]
        return price


def make_goods(
    sources: Sources, *, rng: np.random.Generator, today: date, currency: str
) -> list[Good]:
    """Six hundred products: each model at least once, then further colours by chance."""
    medians = {
        name: float(np.median([model.price for model in kind.models]))
        for department in sources.departments.values()
        for name, kind in department.kinds.items()
    }
    goods = []
    for category, kind_name, model, colors in _choose_colors(sources, rng):
        department = sources.departments[category]
        for color in colors:
            row = {
                **_describe(department, kind_name, model, color, sources=sources, rng=rng),
                **_set_price(sources.brands[model.brand].cents, model.price, rng),
                **_stock_up(rng),
                "category": category,
                "currency": currency,
                "created_at": _date_of_arrival(rng, today),
                "updated_at": datetime.combine(today, time(), UTC),
            }
            if len(colors) > 1:
                row["title"] += f", {color.title()}"
            goods.append(
                Good(
                    row=row,
                    kind=department.kinds[kind_name],
                    model=model,
                    quality=_quality(rng),
                    appeal=float(rng.lognormal(0, 0.7)),
                    dearness=math.log(model.price / medians[kind_name]),
                )
            )
    return goods


def _choose_colors(
    sources: Sources, rng: np.random.Generator
) -> Iterator[tuple[str, str, Model, list[str]]]:
    models = [
        (category, kind_name, model)
        for category, department in sources.departments.items()
        for kind_name, kind in department.kinds.items()
        for model in kind.models
    ]
    further = [(i, color) for i, (*_, model) in enumerate(models) for color in model.colors[1:]]
    drawn = rng.permutation(len(further))[: COUNT - len(models)]
    chosen = {further[i] for i in drawn}
    for i, (category, kind_name, model) in enumerate(models):
        others = [color for color in model.colors[1:] if (i, color) in chosen]
        yield category, kind_name, model, [model.colors[0], *others]


def _describe(
    department: Department,
    kind_name: str,
    model: Model,
    color: str,
    *,
    sources: Sources,
    rng: np.random.Generator,
) -> dict[str, Any]:
    kind = department.kinds[kind_name]
    group = _slug(f"{model.brand} {model.model}")
    product_id = f"{group}-{_slug(color)}"
    phrases = {**department.says, **kind.says}
    said = [str(rng.choice(phrases[name])) for name in model.features[:2]]
    told = [sources.facts[name].format(value) for name, value in model.facts.items()]
    sentences = [model.about, *said, *told[:1]]
    if kind.care and len(sentences) < MOST_SENTENCES:
        sentences.append(kind.care)
    attributes = {
        "features": model.features,
        "gender": model.gender or kind.gender,
        "occasion": kind.occasion,
        "recipient": kind.recipient,
        "sizes": kind.sizes,
        "care": kind.care and kind.care.rstrip("."),
        **model.facts,
    }
    return {
        "id": product_id,
        "title": f"{model.brand} {model.model} {kind.noun}",
        "description": " ".join(sentences),
        "brand": model.brand,
        "product_type": kind_name,
        "color": color,
        "size": model.size or kind.size or ", ".join(kind.sizes) or None,
        "material": model.material or kind.material,
        "image_url": f"/media/products/{product_id}.webp",
        "url": f"/products/{product_id}",
        "item_group_id": group,
        "attributes": {name: value for name, value in attributes.items() if value},
        "active": True,
    }


def _set_price(cents: str, amount: int, rng: np.random.Generator) -> dict[str, Decimal | None]:
    usual = price_of(amount, cents)
    if amount > CHEAP and rng.random() < ON_SALE:
        reduced = round(amount * (1 - rng.choice([0.15, 0.2, 0.25, 0.3, 0.4])))
        return {"price": price_of(reduced, cents), "list_price": usual}
    return {"price": usual, "list_price": None}


def _stock_up(rng: np.random.Generator) -> dict[str, Any]:
    chance = rng.random()
    if chance < OUT_OF_STOCK:
        return {"stock": 0, "availability": "out_of_stock"}
    most = 4 if chance < OUT_OF_STOCK + LOW_STOCK else 120
    return {"stock": int(rng.integers(1, most)), "availability": "in_stock"}


def _date_of_arrival(rng: np.random.Generator, today: date) -> datetime:
    oldest, newest = (45, 3) if rng.random() < NEW else (800, 60)
    days = int(rng.integers(newest, oldest))
    return datetime.combine(today - timedelta(days=days), time(8), UTC)


def _quality(rng: np.random.Generator) -> float:
    center = 3.1 if rng.random() < DISAPPOINTING else 4.25
    return float(np.clip(rng.normal(center, 0.3), 2.2, 4.85))


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower().replace("'", "")).strip("-")
