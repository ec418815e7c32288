"""The customers: where they live, what they like, and how drawn they are to each product."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.demo.goods import Good
from db.demo.sources import Place, Sources, Star, Taste

COUNT = 400
# What a shopper pays attention to outside their own departments.
ELSEWHERE = 0.06
BRAND_LOVE = 3.0
COLOR_LOVE = 2.0
FEATURE_LOVE = 1.6
WRONG_GENDER = 0.08


@dataclass(frozen=True)
class Shopper:
    """A customer and their leanings.

    Attributes:
        row: the columns of `customers`.
        pull: how drawn they are to each product, shape (goods,), not negative.
        visits: how often they come, 1 being usual.
        south: whether summer is in January.
        star: for the named customers a visitor may continue as.
    """

    row: dict[str, Any]
    pull: NDArray[np.float64]
    visits: float
    south: bool
    star: Star | None = None

    @property
    def id(self) -> str:
        """The customer's id."""
        customer_id: str = self.row["id"]
        return customer_id


class Shelves:
    """The goods as columns, so that a taste is weighed against all of them at once."""

    def __init__(self, goods: list[Good]) -> None:
        self.goods = goods
        self._columns = {
            name: np.unique([good.row[name] or "" for good in goods], return_inverse=True)
            for name in ("category", "product_type", "brand", "color")
        }
        genders = [good.row["attributes"].get("gender", "unisex") for good in goods]
        self._genders = np.array(genders)
        self._features = [set(good.model.features) for good in goods]
        self._appeal = np.array([good.appeal for good in goods])
        self._dearness = np.array([good.dearness for good in goods])

    def pull_of(self, taste: Taste) -> NDArray[np.float64]:
        """How drawn someone of this taste is to each product, shape (goods,)."""
        shared = np.array([len(features & set(taste.features)) for features in self._features])
        pull = (
            self.weigh("category", taste.categories, otherwise=ELSEWHERE)
            * self.weigh("product_type", taste.kinds)
            * self.weigh("brand", dict.fromkeys(taste.brands, BRAND_LOVE))
            * self.weigh("color", dict.fromkeys(taste.colors, COLOR_LOVE))
            * FEATURE_LOVE**shared
            * self._appeal
            # A price off by a factor of e from what they like to pay costs two thirds of the pull.
            * np.exp(-((self._dearness - taste.level) ** 2))
        )
        if taste.gender:
            fits = np.isin(self._genders, (taste.gender, "unisex"))
            pull = pull * np.where(fits, 1.0, WRONG_GENDER)
        return np.asarray(pull)

    def weigh(
        self, column: str, weights: dict[str, float], *, otherwise: float = 1.0
    ) -> NDArray[np.float64]:
        """The weight of each product by what it has in this column, shape (goods,)."""
        names, places = self._columns[column]
        by_name = np.array([weights.get(str(name), otherwise) for name in names])
        return np.asarray(by_name[places])


def make_shoppers(
    sources: Sources, goods: list[Good], *, rng: np.random.Generator, today: date
) -> list[Shopper]:
    """The named customers, then others up to four hundred, of one or two tastes each."""
    people = sources.people
    shelves = Shelves(goods)
    shoppers = [_make_star(star, shelves, today=today) for star in people.stars]
    weights = np.array([place.weight for place in people.places])
    tastes = list(people.tastes.values())
    for number in range(COUNT - len(shoppers)):
        place = people.places[rng.choice(len(weights), p=weights / weights.sum())]
        first, second = (tastes[i] for i in rng.choice(len(tastes), 2, replace=False))
        pull = shelves.pull_of(_personal(first, shelves, rng))
        pull += rng.uniform(0, 0.5) * shelves.pull_of(_personal(second, shelves, rng))
        shoppers.append(
            Shopper(
                row=_row(f"C{1001 + number}", _name(people.names, rng), place, rng, today),
                pull=pull,
                visits=float(rng.lognormal(0, 0.8)),
                south=place.south,
            )
        )
    return shoppers


def _personal(taste: Taste, shelves: Shelves, rng: np.random.Generator) -> Taste:
    """The taste as one person has it: brands and colours of their own beside the common ones."""
    weights = shelves.weigh("category", taste.categories, otherwise=ELSEWHERE)
    drawn = rng.choice(len(weights), 4, p=weights / weights.sum())
    liked = [shelves.goods[i].row for i in drawn]
    return taste.model_copy(
        update={
            "brands": [*taste.brands[: int(rng.integers(0, 3))], liked[0]["brand"]],
            "colors": [row["color"] for row in liked[1:]],
            "level": float(np.clip(taste.level + rng.normal(0, 0.3), -1, 1)),
            "gender": taste.gender or str(rng.choice(["women", "men"])),
        }
    )


def _make_star(star: Star, shelves: Shelves, *, today: date) -> Shopper:
    row = {
        "id": star.id,
        "name": star.name,
        "email": f"{star.id}@example.com",
        "country": star.country,
        "region": star.region,
        "locale": "en",
        "created_at": datetime.combine(today - timedelta(days=700), time(9), UTC),
    }
    pull = shelves.pull_of(star.likes)
    return Shopper(row=row, pull=pull, visits=9.0, south=False, star=star)


def _row(
    customer_id: str, name: str, place: Place, rng: np.random.Generator, today: date
) -> dict[str, Any]:
    joined = today - timedelta(days=int(rng.integers(370, 1100)))
    return {
        "id": customer_id,
        "name": name,
        "email": f"{customer_id.lower()}@example.com",
        "country": place.country,
        "region": str(rng.choice(place.regions)),
        "locale": "en",
        "created_at": datetime.combine(joined, time(int(rng.integers(7, 22))), UTC),
    }


def _name(names: list[str], rng: np.random.Generator) -> str:
    initial = "ABCDEFGHIJKLMNOPRSTVWZ"[rng.integers(22)]
    return f"{rng.choice(names)} {initial}."
