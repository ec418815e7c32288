"""What the product itself counts in the gift shop's purchases, day after day."""

import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from benchmarks.uci_lines import START, Lines
from db.engine import make_engine
from db.migrate import upgrade
from db.tables.behaviour import Event
from db.tables.catalog import Product
from recommender.goods import read_good
from recommender.lexical import Floats
from recommender.lexicon import load_lexicon
from recommender.popularity import Popularity, read_recent
from recommender.shelf import Shelf


class Served:
    """What the product counts on the mornings of some days, from a database of purchases."""

    def __init__(self, lines: Lines, days: Iterable[int]) -> None:
        lexicon = load_lexicon()
        goods = [
            Product(id=name, title=name, active=True, created_at=_moment(0), updated_at=_moment(0))
            for name in lines.names
        ]
        self._shelf = Shelf([read_good(product, lexicon) for product in goods], lexicon)
        self._popularity: dict[int, Popularity] = {}
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/shop.db"
            upgrade(url)
            engine = make_engine(url)
            told = 0
            for day in sorted(days):
                with Session(engine) as session, session.begin():
                    session.add_all(_events(lines.during(told, day)))
                    session.flush()
                    self._popularity[day] = read_recent(session, until=_moment(day))
                told = day
            engine.dispose()

    def __call__(self, _: object, country: str, day: int, *, stranger: bool) -> Floats:
        """How wanted each good is to somebody of that country [n]."""
        return self._popularity[day].recent(self._shelf, place=(country,), stranger=stranger)


def _moment(day: int) -> datetime:
    return datetime.combine(START, time(), UTC) + timedelta(days=day)


def _events(lines: Lines) -> list[Event]:
    return [
        Event(
            name="purchase",
            occurred_at=_moment(day) + timedelta(hours=12),
            customer_id=str(customer),
            product_id=lines.names[item],
            country=lines.countries[customer],
        )
        for customer, item, day in zip(
            lines.customers.tolist(), lines.items.tolist(), lines.days.tolist(), strict=True
        )
    ]
