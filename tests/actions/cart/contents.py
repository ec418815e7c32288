"""Looking into the cart of a rehearsal, and at what the shop does to its goods meanwhile."""

from db.tables.catalog import Product
from shop.cart import find_cart
from tests.actions.rehearsal import Answer, Rehearsal

MUGS = "[mugs](category:mug)"


def in_cart(chat: Rehearsal) -> dict[str, int]:
    with chat.services.sessions() as session:
        lines = find_cart(session, conversation_id="t").lines
    return {line.product.id: line.quantity for line in lines}


def change_product(chat: Rehearsal, product_id: str, **values: object) -> None:
    with chat.services.sessions.begin() as session:
        product = session.get_one(Product, product_id)
        for name, value in values.items():
            setattr(product, name, value)


def titles(answer: Answer) -> list[str]:
    return list(answer.buttons)
