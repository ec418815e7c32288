"""What comes of a trial: each version's resolutions, purchases, thumbs and doubts, side by side.

Shoppers are drawn, so shoppers are compared: what one of them says and does hangs together. Whoever
two versions answered (when the trial began, or a guest who then signed in) tells of neither.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import sqrt
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session

from common.model_shelf import Trial
from common.trials import likely_share
from db.tables.base import UtcDateTime
from db.tables.behaviour import Event
from db.tables.conversations import STATES, Conversation, Feedback, Message
from db.tables.handoffs import Handoff
from learning.registry import Kind
from recommender.trials import read_outcomes
from shop.insight import FALLBACK

# What a version is followed by, in the order shown: of conversations, shoppers, messages, thumbs.
RATES = ("without_person", "handed_over", "bought", "not_understood", "thumbs_up")


@dataclass(frozen=True, slots=True)
class Rate:
    """A share that was counted.

    Attributes:
        low, high: between which it lies, 95% of the time.
    """

    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.count / self.of


@dataclass(frozen=True, slots=True)
class Arm:
    """What came of those whom one version answered.

    Attributes:
        version: as messages or rankings name it.
        on_trial: it is the model on trial.
        shoppers: whom it answered, and no other version did.
        rates: by their names in `RATES`; one that nothing was counted for is absent.
    """

    version: str
    on_trial: bool
    shoppers: int
    rates: Mapping[str, Rate]


def read_arms(session: Session, kind: Kind, trial: Trial) -> list[Arm]:
    """Every version that answered since a trial began, the one on trial last."""
    if kind == "nlu":
        arms = _read_language(session, trial)
    else:
        found = read_outcomes(session, since=trial.since)
        arms = [
            Arm(
                version,
                # Policy, encoder, and last the model.
                version.rpartition("+")[2] == trial.model,
                each.shoppers,
                {"bought": Rate(each.buyers, each.shoppers, each.low, each.high)},
            )
            for version, each in found.items()
        ]
    return sorted(arms, key=lambda arm: (arm.on_trial, arm.version))


def difference(tried: Rate, other: Rate) -> tuple[float, float]:
    """Between which the share of the one tried less the other's lies, 95% of the time.

    Newcombe's hybrid score interval (Newcombe 1998, "Interval estimation for the difference between
    independent proportions", method 10). Without 0 inside, the two differ by more than chance.
    """
    apart = tried.share - other.share
    down = sqrt((tried.share - tried.low) ** 2 + (other.high - other.share) ** 2)
    up = sqrt((tried.high - tried.share) ** 2 + (other.share - other.low) ** 2)
    return apart - down, apart + up


def rate_of(counted: Iterable[tuple[int, int]]) -> Rate | None:
    """A share and how sure it is; None where nothing was counted.

    One shopper's messages are alike, so that many of one tell less than as many of many. Wilson's
    interval is taken at the effective number (Korn and Graubard 1998): the count over the design
    effect, which is how far shoppers scatter beyond what chance within each would do.

    Args:
        counted: for each shopper how many, and of how many.
    """
    rows = [(count, of) for count, of in counted if of]
    total = sum(of for _, of in rows)
    if not total:
        return None
    count, shoppers = sum(each for each, _ in rows), len(rows)
    share = count / total
    by_chance = share * (1 - share) / total
    # Where all are the same, nothing tells how alike one shopper's are: each counts once.
    effective = float(shoppers)
    if by_chance and shoppers > 1:
        scatter = sum((each - share * of) ** 2 for each, of in rows)
        spread = shoppers / (shoppers - 1) * scatter / total**2
        effective = total / max(1.0, spread / by_chance)
    return Rate(count, total, *likely_share(share, effective))


@dataclass(slots=True)
class _Shopper:
    """What one shopper said and did."""

    versions: set[str] = field(default_factory=set)
    first: datetime | None = None
    conversations: int = 0
    handed_over: int = 0
    messages: int = 0
    not_understood: int = 0
    thumbs: int = 0
    thumbs_up: int = 0
    bought: bool = False


def _read_language(session: Session, trial: Trial) -> list[Arm]:
    by_version: defaultdict[str, list[_Shopper]] = defaultdict(list)
    for shopper in _read_shoppers(session, since=trial.since).values():
        if len(shopper.versions) == 1:
            by_version[min(shopper.versions)].append(shopper)
    return [
        Arm(
            version,
            version.partition("@")[0] == trial.model,
            len(shoppers),
            _rates(shoppers),
        )
        for version, shoppers in by_version.items()
    ]


def _rates(shoppers: Sequence[_Shopper]) -> dict[str, Rate]:
    counted = {
        "without_person": [(s.conversations - s.handed_over, s.conversations) for s in shoppers],
        "handed_over": [(s.handed_over, s.conversations) for s in shoppers],
        "bought": [(int(s.bought), 1) for s in shoppers],
        "not_understood": [(s.not_understood, s.messages) for s in shoppers],
        "thumbs_up": [(s.thumbs_up, s.thumbs) for s in shoppers],
    }
    return {name: rate for name in RATES if (rate := rate_of(counted[name]))}


def _read_shoppers(session: Session, *, since: datetime) -> dict[str, _Shopper]:
    """Everybody who was read since then, by customer or by a guest's conversation."""
    called = _latest(session, Handoff.conversation_id, Handoff.queued_at, since=since)
    thumbs = {row[0]: (row[1], row[2]) for row in _thumbs(session, since=since)}
    found: defaultdict[str, _Shopper] = defaultdict(_Shopper)
    seen: set[str] = set()
    for conversation, who, version, first, messages, doubts in _said(session, since=since):
        shopper = found[who]
        shopper.versions.add(version)
        shopper.first = min(first, shopper.first or first)
        shopper.messages += messages
        shopper.not_understood += doubts
        if conversation in seen:
            continue
        seen.add(conversation)
        shopper.conversations += 1
        shopper.handed_over += conversation in called and called[conversation] >= first
        given, up = thumbs.get(conversation, (0, 0))
        shopper.thumbs += given
        shopper.thumbs_up += up
    buyer = func.coalesce(Event.customer_id, Event.session_id)
    purchases = _latest(session, buyer, Event.occurred_at, Event.name == "purchase", since=since)
    for who, shopper in found.items():
        shopper.bought = bool(
            shopper.first and who in purchases and purchases[who] >= shopper.first
        )
    return found


def _said(session: Session, *, since: datetime) -> Sequence[Row[str, str, str, datetime, int, int]]:
    """For each conversation and version: who, when first, how many messages, how many in vain.

    What a tapped button stands for was read by no model.
    """
    said = (
        select(
            Message.conversation_id.label("conversation"),
            func.coalesce(Conversation.customer_id, Conversation.id).label("who"),
            Message.parse["model_version"].as_string().label("version"),
            Message.created_at.label("at"),
            case((Message.parse["intent"]["name"].as_string() == FALLBACK, 1), else_=0).label(
                "doubt"
            ),
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            # All states: the index of both finds the conversations of late.
            Conversation.state.in_(STATES),
            Conversation.last_message_at >= since,
            Message.role == "shopper",
            Message.payload.is_(None),
            Message.created_at >= since,
        )
        .subquery()
    )
    columns = said.c
    return session.execute(
        select(
            columns.conversation,
            columns.who,
            columns.version,
            func.min(columns["at"], type_=UtcDateTime),
            func.count(),
            func.sum(columns.doubt),
        )
        .where(columns.version != "")
        .group_by(columns.conversation, columns.who, columns.version)
    ).all()


def _thumbs(session: Session, *, since: datetime) -> Sequence[Row[str, int, int]]:
    up = func.sum(case((Feedback.value == "up", 1), else_=0))
    return session.execute(
        select(Message.conversation_id, func.count(), up)
        .join(Message, Message.id == Feedback.message_id)
        .where(Feedback.created_at >= since, Message.created_at >= since, Message.role == "bot")
        .group_by(Message.conversation_id)
    ).all()


def _latest(
    session: Session, who: Any, when: Any, *where: Any, since: datetime
) -> dict[str, datetime]:
    """The latest of these moments since then, by whose it is."""
    query = (
        select(who, func.max(when, type_=UtcDateTime))
        .where(when >= since, who.is_not(None), *where)
        .group_by(who)
    )
    return {row[0]: row[1] for row in session.execute(query)}
