"""The takeover card's shapes: what the shopper has, did, saw and felt."""

from datetime import datetime

from pydantic import BaseModel

from gateway import wire
from nlu.wire import SentimentLabel


class CartEntry(BaseModel):
    """One line of the cart."""

    product: wire.ProductCard
    quantity: int
    total: wire.Amount


class CartView(BaseModel):
    """What the shopper has set aside."""

    id: str
    lines: list[CartEntry]
    totals: list[wire.Amount]


class OrderedItem(BaseModel):
    """One line of an order."""

    product_id: str
    title: str
    quantity: int


class OrderView(BaseModel):
    """An order of the customer's."""

    id: str
    status: str
    created_at: datetime
    total: wire.Amount
    items: list[OrderedItem]


class ShownProduct(BaseModel):
    """A product by name."""

    id: str
    title: str
    image_url: str
    url: str


class Step(BaseModel):
    """One thing the shopper did."""

    name: str
    at: datetime
    product: ShownProduct | None
    search_term: str | None


class RecommendedItem(BaseModel):
    """A product that was recommended, and what came of it."""

    product: wire.ProductCard
    clicked: bool
    carted: bool
    bought: bool


class RankingView(BaseModel):
    """One recommendation."""

    ranking_id: str
    at: datetime
    degraded: bool
    items: list[RecommendedItem]


class MoodPoint(BaseModel):
    """The mood after a message."""

    message_id: str
    at: datetime
    mood: float
    score: float
    label: SentimentLabel


class PageView(BaseModel):
    """The page that the shopper has open."""

    url: str
    product_id: str | None = None
    title: str | None = None
