"""The chat's cart, read by pages."""

from typing import Any

from shop.cart import add_product, find_cart
from shop.shopper import Shopper
from tests.builders import a_product
from tests.gateway.conftest import Chat, Gateway, on_sqlite


def fill(gateway: Gateway, chat: Chat, **pieces: int) -> str:
    """Put so many pieces of each product into the conversation's cart; its id comes back."""
    with gateway.sessions.begin() as session:
        for product_id, quantity in pieces.items():
            shopper = Shopper(session_id=chat.id)
            add_product(session, product_id, shopper=shopper, quantity=quantity)
        cart_id = find_cart(session, conversation_id=chat.id).id
    assert cart_id is not None
    return cart_id


def get(gateway: Gateway, path: str, **headers: str) -> Any:
    response = gateway.client.get(path, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


def test_a_shopper_sees_their_own_cart(gateway: Gateway) -> None:
    gateway.add(
        a_product(id="mug", title="Mug", category="kitchen", price="12.50", image_url="/m.png"),
        a_product(id="rug", title="Rug", price="80.00", stock=None),
    )
    chat, other = gateway.chat(), gateway.chat()
    cart_id = fill(gateway, chat, mug=2, rug=1)

    cart = get(gateway, "/api/chat/cart", **chat.headers)

    assert cart["cart_id"] == cart_id
    assert cart["total"] == {"amount": "105.00", "currency": "USD"}
    assert [line["product_id"] for line in cart["lines"]] == ["mug", "rug"]
    assert cart["lines"][0] == {
        "product_id": "mug",
        "title": "Mug",
        "category": "kitchen",
        "quantity": 2,
        "price": {"amount": "12.50", "currency": "USD"},
        "image_url": "/m.png",
        "url": "/products/mug",
        "left": 12,
    }
    assert get(gateway, "/api/chat/cart", **other.headers)["lines"] == []


@on_sqlite
def test_an_empty_cart_has_no_id(gateway: Gateway) -> None:
    assert get(gateway, "/api/chat/cart", **gateway.chat().headers) == {
        "cart_id": None,
        "state": "open",
        "lines": [],
        "total": {"amount": "0.00", "currency": "USD"},
    }


@on_sqlite
def test_the_cart_asks_for_a_token(gateway: Gateway) -> None:
    assert gateway.client.get("/api/chat/cart").status_code == 401
    wrong = {"Authorization": "Bearer nobody"}
    assert gateway.client.get("/api/chat/cart", headers=wrong).status_code == 401


def test_the_checkout_page_is_given_the_cart_by_its_id(gateway: Gateway) -> None:
    gateway.add(a_product(id="mug", price="12.50"))
    chat = gateway.chat()
    cart_id = fill(gateway, chat, mug=2)

    cart = get(gateway, f"/api/demo/carts/{cart_id}")

    assert cart == get(gateway, "/api/chat/cart", **chat.headers)


@on_sqlite
def test_an_unknown_cart_is_404(gateway: Gateway) -> None:
    for cart_id in ("never", "nul%00", "a%20b"):
        response = gateway.client.get(f"/api/demo/carts/{cart_id}")
        assert response.status_code == 404
        assert response.json()["error"] == "not_found"


@on_sqlite
def test_the_checkout_is_a_page_of_the_demo_shop(gateway: Gateway) -> None:
    (gateway.web_dist / "shop").mkdir(parents=True)
    (gateway.web_dist / "shop" / "index.html").write_text("<p>shop</p>")
    response = gateway.client.get("/checkout?cart=x")
    assert response.text == "<p>shop</p>"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
