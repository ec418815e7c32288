"""What a shopper corrects or forgets of what the shop knows about them.

Steps that are forgotten stay in the shop's counts, but nobody can tell any more whose they were.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from common.errors import BadRequest, NotFound
from db.tables.behaviour import Event
from db.tables.catalog import Product
from db.tables.portrait import PortraitNote
from shop.alerts import unsubscribe
from shop.behaviour import Item, record_step
from shop.portrait import LIKING, LOOKING, TAKING, Change, Line, Topic, draw_portrait
from shop.portrait_notes import is_theirs
from shop.shopper import Shopper

LONGEST = 40


class UnknownLine(NotFound):
    """Nothing like it is known about this shopper."""

    code = "unknown_line"


class CannotChange(BadRequest):
    """A line of this kind cannot be changed so."""

    code = "cannot_change"


def change_portrait(
    session: Session,
    *,
    shopper: Shopper,
    topic: Topic,
    key: str,
    change: Change,
    value: str | None = None,
) -> None:
    """Do with one line what the shopper wants.

    Args:
        value: takes the line's place where it is corrected.

    Raises:
        UnknownLine: there is no such line.
        CannotChange: this cannot be done with it.
    """
    lines = draw_portrait(session, shopper=shopper).lines
    line = next((one for one in lines if one.topic == topic and one.key == key), None)
    if line is None:
        raise UnknownLine("Nothing like it is known about you (any more).")
    value = (value or "").strip()
    if change not in line.changes or (change == "correct") != bool(value):
        raise CannotChange(f"A line about {topic} takes: {', '.join(line.changes)}.")
    if len(value) > LONGEST:
        raise CannotChange(f"What stands there may have {LONGEST} characters.")
    _forget(session, line, shopper=shopper)
    if change == "avoid":
        _note(session, shopper, topic=topic, value=key)
    elif change == "correct":
        _note(session, shopper, topic=topic, value=value, category=key.partition("/")[0])
    elif change == "like" and line.product is not None:
        item = Item(line.product.id, line.product.price, 1)
        record_step(session, "add_to_wishlist", shopper=shopper, items=[item])


def _forget(session: Session, line: Line, *, shopper: Shopper) -> None:
    match line.topic:
        case "category":
            _detach(session, shopper, goods=Product.category == line.key)
        case "brand":
            _detach(session, shopper, goods=func.lower(Product.brand) == line.key.lower())
        case "size":
            category, _, size = line.key.partition("/")
            _drop_notes(session, shopper, topic="size", value=size, category=category)
            sized = (Product.category == category) & (Product.size == size)
            _detach(session, shopper, goods=sized, names=TAKING)
        case "avoided":
            topic, _, value = line.key.partition(":")
            _drop_notes(session, shopper, topic=topic, value=value)
        case "alert":
            unsubscribe(session, line.key, shopper=shopper)
        case "liked" | "disliked":
            _detach(session, shopper, goods=Product.id == line.key, names=LIKING)
        case "viewed":
            _detach(session, shopper, goods=Product.id == line.key, names=LOOKING)
        case "bought":
            _detach(session, shopper, goods=Product.id == line.key)


def _detach(
    session: Session,
    shopper: Shopper,
    *,
    goods: ColumnElement[bool],
    names: Sequence[str] = (),
) -> None:
    """Take the shopper off their steps with these goods; with no names, off all of them."""
    theirs = [
        is_theirs(shopper, Event.customer_id, Event.session_id),
        Event.product_id.in_(select(Product.id).where(goods)),
        *([Event.name.in_(names)] if names else []),
    ]
    session.execute(
        update(Event)
        .where(*theirs)
        .values(customer_id=None, session_id=None)
        .execution_options(synchronize_session=False)
    )


def _note(
    session: Session, shopper: Shopper, *, topic: str, value: str, category: str | None = None
) -> None:
    whose = (
        {"session_id": shopper.session_id}
        if shopper.customer_id is None
        else {"customer_id": shopper.customer_id}
    )
    session.add(PortraitNote(**whose, topic=topic, value=value, category=category))
    session.flush()


def _drop_notes(session: Session, shopper: Shopper, **about: Any) -> None:
    theirs = is_theirs(shopper, PortraitNote.customer_id, PortraitNote.session_id)
    session.execute(
        delete(PortraitNote)
        .where(theirs)
        .filter_by(**about)
        .execution_options(synchronize_session=False)
    )
