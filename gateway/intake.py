"""Behaviour and reviews on their way into the database."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from common.errors import BadRequest
from db.purchases import ORDERED, Record, ToldPurchases, complete_told
from db.tables.behaviour import Event
from db.tables.catalog import Product, Review
from gateway.event_wire import ShopEvent
from gateway.speaker import Speaker
from shop import identity


def store_events(session: Session, events: Iterable[ShopEvent], *, speaker: Speaker | None) -> None:
    """Store events, a row for each product of each; a purchase that was told before, once.

    Args:
        speaker: the shopper all of them belong to; None where each names its own.
    """
    rows = _without_told(session, [_rows(event, speaker) for event in events])
    if rows:
        session.execute(insert(Event), rows)


def store_review(session: Session, event: ShopEvent, *, customer_id: str, locale: str) -> None:
    """Store what a buyer wrote and let it count in the product's rating.

    Raises:
        BadRequest: there is no such product, or this customer has reviewed it before.
    """
    product_id = event.items[0].item_id
    if session.get(Product, product_id) is None:
        raise BadRequest("items.0.item_id: no such product to review")
    mine = (Review.product_id == product_id, Review.customer_id == customer_id)
    if session.scalar(select(func.count()).select_from(Review).where(*mine)):
        raise BadRequest("review: this customer has reviewed this product before")
    author = identity.recognise(session, customer_id, locale=locale)
    rating = event.rating or 0
    session.add(
        Review(
            product_id=product_id,
            customer_id=author.id,
            rating=rating,
            text=event.text or "",
            author=author.name,
            created_at=event.timestamp,
        )
    )
    total = func.coalesce(Product.rating, 0) * Product.rating_count + rating
    session.execute(
        update(Product)
        .where(Product.id == product_id)
        .values(rating=total / (Product.rating_count + 1.0), rating_count=Product.rating_count + 1)
        # The product at hand is not read again.
        .execution_options(synchronize_session=False)
    )
    session.flush()


def _without_told(session: Session, events: list[list[Record]]) -> list[Record]:
    told = ToldPurchases(session, chain.from_iterable(events))
    new: list[Record] = []
    found: list[tuple[int, Record]] = []
    for rows in events:
        lines: Counter[str] = Counter()
        for row in rows:
            lines[row["product_id"]] += 1
            event = told.find_or_add(row, nth=lines[row["product_id"]])
            if event is None:
                new.append(row)
            else:
                found.append((event, row))
    complete_told(session, found)
    return new


def _rows(event: ShopEvent, speaker: Speaker | None) -> list[Record]:
    common = {
        "name": event.name,
        "occurred_at": event.timestamp,
        "customer_id": speaker.customer_id if speaker else event.customer_id,
        "session_id": speaker.conversation_id if speaker else None,
        "search_term": event.search_term,
        "rating": event.rating,
        "ranking_id": event.ranking_id,
        "order_id": event.transaction_id if event.name in ORDERED else None,
        "country": event.country or (speaker.country if speaker else None),
        "region": event.around,
    }
    if not event.items:
        return [{**common, "product_id": None, "price": None, "quantity": None}]
    return [
        {**common, "product_id": item.item_id, "price": item.price, "quantity": item.quantity}
        for item in event.items
    ]
