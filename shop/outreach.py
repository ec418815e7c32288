"""What the shop writes unasked: to those who wanted it, once, by day, and not too often."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, exists, func, literal, select
from sqlalchemy.orm import Session

from db.tables.alerts import Alert
from db.tables.base import now
from db.tables.conversations import Conversation
from db.tables.orders import Cart, CartLine, Order
from db.tables.outreach import OutreachNotice, OutreachPreference
from db.tables.shop_requests import ShopRequest
from db.tables.telegram import TelegramChat
from shop.alerts import News, take_news
from shop.outreach_wishes import Topic, name_order, name_subject, note_told, read_wishes

MOST_A_DAY = 3
# A cart counts as left once nothing was done with it for so long, and as forgotten in the end.
LEFT_AFTER, FORGOTTEN_AFTER = timedelta(hours=20), timedelta(days=7)
# Older orders have no news: they were imported.
RECENT_ORDERS = timedelta(days=90)
# A page that nobody has opened for so long is not where they are reached; their next visit is.
AWAY_AFTER = timedelta(days=7)
_TOLD_STATUSES = ("paid", "shipped", "delivered", "cancelled", "returned", "refunded")
_MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class OrderNews:
    """An order has come a step further."""

    conversation_id: str
    order_id: str
    status: str


@dataclass(frozen=True, slots=True)
class LeftCart:
    """A cart that waits, and what is in it."""

    conversation_id: str
    cart_id: str
    product_ids: tuple[str, ...]


Notice = News | OrderNews | LeftCart


def take_notices(
    session: Session, *, moment: datetime | None = None, most_a_day: int = MOST_A_DAY
) -> Sequence[Notice]:
    """What is to be told now, each handed out once: whoever takes them tells them.

    Quiet hours and the daily limit put things off; two processes that look at once do not take
    the same.
    """
    outreach = _Outreach(session, moment or now(), most_a_day)
    return [
        *outreach.take_alerts(),
        *outreach.take_orders(),
        *outreach.take_carts(),
    ]


class _Outreach:
    """One look at one moment."""

    def __init__(self, session: Session, moment: datetime, most_a_day: int) -> None:
        self._session = session
        self._moment = moment
        self._most_a_day = most_a_day

    def take_alerts(self) -> Iterator[Notice]:
        told = take_news(self._session, limit=_MOST_AT_ONCE, may_tell=self._may_tell_alert)
        for news in told:
            alert = self._session.get_one(Alert, news.alert_id)
            place = self._place(alert.customer_id, alert.conversation_id) or news.conversation_id
            yield News(place, news.kind, news.product, was=news.was, alert_id=news.alert_id)

    def take_orders(self) -> Iterator[Notice]:
        told = literal("order:") + Order.id + literal(":") + Order.status
        asked_for = exists().where(
            ShopRequest.subject == Order.id,
            ShopRequest.state == "confirmed",
            ShopRequest.kind.in_(("order.cancel", "order.return")),
        )
        query = (
            select(Order)
            .join(
                OutreachPreference,
                OutreachPreference.subject == literal("customer:") + Order.customer_id,
            )
            .where(
                OutreachPreference.orders_since.is_not(None),
                Order.status.in_(_TOLD_STATUSES),
                Order.created_at > self._moment - RECENT_ORDERS,
                ~exists().where(OutreachNotice.key == told),
                # What they asked for themselves they were told when it was decided.
                ~(Order.status.in_(("cancelled", "returned")) & asked_for),
            )
            .order_by(Order.updated_at, Order.id)
            .limit(_MOST_AT_ONCE)
        )
        for order in self._session.scalars(query).all():
            place = self._place(order.customer_id, None)
            key = name_order(order.id, order.status)
            if place and self._take(key, "orders", order.customer_id, place):
                yield OrderNews(place, order.id, order.status)

    def take_carts(self) -> Iterator[Notice]:
        subject = case(
            (
                Conversation.customer_id.is_not(None),
                literal("customer:") + Conversation.customer_id,
            ),
            else_=literal("conversation:") + Conversation.id,
        )
        query = (
            select(Cart, Conversation.customer_id)
            .join(Conversation, Conversation.id == Cart.conversation_id)
            .join(OutreachPreference, OutreachPreference.subject == subject)
            .where(
                OutreachPreference.carts_since.is_not(None),
                Cart.state == "open",
                Cart.updated_at < self._moment - LEFT_AFTER,
                Cart.updated_at > self._moment - FORGOTTEN_AFTER,
                exists().where(CartLine.cart_id == Cart.id),
                ~exists().where(OutreachNotice.key == literal("cart:") + Cart.id),
            )
            .order_by(Cart.updated_at)
            .limit(_MOST_AT_ONCE)
        )
        for cart, customer_id in self._session.execute(query).all():
            # In another conversation it could not be paid for.
            here = str(cart.conversation_id)
            if self._take(f"cart:{cart.id}", "carts", customer_id, here):
                goods = tuple(line.product_id for line in cart.lines)
                yield LeftCart(here, cart.id, goods)

    def _may_tell_alert(self, alert: Alert) -> bool:
        place = self._place(alert.customer_id, alert.conversation_id)
        here = place or alert.conversation_id
        return self._take(f"alert:{alert.id}", "alerts", alert.customer_id, here)

    def _take(self, key: str, topic: Topic, customer_id: str | None, place: str) -> bool:
        """Whether this is to be told now, by us."""
        subject = name_subject(conversation_id=place, customer_id=customer_id)
        wishes = read_wishes(self._session, subject)
        if not wishes.wants(topic) or wishes.is_quiet(self._moment):
            return False
        today = self._session.scalar(
            select(func.count())
            .select_from(OutreachNotice)
            .where(
                OutreachNotice.subject == subject,
                OutreachNotice.created_at > self._moment - timedelta(days=1),
            )
        )
        if (today or 0) >= self._most_a_day:
            return False
        return note_told(
            self._session, key, subject=subject, conversation_id=place, moment=self._moment
        )

    def _place(self, customer_id: str | None, asked_in: str | None) -> str | None:
        """The conversation where they are reached: on Telegram, or where they were last."""
        if customer_id is None:
            return asked_in
        chat = (
            select(TelegramChat.conversation_id)
            .join(Conversation, Conversation.id == TelegramChat.conversation_id)
            .where(Conversation.customer_id == customer_id, TelegramChat.blocked_at.is_(None))
            .limit(1)
        )
        latest = (
            select(Conversation.id)
            .where(
                Conversation.customer_id == customer_id,
                Conversation.last_message_at > self._moment - AWAY_AFTER,
            )
            .order_by(Conversation.last_message_at.desc())
            .limit(1)
        )
        return self._session.scalar(chat) or self._session.scalar(latest) or asked_in
