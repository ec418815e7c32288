"""What the shop knows about a shopper, as they may see it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.behaviour import WANTING, Step, recent_events
from db.tables.alerts import Alert
from db.tables.catalog import Product
from db.tables.orders import Order
from db.tables.portrait import PortraitNote
from shop.portrait_notes import find_notes
from shop.shopper import Shopper

Topic = Literal[
    "category", "brand", "size", "liked", "disliked", "avoided", "alert", "viewed", "bought"
]
# What may be done with a line besides forgetting it.
Change = Literal["forget", "avoid", "like", "correct"]
CHANGES: dict[Topic, tuple[Change, ...]] = {
    "category": ("avoid", "forget"),
    "brand": ("avoid", "forget"),
    "size": ("correct", "forget"),
    "liked": ("forget",),
    "disliked": ("like", "forget"),
    "avoided": ("forget",),
    "alert": ("forget",),
    "viewed": ("forget",),
    "bought": ("forget",),
}
LIKING = ("add_to_wishlist", "dislike_item")
TAKING = ("add_to_cart", "purchase")
LOOKING = ("view_item", "select_item")
# As far back as a line is told; what lies behind counts for next to nothing in a ranking.
LOOKED_BACK = 500
_MOST = 12
_MOST_TASTES = 5
# One look at a brand is chance.
_FEWEST_STEPS = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One thing known.

    Attributes:
        key: names it among those of its topic.
        name: as the shopper reads it.
        product: the one it is about, if it is about one.
        at: when it was last so.
    """

    topic: Topic
    key: str
    name: str
    product: Product | None = None
    at: datetime | None = None

    @property
    def changes(self) -> tuple[Change, ...]:
        """What the shopper may do with it."""
        return CHANGES[self.topic]


@dataclass(frozen=True, slots=True)
class Portrait:
    """All that is stored of a shopper beside what they wrote.

    Attributes:
        orders: how many are theirs; 0 for guests, whose orders nobody knows.
    """

    lines: list[Line]
    orders: int

    def names(self, topic: Topic) -> list[str]:
        """What is known under this topic."""
        return [line.name for line in self.lines if line.topic == topic]


def draw_portrait(session: Session, *, shopper: Shopper) -> Portrait:
    """Read what is stored of this customer and this conversation."""
    steps = recent_events(
        session,
        customer_id=shopper.customer_id,
        session_id=shopper.session_id,
        limit=LOOKED_BACK,
    )
    alerts = _find_alerts(session, shopper)
    goods = _find_goods(session, [*(step.product_id for step in steps), *alerts])
    notes = find_notes(session, shopper=shopper)
    lines = [
        *_tastes(steps, goods),
        *_sizes(steps, goods, notes),
        *_likings(steps, goods),
        *(
            Line("avoided", f"{note.topic}:{note.value}", note.value, at=note.created_at)
            for note in notes
            if note.topic != "size"
        ),
        *(Line("alert", key, goods[key].title, goods[key]) for key in alerts if key in goods),
        *_things_done(steps, goods, topic="viewed", names=LOOKING),
        *_things_done(steps, goods, topic="bought", names=("purchase",)),
    ]
    return Portrait(lines=lines, orders=_count_orders(session, shopper))


def size_key(category: str, size: str) -> str:
    """The key of a size: 42 of shoes is not 42 of jackets."""
    return f"{category}/{size}"


def standing_dislikes(
    session: Session, product_ids: Sequence[str], *, shopper: Shopper
) -> list[str]:
    """Those of the products that the shopper still does not care for."""
    steps = recent_events(
        session,
        customer_id=shopper.customer_id,
        session_id=shopper.session_id,
        limit=LOOKED_BACK,
    )
    said = _last_said(steps)
    return [one for one in product_ids if one in said and said[one].name == "dislike_item"]


def _find_goods(session: Session, ids: Iterable[str]) -> dict[str, Product]:
    # Retired goods too: what somebody bought stays known.
    found = session.scalars(select(Product).where(Product.id.in_(set(ids))))
    return {product.id: product for product in found}


def _tastes(steps: Sequence[Step], goods: dict[str, Product]) -> list[Line]:
    wanted = [goods[s.product_id] for s in steps if s.name in WANTING and s.product_id in goods]
    kinds = Counter(product.category for product in wanted if product.category)
    brands = Counter(product.brand for product in wanted if product.brand)
    return [
        *(Line("category", kind, kind) for kind, _ in kinds.most_common(_MOST_TASTES)),
        *(
            Line("brand", brand, brand)
            for brand, count in brands.most_common(_MOST_TASTES)
            if count >= _FEWEST_STEPS
        ),
    ]


def _sizes(
    steps: Sequence[Step], goods: dict[str, Product], notes: Sequence[PortraitNote]
) -> list[Line]:
    """What they said first, then what they took."""
    sizes = {(note.category or "", note.value): note.created_at for note in notes if note.category}
    told = {category for category, _ in sizes}
    for step in steps:
        product = goods.get(step.product_id)
        if step.name in TAKING and product and product.size and product.category not in told:
            sizes.setdefault((product.category, product.size), step.occurred_at)
    return [
        Line("size", size_key(category, size), f"{size} ({category})", at=at)
        for (category, size), at in sizes.items()
    ]


def _likings(steps: Sequence[Step], goods: dict[str, Product]) -> list[Line]:
    return [
        Line(
            "liked" if step.name == "add_to_wishlist" else "disliked",
            step.product_id,
            goods[step.product_id].title,
            goods[step.product_id],
            step.occurred_at,
        )
        for step in _last_said(steps).values()
        if step.product_id in goods
    ]


def _last_said(steps: Sequence[Step]) -> dict[str, Step]:
    """The last word on each product; steps come newest first."""
    said: dict[str, Step] = {}
    for step in steps:
        if step.name in LIKING:
            said.setdefault(step.product_id, step)
    return said


def _things_done(
    steps: Sequence[Step], goods: dict[str, Product], *, topic: Topic, names: Sequence[str]
) -> list[Line]:
    done: dict[str, Step] = {}
    for step in steps:
        if step.name in names and step.product_id in goods:
            done.setdefault(step.product_id, step)
    return [
        Line(topic, key, goods[key].title, goods[key], step.occurred_at)
        for key, step in list(done.items())[:_MOST]
    ]


def _find_alerts(session: Session, shopper: Shopper) -> list[str]:
    wishes = select(Alert.product_id).where(
        Alert.conversation_id == shopper.session_id, Alert.told_at.is_(None)
    )
    return list(session.scalars(wishes))


def _count_orders(session: Session, shopper: Shopper) -> int:
    if shopper.customer_id is None:
        return 0
    theirs = select(func.count()).where(Order.customer_id == shopper.customer_id)
    return session.scalar(theirs) or 0
