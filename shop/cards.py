"""Product cards: what a shopper sees of a product in the chat."""

from collections.abc import Iterable
from decimal import Decimal

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.catalog import Product
from shop.money import CENT


class Price(BaseModel):
    """An amount with two decimals, as text: JSON numbers are not exact."""

    amount: str
    currency: str


class Card(BaseModel):
    """One product as contracts.md shows it."""

    product_id: str
    title: str
    brand: str | None
    category: str
    product_type: str | None = None
    price: Price
    list_price: Price | None = None
    image_url: str | None
    url: str | None
    rating: float | None = None
    rating_count: int = 0
    availability: str
    reason: str = ""


def hydrate(session: Session, ids: Iterable[str]) -> dict[str, Card]:
    """The cards of these products, without reasons. Unknown and retired products are absent."""
    return {product.id: make_card(product) for product in find_products(session, ids)}


def find_products(session: Session, ids: Iterable[str]) -> list[Product]:
    """The products with these ids that are for sale, in the order asked for."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    # Asked for ids and `active` together, SQLite reads all active goods: it knows no better.
    found = session.scalars(select(Product).where(Product.id.in_(wanted)))
    by_id = {product.id: product for product in found if product.active}
    return [by_id[product_id] for product_id in wanted if product_id in by_id]


def make_card(product: Product) -> Card:
    """The card of one product."""
    return Card(
        product_id=product.id,
        title=product.title,
        brand=product.brand,
        category=product.category,
        product_type=product.product_type,
        price=_price(product.price, product.currency),
        list_price=_price(product.list_price, product.currency) if product.list_price else None,
        image_url=product.image_url,
        url=product.url or f"/products/{product.id}",
        rating=product.rating,
        rating_count=product.rating_count,
        availability=product.availability,
    )


def _price(amount: Decimal, currency: str) -> Price:
    # A wholesale price below a cent must not read as nothing.
    exact = amount.quantize(CENT)
    return Price(amount=str(exact if exact == amount or exact else amount), currency=currency)
