"""What shoppers want known of themselves, and what a search makes of it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.tables.catalog import Product
from db.tables.portrait import PortraitNote
from shop import window
from shop.shopper import Shopper
from shop.wishes import Wishes


def is_theirs(
    shopper: Shopper,
    customer_id: InstrumentedAttribute[str | None],
    session_id: InstrumentedAttribute[str | None],
) -> ColumnElement[bool]:
    """Whether a row is this customer's or this conversation's."""
    own = session_id == shopper.session_id
    return own if shopper.customer_id is None else or_(customer_id == shopper.customer_id, own)


def find_notes(session: Session, *, shopper: Shopper) -> Sequence[PortraitNote]:
    """This shopper's, the newest first."""
    theirs = is_theirs(shopper, PortraitNote.customer_id, PortraitNote.session_id)
    return session.scalars(
        select(PortraitNote).where(theirs).order_by(PortraitNote.id.desc())
    ).all()


def leave_out(session: Session, wishes: Wishes, *, shopper: Shopper) -> Wishes:
    """The wishes without what the shopper never wants to see.

    Who asks for it by name gets it: a brand that is wished for is not left out, and a category only
    where no goods are named.
    """
    exclude = {field: list(values) for field, values in wishes.exclude.items()}
    named = {brand.lower() for brand in wishes.brand}
    for note in find_notes(session, shopper=shopper):
        if note.topic == "brand" and note.value.lower() not in named:
            exclude.setdefault("brand", []).append(note.value)
        elif note.topic == "category" and not wishes.kinds and wishes.like is None:
            exclude.setdefault("category", []).append(note.value)
    return wishes if exclude == wishes.exclude else wishes.with_changes(exclude=exclude)


def in_own_size(session: Session, wishes: Wishes, *, shopper: Shopper) -> Wishes:
    """A new search in the shopper's own size, where they have told it and there is any.

    Not for gifts, and not where the search has a size already.
    """
    if wishes.size or wishes.gift or wishes.recipient or not wishes.kinds:
        return wishes
    sizes = [note for note in find_notes(session, shopper=shopper) if note.topic == "size"]
    if not sizes:
        return wishes
    kinds = [kind.value.lower() for kind in wishes.kinds]
    categories = session.scalars(
        select(Product.category)
        .where(or_(Product.category.in_(kinds), Product.product_type.in_(kinds)))
        .distinct()
    ).all()
    own = [note.value for note in sizes if note.category in categories]
    sized = wishes.with_changes(size=own)
    return sized if own and window.is_there_any(session, sized, "size") else wishes
