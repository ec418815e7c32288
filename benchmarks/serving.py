"""How long `POST /recommend` takes, request after request, by what is asked.

    python -m benchmarks.serving [--requests 600] [--seed 7] [--start]

Asks the running recommender of the SHOPKEEPER_* settings, whose database must hold a shop; with
`--start` a process of its own over that database. Requests are drawn from the shop's own customers,
goods, words and prices; the kinds take turns, so that what else the machine does hits all alike.
"""

import argparse
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import func, select

from common.service import internal_headers
from common.settings import Settings, load_settings
from db.engine import make_engine
from db.tables.behaviour import Event
from db.tables.catalog import Product

GOAL_MS = {"p50": 20.0, "p95": 40.0}
_WARM = 30
_READY_S = 300
_CPU = "process_cpu_seconds_total"
K = 6


@dataclass(frozen=True)
class Shop:
    """What requests are made of."""

    customers: list[str]
    products: list[str]
    kinds: list[str]
    colors: list[str]
    searches: list[str]
    prices: list[float]


def main() -> int:
    """Measure and print; 1 where the goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--start", action="store_true", help="a recommender of its own")
    asked = parser.parse_args()
    settings = load_settings()
    shop = read_shop(settings)
    rng = random.Random(asked.seed)
    with (
        running(start=asked.start),
        httpx.Client(
            base_url=settings.recommender_url, headers=internal_headers(settings), timeout=60
        ) as client,
    ):
        wait_until_ready(client)
        for _ in range(_WARM):
            for make in KINDS.values():
                ask(client, make(shop, rng))
        took: dict[str, list[float]] = {name: [] for name in KINDS}
        version, before = "", numbers_of(client)[_CPU]
        for number in range(asked.requests):
            name = list(KINDS)[number % len(KINDS)]
            milliseconds, version = ask(client, KINDS[name](shop, rng))
            took[name].append(milliseconds)
        cpu = (numbers_of(client)[_CPU] - before) / asked.requests * 1_000
    everything = [value for values in took.values() for value in values]
    print(f"{version}, {len(shop.products)} products, {len(shop.customers)} customers")
    print("| request | p50 ms | p95 ms | max ms |\n|---|---|---|---|")
    for name, values in {**took, "all": everything}.items():
        print(f"| {name} | {' | '.join(f'{value:.1f}' for value in summary(values).values())} |")
    print(f"processor time of the recommender: {cpu:.1f} ms a request")
    found = summary(everything)
    return int(any(found[name] > goal for name, goal in GOAL_MS.items()))


def summary(values: Sequence[float]) -> dict[str, float]:
    """Median, the 95th of a hundred and the greatest."""
    return {
        "p50": statistics.median(values),
        "p95": statistics.quantiles(values, n=20)[-1],
        "max": max(values),
    }


def read_shop(settings: Settings) -> Shop:
    """What the database has to ask for."""
    engine = make_engine(settings.database_url)
    busiest = (
        select(Event.customer_id)
        .where(Event.customer_id.is_not(None), Event.product_id.is_not(None))
        .group_by(Event.customer_id)
        .order_by(func.count().desc())
        .limit(500)
    )
    searched = select(Event.search_term).where(Event.search_term.is_not(None)).distinct()
    with engine.connect() as connection:
        goods = connection.execute(
            select(Product.id, Product.product_type, Product.category, Product.color, Product.price)
            .where(Product.active)
            .order_by(Product.id)
        ).all()
        shop = Shop(
            customers=[str(id_) for id_ in connection.scalars(busiest)],
            products=[row.id for row in goods],
            kinds=sorted({row.product_type or row.category for row in goods}),
            colors=sorted({row.color for row in goods if row.color}),
            searches=sorted(connection.scalars(searched.limit(500)))
            or sorted({row.product_type or row.category for row in goods}),
            prices=sorted(float(row.price) for row in goods),
        )
    engine.dispose()
    if not shop.products:
        sys.exit("The shop of these settings has no products: start it once, or import some.")
    return shop


def _customer(shop: Shop, rng: random.Random) -> dict[str, Any]:
    return {"customer_id": rng.choice(shop.customers)} if shop.customers else {}


def _for_customer(shop: Shop, rng: random.Random) -> dict[str, Any]:
    return _customer(shop, rng)


def _search(shop: Shop, rng: random.Random) -> dict[str, Any]:
    return {**_customer(shop, rng), "query": rng.choice(shop.searches)}


def _wishes(shop: Shop, rng: random.Random) -> dict[str, Any]:
    wish: dict[str, Any] = {"category": rng.choice(shop.kinds), "in_stock": True}
    wish["price_max"] = rng.choice(shop.prices)
    if shop.colors:
        wish["color"] = rng.choice(shop.colors)
    return {**_search(shop, rng), "constraints": wish}


def _alike(shop: Shop, rng: random.Random) -> dict[str, Any]:
    return {**_customer(shop, rng), "anchor_product_id": rng.choice(shop.products)}


def _stranger(shop: Shop, rng: random.Random) -> dict[str, Any]:
    return {"context": {"page_product_id": rng.choice(shop.products), "country": "DE"}}


KINDS: dict[str, Callable[[Shop, random.Random], dict[str, Any]]] = {
    "a customer, nothing said": _for_customer,
    "a customer's search": _search,
    "a search with kind, colour, price": _wishes,
    "like this one": _alike,
    "a stranger on a product's page": _stranger,
}


def ask(client: httpx.Client, request: dict[str, Any]) -> tuple[float, str]:
    """One request: milliseconds to the whole answer, and what answered."""
    started = time.perf_counter()
    answer = client.post("/recommend", json={**request, "k": K})
    milliseconds = (time.perf_counter() - started) * 1_000
    answer.raise_for_status()
    return milliseconds, str(answer.json()["model_version"])


@contextmanager
def running(*, start: bool) -> Iterator[None]:
    """A recommender of these settings, where none runs already."""
    if not start:
        yield
        return
    process = subprocess.Popen([sys.executable, "-m", "recommender.server"])
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def numbers_of(client: httpx.Client) -> dict[str, float]:
    """The process's plain numbers, by name."""
    lines = client.get("/metrics").text.splitlines()
    return {
        name: float(value)
        for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        if "{" not in name
    }


def wait_until_ready(client: httpx.Client) -> None:
    """Until its goods are encoded and it foresees, or it says that it will not."""
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        try:
            numbers = numbers_of(client)
        except httpx.TransportError:
            time.sleep(0.5)
            continue
        goods = numbers.get("catalogue_products")
        if goods and goods == numbers.get("catalogue_encoded"):
            # What foresees follows within its next look.
            time.sleep(5)
            return
        time.sleep(0.5)
    sys.exit(f"The recommender was not ready within {_READY_S} seconds.")


if __name__ == "__main__":
    sys.exit(main())
