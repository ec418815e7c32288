"""What is watched in a shop, and what it came to: the report behind the insight page."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.settings import Settings
from db.tables.catalog import Product
from db.tables.catalog_days import CatalogDay
from learning.drift import WEEKS, Finding, State, Watch, compare, shares
from learning.drift_reading import WEEK, Span, Tally, read_done, read_said
from learning.drift_words import catalogue_words, learnt_words

# What a shop would want to know: two points more of unknown words or a tenth less mood, for
# instance. Chosen as sizes that matter to somebody, not fitted to anything.
WATCHES = {
    "words": Watch("words", mix=False, floor=0.02, direction=1),
    "confidence": Watch("confidence", mix=False, floor=0.04, direction=-1),
    "fallback": Watch("fallback", mix=False, floor=0.04, direction=1),
    "intents": Watch("intents", mix=True, floor=0.02),
    "sentiment": Watch("sentiment", mix=False, floor=0.1, direction=-1),
    "behaviour": Watch("behaviour", mix=True, floor=0.02),
    "conversion": Watch("conversion", mix=False, floor=0.25, relative=True),
}
MOST_MOVED = 3
# Of all goods: out of stock more than before, and new within a week.
_OUT_OF_STOCK_MORE, _NEW_GOODS = 0.1, 0.1
_NEW_TIMES_USUAL = 3
_FEWEST_GOODS = 20
_FEWEST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Moved:
    """A kind whose share changed: before, now, and on each day."""

    name: str
    before: float
    now: float
    days: list[float | None]


@dataclass(frozen=True, slots=True)
class Measured:
    """One thing that is watched.

    Attributes:
        name: one of `WATCHES`, `out_of_stock` or `new_goods`.
        before, now: the mean of the weeks before and of the last; None of a mix.
        change: as the watch's floor is meant.
        chance: how likely as much is by chance; None where nothing is left to chance.
        shoppers: whom it was measured on, now and before; of goods how many there are.
        days: the mean on each day of the report.
        moved: of a mix, the kinds that changed most.
    """

    name: str
    state: State
    before: float | None
    now: float | None
    change: float | None
    chance: float | None
    shoppers: tuple[int, int]
    days: list[float | None]
    moved: list[Moved]


@dataclass(frozen=True, slots=True)
class Report:
    """What changed in the last week.

    Attributes:
        days: those of all series, in UTC.
        new_words: which the bot does not know and several shoppers said last week.
    """

    measured_at: datetime
    last_week: datetime
    start: datetime
    days: list[str]
    measures: list[Measured]
    new_words: list[str]


def report(session: Session, settings: Settings, *, at: datetime) -> Report:
    """Look at the five weeks before this moment."""
    span = Span(at)
    learnt = learnt_words(settings)
    said = read_said(session, span, known=learnt | catalogue_words(session) if learnt else learnt)
    done = read_done(session, span)
    tallies = {
        "words": said.words,
        "confidence": said.confidence,
        "fallback": said.fallback,
        "intents": said.intents,
        "sentiment": said.sentiment,
        "behaviour": done.behaviour,
        "conversion": done.conversion,
    }
    samples = [(WATCHES[name], tally.sample()) for name, tally in tallies.items()]
    measures = [
        _measured(finding, tallies[finding.watch.name], span) for finding in compare(samples)
    ]
    return Report(
        measured_at=at,
        last_week=span.last_week,
        start=span.start,
        days=span.days,
        measures=[*measures, _stock(session, span), _new_goods(session, span)],
        new_words=said.new(),
    )


def note_catalogue(session: Session, *, at: datetime) -> None:
    """Keep how many goods there are today and how many are out of stock."""
    active = select(func.count()).select_from(Product).where(Product.active)
    goods = session.scalar(active) or 0
    gone = session.scalar(active.where(Product.availability == "out_of_stock")) or 0
    if goods:
        day = at.date().isoformat()
        session.merge(CatalogDay(day=day, goods=goods, out_of_stock=gone))


def _measured(finding: Finding, tally: Tally, span: Span) -> Measured:
    enough = finding.state != "too_few"
    mix = finding.watch.mix
    return Measured(
        name=finding.watch.name,
        state=finding.state,
        before=_rounded(finding.before),
        now=_rounded(finding.now),
        change=_rounded(finding.change),
        chance=finding.chance,
        shoppers=finding.shoppers,
        days=[] if mix else tally.by_day(span.days),
        moved=_moved(tally, span) if mix and enough else [],
    )


def _moved(tally: Tally, span: Span) -> list[Moved]:
    before, now = shares(tally.sample())
    places = np.argsort(-np.abs(now - before))[:MOST_MOVED]
    return [
        Moved(
            tally.kinds[place],
            round(float(before[place]), 4),
            round(float(now[place]), 4),
            tally.by_day(span.days, kind=tally.kinds[place]),
        )
        for place in places
        if before[place] != now[place]
    ]


def _stock(session: Session, span: Span) -> Measured:
    """Goods that are out of stock, against the mean of the weeks before."""
    rows = session.scalars(
        select(CatalogDay).where(
            CatalogDay.day >= span.days[0], CatalogDay.day <= span.days[-1], CatalogDay.goods > 0
        )
    )
    by_day = {row.day: row for row in rows}
    levels = {day: row.out_of_stock / row.goods for day, row in by_day.items()}
    first = span.last_week.date().isoformat()
    earlier = [level for day, level in levels.items() if day < first]
    latest = max(levels, default="")
    goods = by_day[latest].goods if latest else 0
    days = [_rounded(levels.get(day)) for day in span.days]
    if len(earlier) < _FEWEST_DAYS or latest < first or goods < _FEWEST_GOODS:
        return _of_goods("out_of_stock", "too_few", None, None, (goods, goods), days)
    before, now = statistics.mean(earlier), levels[latest]
    state: State = "alert" if now - before >= _OUT_OF_STOCK_MORE else "quiet"
    return _of_goods("out_of_stock", state, before, now, (goods, goods), days)


def _new_goods(session: Session, span: Span) -> Measured:
    """Goods that came within a week, as a share of all there are."""
    counts = [
        session.scalar(
            select(func.count())
            .select_from(Product)
            .where(Product.active, Product.created_at < span.end - week * WEEK)
        )
        or 0
        for week in range(WEEKS + 2)
    ]
    total, old = counts[0], counts[-1]
    # A shop that opened within these weeks has nothing to compare with.
    if total < _FEWEST_GOODS or old < total / 2:
        return _of_goods("new_goods", "too_few", None, None, (total, old), [])
    new = [(late - early) / max(late, 1) for late, early in pairwise(counts)]
    before, now = statistics.mean(new[1:]), new[0]
    surged = now >= _NEW_GOODS and now >= _NEW_TIMES_USUAL * before
    days = _days_of_new(session, span, total)
    state: State = "alert" if surged else "quiet"
    return _of_goods("new_goods", state, before, now, (total, old), days)


def _days_of_new(session: Session, span: Span, total: int) -> list[float | None]:
    moments = session.scalars(
        select(Product.created_at).where(Product.active, Product.created_at >= span.start)
    )
    counts = dict.fromkeys(span.days, 0)
    for moment in moments:
        day = moment.date().isoformat()
        if day in counts:
            counts[day] += 1
    return [round(count / total, 4) for count in counts.values()]


def _of_goods(
    name: str,
    state: State,
    before: float | None,
    now: float | None,
    goods: tuple[int, int],
    days: Sequence[float | None],
) -> Measured:
    change = now - before if now is not None and before is not None else None
    return Measured(
        name,
        state,
        _rounded(before),
        _rounded(now),
        _rounded(change),
        None,
        goods,
        list(days),
        [],
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
