"""The chat's cart for pages: the shopper's own, and the demo shop's checkout page."""

from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session, sessionmaker

from common.errors import NotFound
from gateway import wire
from gateway.admission import Admission
from gateway.pictures import PLACEHOLDER, safe_address
from gateway.problems import problems
from gateway.speaker import Speaker
from shop.cards import make_card
from shop.cart import Contents, Line, find_cart, read_cart
from shop.money import CENT


class CartLine(BaseModel):
    """One product in the cart, at today's price."""

    product_id: str
    title: str
    category: str
    quantity: int
    price: wire.Amount = Field(description="Of one piece.")
    image_url: str
    url: str
    left: int = Field(description="How many can be had; 0 where it is sold out.")


class Cart(BaseModel):
    """A cart as it stands; without an id where nothing was put in yet."""

    cart_id: str | None
    state: Literal["open", "requested", "confirmed", "refused", "abandoned"]
    lines: list[CartLine]
    total: wire.Amount = Field(description="Of what can be had, in the currency of the first line.")


def cart_routes(
    *, admission: Admission, sessions: sessionmaker[Session], currency: str
) -> APIRouter:
    """The routes /api/chat/cart and /api/demo/carts.

    Args:
        currency: of an empty cart's total.
    """
    routes = APIRouter(prefix="/api")

    @routes.get("/chat/cart", tags=["chat"], responses=problems(401))
    def read_own_cart(speaker: Annotated[Speaker, Depends(admission.acting)]) -> Cart:
        """The open cart of this conversation."""
        with sessions() as session:
            contents = find_cart(session, conversation_id=speaker.conversation_id)
        return _on_the_wire(contents, currency=currency)

    @routes.get("/demo/carts/{cart_id}", tags=["demo"], responses=problems(404, 422))
    def read_demo_cart(cart_id: str) -> Cart:
        """A cart by its id, which nobody can guess: whoever was given it may see it."""
        with sessions() as session:
            contents = read_cart(session, cart_id)
        if contents is None:
            raise NotFound("There is no such cart.")
        return _on_the_wire(contents, currency=currency)

    return routes


def _on_the_wire(cart: Contents, *, currency: str) -> Cart:
    if cart.lines:
        currency = cart.lines[0].product.currency
    return Cart.model_validate(
        {
            "cart_id": cart.id,
            "state": cart.state,
            "lines": [_line(line) for line in cart.lines],
            "total": _amount(cart.totals.get(currency, Decimal(0)), currency),
        }
    )


def _line(line: Line) -> CartLine:
    card = make_card(line.product)
    return CartLine(
        product_id=card.product_id,
        title=card.title,
        category=card.category,
        quantity=line.quantity,
        price=wire.Amount(**card.price.model_dump()),
        image_url=safe_address(card.image_url) or PLACEHOLDER,
        url=safe_address(card.url) or f"/products/{quote(card.product_id, safe='')}",
        left=line.left,
    )


def _amount(total: Decimal, currency: str) -> wire.Amount:
    return wire.Amount(amount=str(total.quantize(CENT)), currency=currency)
