"""The words and figures that the demo shop is made from: YAML files under `data/`, checked."""

from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

DATA = Path(__file__).parent / "data"
# The C parser is ten times as fast, and absent from some builds of PyYAML.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Source(BaseModel):
    """A part of a data file; a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Brand(Source):
    """An invented maker.

    Attributes:
        cents: how its prices end, "90" for 59.90.
        level: how dear it is among makers of the same goods, from -1 to 1.
    """

    cents: Literal["00", "50", "90", "95", "99"] = "95"
    level: float = 0.0


class Color(Source):
    """A colour as it is painted, and a second one that goes with it."""

    paint: str
    accent: str


class Model(Source):
    """One thing as its maker names it, in one or more colours."""

    brand: str
    model: str
    price: int
    colors: list[str]
    about: str
    material: str | None = None
    size: str | None = None
    features: list[str] = Field(default_factory=list)
    facts: dict[str, str] = Field(default_factory=dict)
    gender: str | None = Field(default=None, alias="for")
    # The optional part of the picture that it has.
    look: str = "plain"


class Kind(Source):
    """A product type: what its models have in common."""

    noun: str
    plural: str
    season: str = "steady"
    material: str | None = None
    size: str | None = None
    sizes: list[str] = Field(default_factory=list)
    gender: str | None = Field(default=None, alias="for")
    occasion: list[str] = Field(default_factory=list)
    recipient: list[str] = Field(default_factory=list)
    care: str | None = None
    aspects: list[str]
    # What to say of a feature, where the department's words do not suit.
    says: dict[str, list[str]] = Field(default_factory=dict)
    models: list[Model]


class Department(Source):
    """A category: its kinds by name, what to say of each feature, and its pictures' wall."""

    wall: str
    says: dict[str, list[str]]
    kinds: dict[str, Kind]


class Taste(Source):
    """What one sort of shopper likes. Weights multiply; 1 is neither here nor there."""

    categories: dict[str, float]
    kinds: dict[str, float] = Field(default_factory=dict)
    brands: list[str] = Field(default_factory=list)
    colors: list[str] = Field(default_factory=list)
    features: list[str] = Field(default_factory=list)
    # How dear they like it, from -1 to 1.
    level: float = 0.0
    gender: str | None = None


class Star(Source):
    """One of the named customers a visitor may continue as."""

    id: str
    name: str
    taste: str
    country: str
    region: str
    likes: Taste
    # The states of the latest orders.
    orders: list[str]


class Place(Source):
    """Where customers live."""

    country: str
    regions: list[str]
    weight: float
    south: bool = False


class People(Source):
    """Who shops here."""

    names: list[str]
    places: list[Place]
    tastes: dict[str, Taste]
    stars: list[Star]


class Aspect(Source):
    """What a review says about one side of a product, by how well it did."""

    good: list[str]
    fair: list[str]
    poor: list[str]
    # Nobody writes about it where the product has this feature.
    unless: str | None = None


class ReviewWords(Source):
    """What reviews are made of. Titles, opening and closing sentences by stars."""

    titles: dict[int, list[str]]
    opens: dict[int, list[str]]
    closes: dict[int, list[str]]
    aspects: dict[str, Aspect]


class FaqWords(Source):
    """A question the shop answers, and other ways to ask it."""

    id: str
    question: str
    answer: str
    examples: list[str]


class Shop(Source):
    """What the shop is called."""

    name: str
    tagline: str


class Sources:
    """All data files, each read when first asked for."""

    @cached_property
    def shop(self) -> Shop:
        """The shop's name and tagline."""
        return Shop(**_read("shop"))

    @cached_property
    def departments(self) -> dict[str, Department]:
        """The goods by category, in the order of their files."""
        paths = sorted((DATA / "goods").glob("*.yml"))
        return {path.stem: Department(**_read(f"goods/{path.stem}")) for path in paths}

    @cached_property
    def brands(self) -> dict[str, Brand]:
        """The makers by name."""
        return {name: Brand(**(values or {})) for name, values in _read("brands").items()}

    @cached_property
    def colors(self) -> dict[str, Color]:
        """The colours by name."""
        return {
            name: Color(paint=paint, accent=accent)
            for name, (paint, accent) in _read("colors").items()
        }

    @cached_property
    def facts(self) -> dict[str, str]:
        """A sentence for each kind of fact, with `{}` where its value goes."""
        facts: dict[str, str] = _read("facts")
        return facts

    @cached_property
    def seasons(self) -> dict[str, list[float]]:
        """Demand from January to December, by name of the season."""
        seasons: dict[str, list[float]] = _read("seasons")
        return seasons

    @cached_property
    def people(self) -> People:
        """Names, places and tastes."""
        return People(**_read("people"))

    @cached_property
    def reviews(self) -> ReviewWords:
        """The phrases of reviews."""
        return ReviewWords(**_read("reviews"))

    @cached_property
    def faq(self) -> list[FaqWords]:
        """The FAQ."""
        return [FaqWords(**entry) for entry in _read("faq")]


def price_of(amount: int, cents: str) -> Decimal:
    """A round amount as a shop writes it: 60 ending in 90 is 59.90."""
    return Decimal(amount) if cents == "00" else Decimal(f"{amount - 1}.{cents}")


def _read(name: str) -> Any:
    text = (DATA / f"{name}.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, in C
