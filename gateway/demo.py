"""What the demo shop's page shows: goods, departments, and whom a visitor may be."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from common.errors import NotFound
from common.settings import Settings
from db.tables.catalog import Product, Review
from gateway import wire
from gateway.demo_file import ShopFacts, read_demo
from gateway.pictures import PLACEHOLDER, safe_address
from gateway.problems import problems
from gateway.text import CleanText
from gateway.words import Words
from shop import cards, identity

MOST_REVIEWS = 50
MOST_WORDS = 8


class Department(BaseModel):
    """A category and how many goods are in it."""

    name: str
    count: int


class DemoCustomer(BaseModel):
    """A made-up customer that a visitor may be, signed as the shop's server would."""

    id: str
    name: str
    taste: str
    signature: str


class Demo(BaseModel):
    """What the page needs before it shows goods."""

    shop: ShopFacts
    categories: list[Department]
    customers: list[DemoCustomer]


class ShopProduct(BaseModel):
    """A product in a grid."""

    id: str
    title: str
    brand: str | None
    category: str
    product_type: str | None
    price: wire.Amount
    list_price: wire.Amount | None
    image_url: str
    rating: float | None
    rating_count: int
    availability: str


class ShopReview(BaseModel):
    """What a buyer wrote."""

    rating: int
    title: str
    text: str
    author: str | None
    created_at: datetime


class ShopProductPage(ShopProduct):
    """Everything about a product."""

    description: str
    attributes: dict[str, str | list[str]]
    reviews: list[ShopReview]
    stock: int | None


class ShopProducts(BaseModel):
    """A page of a grid, and how many goods there are in all."""

    products: list[ShopProduct]
    total: int


def demo_routes(*, settings: Settings, sessions: sessionmaker[Session], words: Words) -> APIRouter:
    """The routes under /api/demo."""
    routes = APIRouter(prefix="/api/demo", tags=["demo"])

    @routes.get("", responses=problems())
    def read_shop() -> Demo:
        """The shop's sign, its departments, and the demo's customers where there are any."""
        demo = read_demo(settings)
        with sessions() as session:
            rows = session.execute(
                select(Product.category, func.count())
                .where(Product.active, Product.category != "")
                .group_by(Product.category)
                .order_by(func.count().desc(), Product.category)
            ).all()
        tagline = words.say("shop.tagline", locale=settings.locale)
        return Demo(
            shop=demo.shop
            if demo
            else ShopFacts(name=settings.shop_name, tagline=tagline, currency=settings.currency),
            categories=[Department(name=name, count=count) for name, count in rows],
            # Never a signature for anyone but the made-up four: it is as good as a password.
            customers=[
                DemoCustomer(
                    **customer.model_dump(),
                    signature=identity.sign(customer.id, key=settings.identity_key),
                )
                for customer in (demo.customers if demo else ())
            ],
        )

    @routes.get("/products", responses=problems(422))
    def list_products(
        category: Annotated[CleanText | None, Query(max_length=200)] = None,
        q: Annotated[CleanText | None, Query(max_length=200)] = None,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=100)] = 24,
    ) -> ShopProducts:
        """Goods for the grid, best loved first."""
        wanted = [Product.active, *_matching(category=category, q=q)]
        query: Select[Product] = (
            select(Product)
            .where(*wanted)
            .order_by(Product.rating_count.desc(), Product.rating.desc().nulls_last(), Product.id)
        )
        with sessions() as session:
            total = session.scalar(select(func.count()).select_from(Product).where(*wanted)) or 0
            found = list(session.scalars(query.offset(offset).limit(limit)))
        return ShopProducts(
            products=[ShopProduct(**_facts(product)) for product in found], total=total
        )

    @routes.get("/products/{product_id:path}", responses=problems(404, 422))
    def read_product(product_id: str) -> ShopProductPage:
        """Everything about one product."""
        with sessions() as session:
            # NUL and the like are in no id, and PostgreSQL refuses to look for them.
            product = session.get(Product, product_id) if product_id.isprintable() else None
            if product is None or not product.active:
                raise NotFound("The shop has no such product.")
            reviews = session.scalars(
                select(Review)
                .where(Review.product_id == product.id)
                .order_by(Review.created_at.desc(), Review.id)
                .limit(MOST_REVIEWS)
            )
            return ShopProductPage(
                **_facts(product),
                description=product.description,
                attributes=_attributes(product),
                reviews=[
                    ShopReview.model_validate(review, from_attributes=True) for review in reviews
                ],
                stock=product.stock,
            )

    return routes


def _matching(*, category: str | None, q: str | None) -> list[ColumnElement[bool]]:
    """Every word of the query somewhere in the product."""
    wanted: list[ColumnElement[bool]] = []
    if category:
        name = category.strip().lower()
        wanted.append(or_(Product.category == name, Product.product_type == name))
    places = (
        Product.title,
        Product.brand,
        Product.category,
        Product.product_type,
        Product.color,
        Product.description,
        cast(Product.attributes, String),
    )
    wanted.extend(
        or_(*(place.icontains(word, autoescape=True) for place in places))
        for word in (q or "").split()[:MOST_WORDS]
    )
    return wanted


def _facts(product: Product) -> dict[str, Any]:
    card = cards.make_card(product)
    return {
        "id": product.id,
        "product_type": product.product_type,
        **card.model_dump(exclude={"product_id", "url", "reason"}),
        "image_url": safe_address(product.image_url) or PLACEHOLDER,
    }


def _attributes(product: Product) -> dict[str, str | list[str]]:
    own = {"color": product.color, "size": product.size, "material": product.material}
    return {name: value for name, value in own.items() if value} | {
        name: [str(item) for item in value] if isinstance(value, list) else str(value)
        for name, value in product.attributes.items()
        if value not in (None, "", [])
    }
