"""How a shopper's mood goes over a conversation, from the sentiment of each message.

One message says little: a swear word may be fun, and the model may be wrong. So the mood is an
exponentially weighted moving average (Roberts 1959) that starts at neutral, and a message moves
it the further the surer the model is of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.conversations import Message
from nlu.wire import Sentiment, SentimentLabel

# How far a message that the model is sure of moves the mood towards its own score. One furious
# message brings it to -0.4, a second to -0.64.
GAIN = 0.4
# At this mood, which takes two such messages, a person is called without having been asked for,
# unless the scores rise by more than MENDING from message to message.
UPSET, MENDING = -0.45, 0.1
# A mood nearer to neutral than this is none; one message of moderate feeling makes it.
NOTICEABLE = 0.15
# Older messages weigh less than 1 in 400 of the latest.
MOST_MESSAGES = 12
_ABOUT_GOODS = frozenset({"dislike_item", "like_item"})


@dataclass(frozen=True, slots=True)
class Trajectory:
    """A conversation's mood.

    Attributes:
        curve: the mood after each message, -1 (furious) to 1 (delighted), the latest last.
        trend: how much the messages' scores rise from one to the next of late.
    """

    curve: tuple[float, ...] = ()
    trend: float = 0.0

    @property
    def mood(self) -> float:
        """As it stands: neutral where nothing was said."""
        return self.curve[-1] if self.curve else 0.0

    @property
    def is_upset(self) -> bool:
        """Whether it is better to call a person than to go on."""
        return self.mood <= UPSET and self.trend <= MENDING


def follow(sentiments: Sequence[Sentiment]) -> Trajectory:
    """The trajectory that these messages make, the latest last."""
    mood = 0.0
    curve = []
    for felt in sentiments:
        mood += GAIN * felt.confidence * (felt.score - mood)
        curve.append(mood)
    return Trajectory(tuple(curve), _slope(sentiments))


def next_mood(mood: float, parse: Mapping[str, Any] | None) -> float:
    """The mood after one more message; what does not count leaves it as it was."""
    felt = next(_felt([parse]), None)
    return mood if felt is None else mood + GAIN * felt.confidence * (felt.score - mood)


def name_mood(mood: float) -> SentimentLabel:
    """A mood in one word."""
    if mood <= -NOTICEABLE:
        return "negative"
    return "positive" if mood >= NOTICEABLE else "neutral"


def _slope(sentiments: Sequence[Sentiment]) -> float:
    """Of the least squares line through the scores, each weighed by age and confidence."""
    weights = [
        felt.confidence * (1 - GAIN) ** age
        for age, felt in zip(reversed(range(len(sentiments))), sentiments, strict=True)
    ]
    total = sum(weights)
    if not total:
        return 0.0
    center = sum(w * n for n, w in enumerate(weights)) / total
    spread = sum(w * (n - center) ** 2 for n, w in enumerate(weights))
    if not spread:
        return 0.0
    rise = sum(
        w * (n - center) * felt.score
        for n, (w, felt) in enumerate(zip(weights, sentiments, strict=True))
    )
    return rise / spread


def has_upset(session: Session, conversation_id: str, parse: Mapping[str, Any] | None) -> bool:
    """Whether this message, stored last, leaves the shopper upset; only a negative one can."""
    felt = next(_felt([parse]), None)
    if felt is None or felt.label != "negative":
        return False
    return read_trajectory(session, conversation_id).is_upset


def read_trajectory(session: Session, conversation_id: str) -> Trajectory:
    """The trajectory of a conversation's latest messages.

    What was not understood has no sentiment, a quick reply is in our own words, and to find goods
    ugly is part of looking for better ones: none of these counts.
    """
    parses = session.scalars(
        select(Message.parse)
        .where(Message.conversation_id == conversation_id, Message.role == "shopper")
        .order_by(Message.id.desc())
        .limit(MOST_MESSAGES)
    )
    return follow(list(_felt(reversed(parses.all()))))


def _felt(parses: Iterable[Mapping[str, Any] | None]) -> Iterator[Sentiment]:
    for parse in parses:
        if not parse or parse.get("tapped") or not parse.get("sentiment"):
            continue
        if (parse.get("intent") or {}).get("name") not in _ABOUT_GOODS:
            yield Sentiment.model_validate(parse["sentiment"])
