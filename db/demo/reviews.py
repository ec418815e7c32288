"""Reviews: what buyers wrote, in keeping with the stars they gave and the thing they bought."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import numpy as np

from db.demo.goods import Good
from db.demo.orders import Placed
from db.demo.shoppers import Shopper
from db.demo.sources import ReviewWords
from db.demo.visits import event_row

COUNT = 2_500
SPREAD = 0.9
# How two sides of a thing fared, by stars: good, fair or poor.
GRADES = {5: "gg", 4: "gf", 3: "fp", 2: "pf", 1: "pp"}
# Those who sent it back liked it this much less.
SENT_BACK = 1.8
# From the arrival to the review: five hours to two weeks.
WAITED_MINUTES = (300, 20_000)


@dataclass(frozen=True)
class Written:
    """A review, and the order it is about."""

    order: Placed
    good: Good
    shopper: Shopper
    stars: int
    title: str
    text: str
    at: datetime


def write_reviews(
    words: ReviewWords, placed: list[Placed], *, rng: np.random.Generator, now: datetime
) -> list[Written]:
    """Some of those whose order arrived write about it, nobody twice about the same thing."""
    bought: dict[tuple[str, str], tuple[Placed, Good, Shopper]] = {}
    for order in placed:
        if order.status not in ("delivered", "returned", "refunded"):
            continue
        shopper = order.purchase.session.shopper
        if shopper is None:
            continue
        for line in order.purchase.lines:
            bought[shopper.id, line.good.id] = (order, line.good, shopper)
    everything = list(bought.values())
    first: dict[str, datetime] = {}
    for order, good, _ in everything:
        first[good.id] = min(first.get(good.id, now), _arrival(order))
    drawn = sorted(rng.permutation(len(everything))[:COUNT])
    return [
        _write(words, order, good, shopper, rng=rng, first_arrived=first[good.id], now=now)
        for order, good, shopper in (everything[i] for i in drawn)
    ]


def _arrival(order: Placed) -> datetime:
    return max(order.updated_at, order.purchase.at + timedelta(days=5))


def _write(
    words: ReviewWords,
    order: Placed,
    good: Good,
    shopper: Shopper,
    *,
    rng: np.random.Generator,
    first_arrived: datetime,
    now: datetime,
) -> Written:
    liking = good.quality - (SENT_BACK if order.status != "delivered" else 0.0)
    stars = int(np.clip(round(rng.normal(liking + 0.15, SPREAD)), 1, 5))
    arrived = _arrival(order)
    waited = timedelta(minutes=int(rng.integers(*WAITED_MINUTES)))
    at, there_was = arrived + waited, now - arrived
    if waited >= there_was:
        # What would lie in the future is of a good had before, at any time since it first sold: a
        # pile on the last days would look as if everybody had begun to review.
        beyond = (waited - there_was) / (timedelta(minutes=WAITED_MINUTES[1]) - there_was)
        at = first_arrived + (now - first_arrived) * beyond
    title, text = word(words, good, stars, rng=rng)
    return Written(order, good, shopper, stars, title, text, at)


def word(
    words: ReviewWords, good: Good, stars: int, *, rng: np.random.Generator
) -> tuple[str, str]:
    """A title and two to four sentences that suit the stars and the kind of thing."""
    grades = GRADES[stars]
    aspects = [words.aspects[name] for name in good.kind.aspects]
    aspects = [aspect for aspect in aspects if aspect.unless not in good.model.features]
    # Nobody praises the colour of what comes in only one.
    pick = partial(_pick, rng, color=len(good.model.colors) > 1)
    sentences = [
        pick({"g": aspect.good, "f": aspect.fair, "p": aspect.poor}[grade])
        for grade, aspect in zip(
            grades, (aspects[i] for i in rng.permutation(len(aspects))), strict=False
        )
    ]
    if rng.random() < 0.35:
        del sentences[1:]
    if rng.random() < 0.75:
        sentences.insert(0, pick(words.opens[stars]))
    if rng.random() < 0.5:
        sentences.append(pick(words.closes[stars]))
    facts = {
        "thing": good.kind.noun.lower(),
        "brand": good.row["brand"],
        "color": good.row["color"],
        "price": f"{good.price:.0f}",
    }
    return pick(words.titles[stars]).format(**facts), " ".join(sentences).format(**facts)


def _pick(rng: np.random.Generator, phrases: list[str], *, color: bool) -> str:
    suitable = [phrase for phrase in phrases if color or "{color}" not in phrase]
    return suitable[int(rng.integers(len(suitable)))]


def review_rows(written: list[Written]) -> list[dict[str, Any]]:
    """The columns of `reviews`."""
    return [
        {
            "product_id": review.good.id,
            "customer_id": review.shopper.id,
            "rating": review.stars,
            "title": review.title,
            "text": review.text,
            "author": review.shopper.row["name"],
            "created_at": review.at,
        }
        for review in written
    ]


def review_events(written: list[Written]) -> list[dict[str, Any]]:
    """The columns of `events`."""
    return [
        event_row(
            "review",
            review.at,
            review.order.purchase.session,
            good=review.good,
            rating=review.stars,
        )
        for review in written
    ]


def ratings_of(written: list[Written]) -> dict[str, tuple[float, int]]:
    """The mean of the stars and their count, by product."""
    stars: dict[str, list[int]] = {}
    for review in written:
        stars.setdefault(review.good.id, []).append(review.stars)
    return {
        product_id: (round(sum(given) / len(given), 2), len(given))
        for product_id, given in stars.items()
    }
