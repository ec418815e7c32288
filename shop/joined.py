"""A guest turns out to be a customer: what they did, asked and chose counts as the customer's."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.tables.alerts import Alert
from db.tables.behaviour import Event
from db.tables.conversations import Conversation
from db.tables.orders import Cart
from db.tables.recommendations import Ranking
from shop.cart import add_product, hold_cart
from shop.shopper import Shopper


def hand_conversation_on(
    session: Session, guest_conversation: str, *, to: str, customer_id: str
) -> None:
    """Let a customer's conversation go on where a guest's ended.

    Args:
        guest_conversation: keeps its messages, and belongs to the customer from now on.
        to: gets the goods of the guest's cart, and tells what the guest asked to be told.
    """
    here = Conversation.id == guest_conversation
    session.execute(update(Conversation).where(here).values(customer_id=customer_id))
    for table in (Event, Ranking):
        session.execute(
            update(table)
            .where(table.session_id == guest_conversation, table.customer_id.is_(None))
            .values(customer_id=customer_id)
            .execution_options(synchronize_session=False)
        )
    _move_cart(session, guest_conversation, to=to, customer_id=customer_id)
    _move_alerts(session, guest_conversation, to=to, customer_id=customer_id)


def _move_cart(session: Session, guest_conversation: str, *, to: str, customer_id: str) -> None:
    query = select(Cart).where(Cart.conversation_id == guest_conversation, Cart.state == "open")
    cart = session.scalars(query).one_or_none()
    if cart is None or not cart.lines:
        return
    shopper = Shopper(session_id=to, customer_id=customer_id)
    hold_cart(session, shopper)
    for line in list(cart.lines):
        add_product(session, line.product_id, shopper=shopper, quantity=line.quantity)
    cart.lines.clear()
    cart.state = "abandoned"


def _move_alerts(session: Session, guest_conversation: str, *, to: str, customer_id: str) -> None:
    # Asked in both is asked once.
    there = select(Alert.product_id).where(Alert.conversation_id == to, Alert.told_at.is_(None))
    still_open = (Alert.conversation_id == guest_conversation, Alert.told_at.is_(None))
    session.execute(
        delete(Alert)
        .where(*still_open, Alert.product_id.in_(there))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Alert)
        .where(*still_open)
        .values(conversation_id=to, customer_id=customer_id)
        .execution_options(synchronize_session=False)
    )
