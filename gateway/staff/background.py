"""What is known of a conversation's shopper: cart, orders, behaviour, what was shown, mood."""

from collections import defaultdict
from typing import Any, TypedDict

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.tables.behaviour import Event
from db.tables.catalog import Product
from db.tables.conversations import Conversation, Message
from db.tables.recommendations import Impression, Ranking
from gateway import wire as chat
from gateway.answers import Composer
from gateway.staff import card_wire
from nlu.wire import Sentiment
from shop.cart import find_cart
from shop.money import as_text
from shop.mood import next_mood
from shop.orders import latest_orders

MOST_ORDERS = 5
MOST_STEPS = 30
MOST_RANKINGS = 5
MOST_ITEMS = 8
MOST_MOODS = 60
_CLICKS = frozenset({"select_item", "view_item"})


class Known(TypedDict):
    """Those fields of a card."""

    page: card_wire.PageView | None
    cart: card_wire.CartView | None
    orders: list[card_wire.OrderView]
    behaviour: list[card_wire.Step]
    recommended: list[card_wire.RankingView]
    sentiment_curve: list[card_wire.MoodPoint]


class Background:
    """Reads it from the database; `composer` words the cards."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer

    def read(self, session: Session, conversation: Conversation) -> Known:
        """All that is known."""
        return Known(
            page=_page(session, conversation),
            cart=self._cart(session, conversation),
            orders=_orders(session, conversation),
            behaviour=self._behaviour(session, conversation),
            recommended=self._recommended(session, conversation),
            sentiment_curve=_moods(session, conversation),
        )

    def _cart(self, session: Session, conversation: Conversation) -> card_wire.CartView | None:
        contents = find_cart(session, conversation_id=conversation.id)
        if contents.id is None or not contents.lines:
            return None
        ids = [line.product.id for line in contents.lines]
        cards = {
            card.product_id: card
            for card in self._composer.chosen(session, ids, locale=conversation.locale)
        }
        return card_wire.CartView(
            id=contents.id,
            lines=[
                card_wire.CartEntry(
                    product=cards[line.product.id],
                    quantity=line.quantity,
                    total=chat.Amount(amount=as_text(line.total), currency=line.product.currency),
                )
                for line in contents.lines
                if line.product.id in cards
            ],
            totals=[
                chat.Amount(amount=as_text(total), currency=currency)
                for currency, total in contents.totals.items()
            ],
        )

    def _behaviour(self, session: Session, conversation: Conversation) -> list[card_wire.Step]:
        events = _events(session, conversation)
        ids = [event.product_id for event in events if event.product_id]
        cards = {
            card.product_id: card
            for card in self._composer.chosen(session, ids, locale=conversation.locale)
        }
        return [
            card_wire.Step(
                name=event.name,
                at=event.occurred_at,
                product=_named(cards.get(event.product_id or "")),
                search_term=event.search_term,
            )
            for event in events
        ]

    def _recommended(
        self, session: Session, conversation: Conversation
    ) -> list[card_wire.RankingView]:
        rankings = session.scalars(
            select(Ranking)
            .where(Ranking.session_id == conversation.id)
            .order_by(Ranking.created_at.desc())
            .limit(MOST_RANKINGS)
        ).all()
        ids = [ranking.id for ranking in rankings]
        shown: defaultdict[str, list[Impression]] = defaultdict(list)
        for impression in session.scalars(
            select(Impression)
            .where(Impression.ranking_id.in_(ids), Impression.position <= MOST_ITEMS)
            .order_by(Impression.ranking_id, Impression.position)
        ):
            shown[impression.ranking_id].append(impression)
        done = _outcomes(session, conversation)
        return [
            card_wire.RankingView(
                ranking_id=ranking.id,
                at=ranking.created_at,
                degraded=ranking.degraded,
                items=[
                    card_wire.RecommendedItem(
                        product=card,
                        clicked=bool(_CLICKS & done[(ranking.id, card.product_id)]),
                        carted="add_to_cart" in done[(ranking.id, card.product_id)],
                        bought="purchase" in done[(ranking.id, card.product_id)],
                    )
                    for card in self._composer.ranked(
                        session,
                        [
                            (
                                one.product_id,
                                one.reason.get("code", ""),
                                one.reason.get("params", {}),
                            )
                            for one in shown[ranking.id]
                        ],
                        ranking_id=ranking.id,
                        locale=conversation.locale,
                    )
                ],
            )
            for ranking in rankings
        ]


def _page(session: Session, conversation: Conversation) -> card_wire.PageView | None:
    page = conversation.page
    if not page:
        return None
    product_id = page.get("product_id")
    product = session.get(Product, product_id) if product_id else None
    return card_wire.PageView(
        url=page.get("url", ""), product_id=product_id, title=product.title if product else None
    )


def _orders(session: Session, conversation: Conversation) -> list[card_wire.OrderView]:
    # Only a shopper whose signature was checked has a customer's id.
    if conversation.customer_id is None:
        return []
    return [
        card_wire.OrderView(
            id=order.id,
            status=order.status,
            created_at=order.created_at,
            total=chat.Amount(amount=as_text(order.total), currency=order.currency),
            items=[
                card_wire.OrderedItem(
                    product_id=item.product.id, title=item.product.title, quantity=item.quantity
                )
                for item in order.items
            ],
        )
        for order in latest_orders(session, customer_id=conversation.customer_id, limit=MOST_ORDERS)
    ]


def _events(session: Session, conversation: Conversation) -> list[Event]:
    """The latest steps under either name; each looked up on its own, by its index."""
    names = [(Event.session_id, conversation.id)]
    if conversation.customer_id is not None:
        names.append((Event.customer_id, conversation.customer_id))
    found: dict[int, Event] = {}
    for column, value in names:
        newest = (
            select(Event)
            .where(column == value)
            .order_by(Event.occurred_at.desc())
            .limit(MOST_STEPS)
        )
        found |= {event.id: event for event in session.scalars(newest)}
    latest = sorted(found.values(), key=lambda event: (event.occurred_at, event.id), reverse=True)
    return latest[:MOST_STEPS]


def _outcomes(
    session: Session, conversation: Conversation
) -> defaultdict[tuple[str, str], set[str]]:
    """What the shopper did with each product of each recommendation."""
    done: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    theirs = Event.session_id == conversation.id
    if conversation.customer_id is not None:
        theirs = or_(theirs, Event.customer_id == conversation.customer_id)
    rows = session.execute(
        select(Event.ranking_id, Event.product_id, Event.name).where(
            theirs, Event.ranking_id.is_not(None), Event.product_id.is_not(None)
        )
    )
    for ranking_id, product_id, name in rows:
        done[(str(ranking_id), str(product_id))].add(name)
    return done


def _moods(session: Session, conversation: Conversation) -> list[card_wire.MoodPoint]:
    said = session.execute(
        select(Message.id, Message.created_at, Message.parse)
        .where(Message.conversation_id == conversation.id, Message.role == "shopper")
        .order_by(Message.id.desc())
        .limit(MOST_MOODS)
    ).all()
    mood, points = 0.0, []
    for message_id, moment, parse in reversed(said):
        felt: dict[str, Any] | None = (parse or {}).get("sentiment")
        if felt is None:
            continue
        mood = next_mood(mood, parse)
        sentiment = Sentiment.model_validate(felt)
        points.append(
            card_wire.MoodPoint(
                message_id=str(message_id),
                at=moment,
                mood=round(mood, 3),
                score=sentiment.score,
                label=sentiment.label,
            )
        )
    return points


def _named(card: chat.ProductCard | None) -> card_wire.ShownProduct | None:
    if card is None:
        return None
    return card_wire.ShownProduct(
        id=card.product_id, title=card.title, image_url=card.image_url, url=card.url
    )
