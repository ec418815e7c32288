"""From the cart to the shop's own checkout."""

from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from shop.behaviour import record_step
from shop.cart import Contents, find_cart, hold_cart, read_cart
from shop.shop_requests import file_request
from shop.shopper import Shopper


def check_out(session: Session, *, shopper: Shopper, webhook: bool) -> Contents:
    """Begin the checkout of the open cart; with a webhook the shop is asked to take it on.

    Args:
        webhook: whether the shop's own system is told. Then the cart is `requested`, and what is
            put in next goes into a new one.

    Returns:
        The cart as it stands after that. Nothing happens to one that is empty, or that holds more
        of something than there is: see `Contents.lacking`.
    """
    cart = hold_cart(session, shopper)
    contents = find_cart(session, conversation_id=shopper.session_id)
    if contents.id is None or not contents.lines or contents.lacking:
        return contents
    items = [line.item for line in contents.lines]
    record_step(session, "begin_checkout", shopper=shopper, items=items)
    if not webhook:
        return contents
    file_request(
        session,
        kind="cart.checkout",
        data=_request_data(contents, contents.id),
        conversation_id=shopper.session_id,
        customer_id=shopper.customer_id,
        webhook=True,
    )
    cart.state = "requested"
    session.flush()
    return read_cart(session, contents.id) or contents


def checkout_address(template: str, cart_id: str) -> str:
    """The page where this cart is paid for.

    Args:
        template: the setting CHECKOUT_URL, with `{cart_id}` where the id belongs.
    """
    return template.replace("{cart_id}", quote(cart_id, safe=""))


def _request_data(cart: Contents, cart_id: str) -> dict[str, Any]:
    return {
        "cart_id": cart_id,
        "lines": [
            {
                "product_id": line.product.id,
                "quantity": line.quantity,
                "price": {"amount": str(line.product.price), "currency": line.product.currency},
            }
            for line in cart.lines
        ],
        "total": [
            {"amount": str(total), "currency": currency} for currency, total in cart.totals.items()
        ],
    }
