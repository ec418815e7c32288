import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from db.engine import session_factory
from db.tables.behaviour import Event
from db.tables.catalog import Product
from db.tables.conversations import Conversation
from db.tables.orders import Cart, CartLine
from shop import cart
from shop.cart import Contents, add_product, find_cart, read_cart, set_quantity
from shop.shopper import Shopper
from tests.builders import a_customer, a_product

MAYA = Shopper(session_id="talk", customer_id="maya", country="DE")


@pytest.fixture
def shop(session: Session) -> Session:
    """A mug of which there are three, a rug without end, and a lamp that is sold out."""
    session.add(a_customer(id="maya"))
    session.add(Conversation(id="talk", channel="web", customer_id="maya"))
    session.add_all(
        [
            a_product(id="mug", title="Mug", price=Decimal("12.50"), stock=3),
            a_product(id="rug", title="Rug", price=Decimal(80), stock=None),
            a_product(id="lamp", title="Lamp", price=Decimal(40), availability="out_of_stock"),
        ]
    )
    session.commit()
    return session


def in_cart(session: Session) -> dict[str, int]:
    return quantities(find_cart(session, conversation_id="talk"))


def quantities(contents: Contents) -> dict[str, int]:
    return {line.product.id: line.quantity for line in contents.lines}


def steps(session: Session) -> list[tuple[str, str | None, int | None]]:
    events = session.scalars(select(Event).order_by(Event.id))
    return [(event.name, event.product_id, event.quantity) for event in events]


def test_a_conversation_begins_without_a_cart(shop: Session) -> None:
    assert find_cart(shop, conversation_id="talk") == Contents()


def test_the_same_product_again_makes_one_line(shop: Session) -> None:
    add_product(shop, "mug", shopper=MAYA)
    change = add_product(shop, "mug", shopper=MAYA, quantity=2)
    assert (change.before, change.after, change.limit) == (1, 3, None)
    assert in_cart(shop) == {"mug": 3}


def test_no_more_goes_in_than_there_is(shop: Session) -> None:
    change = add_product(shop, "mug", shopper=MAYA, quantity=5)
    assert (change.after, change.limit) == (3, "stock")
    assert add_product(shop, "mug", shopper=MAYA).limit == "stock"
    assert in_cart(shop) == {"mug": 3}


def test_what_is_sold_out_does_not_go_in(shop: Session) -> None:
    change = add_product(shop, "lamp", shopper=MAYA)
    assert (change.after, change.limit) == (0, "sold_out")
    assert in_cart(shop) == {}
    assert steps(shop) == []


@pytest.mark.parametrize("availability", ["preorder", "backorder"])
def test_what_comes_later_can_be_had(shop: Session, availability: str) -> None:
    shop.add(a_product(id="soon", availability=availability, stock=0))
    shop.flush()
    assert add_product(shop, "soon", shopper=MAYA, quantity=2).after == 2


def test_ninety_nine_pieces_of_one_thing_are_the_most(shop: Session) -> None:
    change = add_product(shop, "rug", shopper=MAYA, quantity=1000)
    assert (change.after, change.limit) == (99, "pieces")


def test_fifty_lines_are_the_most(shop: Session) -> None:
    shop.add_all(a_product(id=f"n{number}") for number in range(51))
    shop.flush()
    changes = [add_product(shop, f"n{number}", shopper=MAYA) for number in range(51)]
    assert [change.limit for change in changes] == [None] * 50 + ["lines"]
    assert add_product(shop, "n0", shopper=MAYA).after == 2


def test_the_quantity_is_set_and_nothing_is_taken_out(shop: Session) -> None:
    add_product(shop, "rug", shopper=MAYA, quantity=4)
    assert set_quantity(shop, "rug", shopper=MAYA, quantity=2).before == 4
    assert in_cart(shop) == {"rug": 2}
    set_quantity(shop, "rug", shopper=MAYA, quantity=0)
    assert in_cart(shop) == {}


def test_fewer_is_granted_even_where_too_many_were_in(shop: Session) -> None:
    add_product(shop, "mug", shopper=MAYA, quantity=3)
    stock(shop, "mug", 1)
    change = set_quantity(shop, "mug", shopper=MAYA, quantity=2)
    assert (change.after, change.limit) == (2, None)
    (lacking,) = find_cart(shop, conversation_id="talk").lacking
    assert (lacking.quantity, lacking.left) == (2, 1)


def test_the_total_is_at_todays_prices_and_the_line_knows_the_old_one(shop: Session) -> None:
    add_product(shop, "rug", shopper=MAYA, quantity=2)
    add_product(shop, "mug", shopper=MAYA)
    shop.get_one(Product, "rug").price = Decimal(70)
    shop.flush()
    contents = find_cart(shop, conversation_id="talk")
    assert contents.totals == {"USD": Decimal("152.50")}
    assert [line.price_then for line in contents.lines] == [Decimal(80), Decimal("12.50")]


def test_what_is_no_longer_sold_stays_visible_but_is_not_counted(shop: Session) -> None:
    add_product(shop, "rug", shopper=MAYA)
    add_product(shop, "mug", shopper=MAYA)
    shop.get_one(Product, "rug").active = False
    shop.flush()
    contents = find_cart(shop, conversation_id="talk")
    assert contents.totals == {"USD": Decimal("12.50")}
    assert [line.product.id for line in contents.lacking] == ["rug"]


def test_every_change_is_behaviour(shop: Session) -> None:
    add_product(shop, "rug", shopper=MAYA, quantity=3, ranking_id="r1")
    set_quantity(shop, "rug", shopper=MAYA, quantity=1)
    set_quantity(shop, "rug", shopper=MAYA, quantity=1)
    set_quantity(shop, "rug", shopper=MAYA, quantity=0)
    assert steps(shop) == [
        ("add_to_cart", "rug", 3),
        ("remove_from_cart", "rug", 2),
        ("remove_from_cart", "rug", 1),
    ]
    first = shop.scalars(select(Event).order_by(Event.id)).first()
    assert first is not None
    assert (first.customer_id, first.session_id, first.country) == ("maya", "talk", "DE")
    assert (first.price, first.ranking_id) == (Decimal(80), "r1")


def test_a_cart_is_found_by_its_id_alone(shop: Session) -> None:
    add_product(shop, "rug", shopper=MAYA)
    cart_id = find_cart(shop, conversation_id="talk").id
    assert cart_id is not None
    found = read_cart(shop, cart_id)
    assert found is not None
    assert quantities(found) == {"rug": 1}
    assert read_cart(shop, "another") is None
    assert read_cart(shop, "nul\x00") is None


def test_a_cart_that_was_handed_in_is_followed_by_a_new_one(shop: Session) -> None:
    add_product(shop, "rug", shopper=MAYA)
    cart.hold_cart(shop, MAYA).state = "requested"
    shop.flush()
    add_product(shop, "mug", shopper=MAYA)
    assert in_cart(shop) == {"mug": 1}
    assert quantities(find_cart(shop, conversation_id="talk", state="requested")) == {"rug": 1}


def test_turns_at_once_share_one_cart_and_lose_nothing(database: Engine, shop: Session) -> None:
    sessions = session_factory(database)

    def add(product_id: str) -> None:
        with sessions.begin() as session:
            add_product(session, product_id, shopper=MAYA)

    at_once([lambda: add("rug"), lambda: add("mug")] * 6)
    assert in_cart(shop) == {"rug": 6, "mug": 3}
    assert shop.scalar(select(func.count()).select_from(Cart)) == 1
    assert shop.scalar(select(func.count()).select_from(CartLine)) == 2


def at_once(tasks: list[Callable[[], None]]) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[], None]) -> None:
        start.wait()
        try:
            task()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def stock(session: Session, product_id: str, pieces: int) -> None:
    session.get_one(Product, product_id).stock = pieces
    session.flush()
