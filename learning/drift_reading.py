"""What was said and done in five weeks, shopper by shopper, as far as drift is about it.

Of a busy shop every so many rows are read, not all: enough to tell, and as fast on a million.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.behaviour import Event
from db.tables.conversations import Conversation, Message
from learning.drift import WEEKS, Sample
from learning.drift_words import is_known, words_of
from nlu.wire import FALLBACK

WEEK = timedelta(days=7)
MOST_ROWS = 30_000
# A word is shown only when as many shoppers said it: what one of them said is theirs.
SAID_BY = 5
MOST_WORDS = 12
# On a day with fewer a figure says nothing.
_FEWEST_A_DAY = 5
_VIEWS = frozenset({"view_item", "select_item"})


@dataclass(frozen=True, slots=True)
class Span:
    """Five weeks that end at a moment."""

    end: datetime

    @property
    def start(self) -> datetime:
        """When the earliest of them began."""
        return self.end - (WEEKS + 1) * WEEK

    @property
    def last_week(self) -> datetime:
        """When the last of them began."""
        return self.end - WEEK

    @property
    def days(self) -> list[str]:
        """Every day in it, in UTC."""
        first = self.start.date()
        count = (self.end.date() - first).days + 1
        return [(first + timedelta(days=n)).isoformat() for n in range(count)]

    def week(self, moment: datetime) -> int | None:
        """0 for the last, then 1 to 4; None outside."""
        if not self.start <= moment < self.end:
            return None
        return min(int((self.end - moment) / WEEK), WEEKS)


@dataclass
class Part:
    """Sums by place, and what they are taken over."""

    sums: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    size: float = 0.0


@dataclass
class Tally:
    """One thing that is watched, added up by shopper and week, and by day.

    Attributes:
        kinds: the columns of a mix, in the order in which they were met; one nameless for a mean.
    """

    kinds: list[str] = field(default_factory=list)
    units: dict[tuple[str, int], Part] = field(default_factory=dict)
    days: dict[str, Part] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)

    def add(
        self, shopper: str, week: int, day: str, value: float, *, kind: str = "", size: float = 1.0
    ) -> None:
        """Count a value, out of a size, for one shopper."""
        place = self._places.setdefault(kind, len(self._places))
        if place == len(self.kinds):
            self.kinds.append(kind)
        for part in (
            self.units.setdefault((shopper, week), Part()),
            self.days.setdefault(day, Part()),
        ):
            part.sums[place] += value
            part.size += size

    def sample(self) -> Sample:
        """By shopper and week."""
        sums = np.zeros((len(self.units), max(1, len(self.kinds))))
        for row, part in enumerate(self.units.values()):
            for place, value in part.sums.items():
                sums[row, place] = value
        weeks = np.array([week for _, week in self.units], dtype=np.intp)
        sizes = np.array([part.size for part in self.units.values()])
        return Sample(weeks, sums, sizes)

    def by_day(self, days: Sequence[str], *, kind: str = "") -> list[float | None]:
        """The mean or share on each day; None where too little was counted."""
        place = self._places.get(kind)
        parts = [self.days.get(day) for day in days]
        return [
            round(part.sums[place] / part.size, 4)
            if place is not None and part is not None and part.size >= _FEWEST_A_DAY
            else None
            for part in parts
        ]


@dataclass
class Said:
    """What shoppers said.

    Attributes:
        new_words: which the bot does not know, with whoever said them in the last week and how
            often they were said before.
    """

    words: Tally = field(default_factory=Tally)
    confidence: Tally = field(default_factory=Tally)
    fallback: Tally = field(default_factory=Tally)
    intents: Tally = field(default_factory=Tally)
    sentiment: Tally = field(default_factory=Tally)
    new_words: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def new(self) -> list[str]:
        """Words of the last week that the bot does not know, said by several, the most first."""
        told = [(len(by), word) for word, by in self.new_words.items() if len(by) >= SAID_BY]
        return [word for _, word in sorted(told, key=lambda each: (-each[0], each[1]))][:MOST_WORDS]


@dataclass
class Done:
    """What shoppers did."""

    behaviour: Tally = field(default_factory=Tally)
    conversion: Tally = field(default_factory=Tally)


def read_said(session: Session, span: Span, *, known: frozenset[str]) -> Said:
    """What was said in these weeks.

    Args:
        session: of the database.
        span: the weeks.
        known: words that the bot knows; where there are none, words are not counted.
    """
    said = Said()
    for who, moment, text, parse in _messages(session, span):
        week = span.week(moment)
        if week is None:
            continue
        day = moment.date().isoformat()
        intent = parse.get("intent") or {}
        name = str(intent.get("name") or FALLBACK)
        ranking = parse.get("intent_ranking") or [intent]
        score = float((parse.get("sentiment") or {}).get("score") or 0.0)
        said.confidence.add(who, week, day, float(ranking[0].get("confidence") or 0.0))
        said.fallback.add(who, week, day, float(name == FALLBACK))
        said.intents.add(who, week, day, 1.0, kind=name)
        said.sentiment.add(who, week, day, score)
        words = words_of(text) if known else []
        unknown = [word for word in words if not is_known(word, known)]
        if words:
            said.words.add(who, week, day, float(len(unknown)), size=float(len(words)))
        if week == 0:
            for word in unknown:
                said.new_words[word].add(who)
    return said


def read_done(session: Session, span: Span) -> Done:
    """What was done in these weeks: the mix of events, and purchases for each view of a product."""
    done = Done()
    for who, moment, name in _events(session, span):
        week = span.week(moment)
        if week is None:
            continue
        day = moment.date().isoformat()
        done.behaviour.add(who, week, day, 1.0, kind=name)
        if name in _VIEWS:
            done.conversion.add(who, week, day, 0.0)
        elif name == "purchase":
            done.conversion.add(who, week, day, 1.0, size=0.0)
    return done


def _messages(session: Session, span: Span) -> Iterator[tuple[str, datetime, str, dict[str, Any]]]:
    first, last = _first_since(session, span.start), session.scalar(select(func.max(Message.id)))
    if last is None:
        return
    every = max(1, (last - first) // (2 * MOST_ROWS))
    rows = session.execute(
        select(
            Message.conversation_id,
            Conversation.customer_id,
            Message.created_at,
            Message.text,
            Message.parse,
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Message.id >= first,
            Message.id % every == 0,
            Message.role == "shopper",
            Message.payload.is_(None),
            Message.parse.is_not(None),
            Message.created_at < span.end,
        )
    ).yield_per(1000)
    for conversation, customer, moment, text, parse in rows:
        if parse:
            yield customer or conversation, moment, text, parse


def _first_since(session: Session, moment: datetime) -> int:
    """The first message since then. Numbers rise with time, and time has no index."""
    low = session.scalar(select(func.min(Message.id))) or 0
    high = (session.scalar(select(func.max(Message.id))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        met = session.execute(
            select(Message.id, Message.created_at)
            .where(Message.id >= middle)
            .order_by(Message.id)
            .limit(1)
        ).first()
        if met is None or met.created_at >= moment:
            high = middle
        else:
            low = met.id + 1
    return low


def _events(session: Session, span: Span) -> Iterator[tuple[str, datetime, str]]:
    within = (Event.occurred_at >= span.start, Event.occurred_at < span.end)
    total = session.scalar(select(func.count()).select_from(Event).where(*within)) or 0
    every = max(1, total // MOST_ROWS)
    rows = session.execute(
        select(Event.customer_id, Event.session_id, Event.occurred_at, Event.name).where(
            *within, Event.id % every == 0
        )
    ).yield_per(1000)
    for customer, visit, moment, name in rows:
        who = customer or visit
        if who:
            yield who, moment, name
