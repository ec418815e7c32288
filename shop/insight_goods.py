"""What shoppers do with what is recommended, what they ask for in vain, and who comes back."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.behaviour import Event
from db.tables.catalog import Product
from db.tables.conversations import Conversation, Message
from db.tables.handoffs import Handoff
from db.tables.recommendations import Impression, Ranking
from shop.insight import FALLBACK, intent_of

MOST_ROWS = 20
# Weeks that a cohort is followed.
WEEKS = 8
_CLICKS = ("select_item", "view_item")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked in vain: how often, and when last."""

    words: str
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Cohort:
    """Shoppers by the week of their first visit.

    Attributes:
        with_conversation: of those who ever talked with us, the share that came in each week
            after; None where there is nobody, or the week is still to come.
    """

    week: str
    size: int
    with_conversation: list[float | None]
    without_conversation: list[float | None]


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often a product was shown, and its share of all that was."""

    product_id: str
    title: str
    shown: int
    share: float


def follow_funnel(session: Session, *, since: datetime) -> dict[str, int]:
    """Products of recommendations: shown, then clicked, carted and bought, each once."""
    step = case(
        (Event.name.in_(_CLICKS), "clicked"),
        (Event.name == "add_to_cart", "carted"),
        (Event.name == "purchase", "bought"),
    )
    pairs = (
        select(step.label("step"), Event.ranking_id, Event.product_id)
        .where(Event.occurred_at >= since, Event.ranking_id.is_not(None), step.is_not(None))
        .distinct()
        .subquery()
    )
    rows = session.execute(select(pairs.c.step, func.count()).group_by(pairs.c.step))
    counts = {row[0]: row[1] for row in rows}
    steps = {name: counts.get(name, 0) for name in ("clicked", "carted", "bought")}
    return {"shown": _count_shown(session, since), **steps}


def find_exposure(session: Session, *, since: datetime) -> list[Exposure]:
    """The products that were shown most."""
    total = _count_shown(session, since)
    rows = session.execute(
        select(Impression.product_id, Product.title, func.count())
        .join(Ranking, Ranking.id == Impression.ranking_id)
        .outerjoin(Product, Product.id == Impression.product_id)
        .where(Ranking.created_at >= since)
        .group_by(Impression.product_id, Product.title)
        .order_by(func.count().desc(), Impression.product_id)
        .limit(MOST_ROWS)
    )
    return [Exposure(row[0], row[1] or row[0], row[2], round(row[2] / total, 4)) for row in rows]


def find_missing(session: Session, *, since: datetime) -> list[Asked]:
    """Kinds of goods that were asked for and that the shop does not have."""
    rows = session.execute(
        select(Message.created_at, Message.parse)
        .where(Message.role == "shopper", Message.created_at >= since, Message.parse.is_not(None))
        .order_by(Message.id)
    )
    return _most_asked(
        (str(entity.get("value")), moment)
        for moment, parse in rows
        for entity in (parse or {}).get("entities") or ()
        if entity.get("entity") == "category" and entity.get("known") is False
    )


def find_faq_gaps(session: Session, *, since: datetime) -> list[Asked]:
    """Questions that came before a person had to be called, in the shoppers' words."""
    rows = session.execute(
        select(Message.text, Message.created_at, Message.parse)
        .join(Handoff, Handoff.conversation_id == Message.conversation_id)
        .where(
            Message.role == "shopper",
            Message.created_at >= since,
            Message.parse.is_not(None),
            Message.created_at <= Handoff.queued_at,
        )
        .order_by(Message.id)
    )
    return _most_asked(
        (" ".join(text.lower().split()), moment)
        for text, moment, parse in rows
        if parse and intent_of(parse) in ("ask_faq", FALLBACK)
    )


def follow_cohorts(session: Session, *, since: datetime) -> list[Cohort]:
    """Who came back, by the week of their first visit since then."""
    seen = _weeks_of_visits(session, since)
    talked = _who_talked(session)
    groups: defaultdict[date, dict[bool, list[set[date]]]] = defaultdict(
        lambda: {True: [], False: []}
    )
    for who, weeks in seen.items():
        groups[min(weeks)][who in talked].append(weeks)
    return [
        Cohort(
            week=week.isoformat(),
            size=sum(map(len, both.values())),
            with_conversation=_shares(week, both[True]),
            without_conversation=_shares(week, both[False]),
        )
        for week, both in sorted(groups.items())
    ]


def _count_shown(session: Session, since: datetime) -> int:
    shown = (
        select(func.count())
        .select_from(Impression)
        .join(Ranking, Ranking.id == Impression.ranking_id)
        .where(Ranking.created_at >= since)
    )
    return session.scalar(shown) or 0


def _most_asked(asked: Iterable[tuple[str, datetime]]) -> list[Asked]:
    moments: defaultdict[str, list[datetime]] = defaultdict(list)
    for words, moment in asked:
        moments[words].append(moment)
    rows = [Asked(words, len(when), max(when)) for words, when in moments.items()]
    return sorted(rows, key=lambda one: (-one.count, one.words))[:MOST_ROWS]


def _weeks_of_visits(session: Session, since: datetime) -> dict[str, set[date]]:
    """The weeks in which each shopper came, for those whose first visit is since then."""
    shopper = func.coalesce(Event.customer_id, Event.session_id)
    days = session.execute(
        select(shopper, func.date(Event.occurred_at))
        .where(Event.occurred_at >= since, shopper.is_not(None))
        .distinct()
    )
    seen: defaultdict[str, set[date]] = defaultdict(set)
    for who, day in days:
        # SQLite answers text.
        seen[who].add(_monday(day if isinstance(day, date) else date.fromisoformat(day)))
    return seen


def _who_talked(session: Session) -> set[str]:
    rows = session.execute(
        select(Conversation.id, Conversation.customer_id)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Message.role == "shopper")
        .distinct()
    )
    return {name for row in rows for name in row if name}


def _shares(week: date, shoppers: list[set[date]]) -> list[float | None]:
    this_week = _monday(now().astimezone(UTC).date())
    shares: list[float | None] = []
    for ahead in range(1, WEEKS + 1):
        later = week + timedelta(weeks=ahead)
        if later > this_week:
            break
        came = sum(later in weeks for weeks in shoppers)
        shares.append(round(came / len(shoppers), 4) if shoppers else None)
    return shares


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
