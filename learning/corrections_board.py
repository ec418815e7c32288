"""What is worth a look first, in groups: made once in a while, so that a page opens at once.

The board holds ids and numbers, never words: whoever shows it reads the words of what is still
there, and what was erased meanwhile is gone from it.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from common.errors import ServiceUnavailable
from db.tables.conversations import Conversation, Feedback, Message
from db.tables.handoffs import Handoff, MessageLabel
from learning.corrections_reading import WINDOW, Unlabelled, open_conditions, read_unlabelled
from learning.worth import Seen, Worth, alike, worth_a_look

logger = logging.getLogger(__name__)

Vector = NDArray[np.float32]

# Of the newest messages so many are weighed against each other: the most doubtful ones.
MOST_WEIGHED = 1200
# A group that is labelled in one go must be one that somebody can look through.
MOST_IN_GROUP = 50
# Labels near to a message settle what it may mean; so many of the newest are compared.
_MOST_LABELLED = 500
_TEXTS_AT_ONCE = 32
# A board is made anew where something has changed, but not more often than this.
_FRESH_S = 10.0
# Whoever is the first to look sees the newest of so many.
_FIRST_WINDOW = 400
# What changes without a new row, a shopper's leave for instance, is seen after this.
_OLDEST_S = 30.0
# Where it takes no longer than this, whoever looks sees how things stand.
_QUICK_S = 0.25
_SHOWN = ("thumbs_down", "taken_over", "fallback", "negative")


class Embed(Protocol):
    """Sentence vectors of unit length, in the order of the texts."""

    def __call__(self, texts: Sequence[str]) -> Sequence[Sequence[float]]: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One message on the board."""

    id: int
    said_at: datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that one label probably fits.

    Attributes:
        intent: what the first was taken for.
        score: what a label of them would settle.
        reasons: codes, the weightiest of any of them first.
        entries: the one most worth a look first.
    """

    intent: str
    score: float
    reasons: tuple[str, ...]
    entries: tuple[Entry, ...]

    @property
    def key(self) -> str:
        """What it is called on the wire: the id of its first message."""
        return str(self.entries[0].id)


@dataclass(frozen=True, slots=True)
class Board:
    """Groups, the one most worth a look first."""

    groups: tuple[Group, ...] = ()
    embedded: bool = False


def make_board(unlabelled: Sequence[Unlabelled], vectors: Mapping[int, Vector]) -> Board:
    """Weigh and group messages.

    Args:
        unlabelled: newest first.
        vectors: sentence vectors by message id, of these and of what is labelled; any may lack.
    """
    ids = {each.id for each in unlabelled}
    labelled = [vector for key, vector in vectors.items() if key not in ids]
    by_id = {str(each.id): each for each in unlabelled}
    weighed = [replace(each.seen, embedding=vectors.get(each.id)) for each in shortlist(unlabelled)]
    worth = worth_a_look(weighed, labelled=np.stack(labelled) if labelled else None)
    found = {each.message: each for each in worth}
    seen = {each.message: each for each in weighed}
    groups = [
        _group(part, by_id, found)
        for group in alike([seen[each.message] for each in worth])
        for part in _parts(group)
    ]
    groups.sort(key=lambda group: -group.score)
    return Board(tuple(groups), embedded=all(each.embedding is not None for each in weighed))


def shortlist(unlabelled: Sequence[Unlabelled], most: int = MOST_WEIGHED) -> list[Unlabelled]:
    """Those that the bot knew least of, or that somebody pointed at; the newer of equals first."""
    return sorted(unlabelled, key=lambda each: -_doubt(each.seen))[:most]


def _doubt(seen: Seen) -> float:
    pointed_at = sum(bool(getattr(seen, name)) for name in _SHOWN)
    return pointed_at + max(1.0 - seen.margin, seen.out_of_scope)


def _parts(group: Sequence[str]) -> list[Sequence[str]]:
    return [group[at : at + MOST_IN_GROUP] for at in range(0, len(group), MOST_IN_GROUP)]


def _group(
    ids: Sequence[str], by_id: Mapping[str, Unlabelled], found: Mapping[str, Worth]
) -> Group:
    first = by_id[ids[0]]
    reasons = dict.fromkeys(reason for each in ids for reason in found[each].reasons)
    return Group(
        intent=first.seen.intent,
        score=found[ids[0]].score,
        reasons=tuple(reasons),
        entries=tuple(
            Entry(by_id[each].id, by_id[each].said_at, found[each].reasons) for each in ids
        ),
    )


class Curator:
    """Keeps a board up to date for those who look at it, in one process. Safe between threads.

    Args:
        embed: sentence vectors; without them only same wordings are grouped.
        clock: seconds that only go up.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        *,
        embed: Embed | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sessions = sessions
        self._embed = embed
        self._clock = clock
        self._vectors: dict[int, Vector] = {}
        self._missing: list[int] = []
        self._board = Board()
        self._state: tuple[object, ...] | None = None
        self._partial = False
        self._made_at = float("-inf")
        self._took = 0.0
        self._asked_at = float("-inf")
        self._making = threading.Lock()

    def looked_at_within(self, seconds: float) -> bool:
        """Whether somebody has looked at the board lately."""
        return self._clock() - self._asked_at <= seconds

    @property
    def remembered(self) -> int:
        """Of how many messages there are vectors."""
        return len(self._vectors)

    def board(self) -> Board:
        """The board: the latest there is where making it takes long, else as things stand."""
        self._asked_at = self._clock()
        if self._made_at == float("-inf"):
            # Nobody waits for more than the newest: the rest is there a little later.
            self.refresh(window=_FIRST_WINDOW)
        elif self._took < _QUICK_S:
            self.refresh(wait=False)
        return self._board

    def refresh(self, *, window: int = WINDOW, wait: bool = True) -> bool:
        """Make the board anew where anything has changed.

        Args:
            window: of how many of the newest messages.
            wait: for another thread that is at it already, instead of leaving it to that.

        Returns:
            Whether it was made anew.
        """
        if not self._making.acquire(blocking=wait):
            return False
        try:
            return self._refresh(window)
        finally:
            self._making.release()

    def look_after(self) -> bool:
        """One round in the background: fetch vectors that are missing, then make the board anew.

        Returns:
            Whether more vectors are missing still.
        """
        if self._partial or self._clock() - self._made_at > _FRESH_S:
            self.refresh()
        return self._fetch_vectors()

    def _refresh(self, window: int) -> bool:
        begun = self._clock()
        with self._sessions() as session:
            state = (*_state(session), len(self._vectors))
            same = state == self._state and begun - self._made_at < _OLDEST_S
            if same and not (self._partial and window == WINDOW):
                return False
            unlabelled = read_unlabelled(session, window=window)
            labelled = _newest_labelled(session)
        wanted = [*(each.id for each in shortlist(unlabelled)), *labelled]
        # What is no longer to be shown is no longer remembered either.
        self._vectors = {key: self._vectors[key] for key in wanted if key in self._vectors}
        self._missing = [key for key in wanted if key not in self._vectors]
        self._board = make_board(unlabelled, self._vectors)
        self._partial = window < WINDOW
        self._state = (*state[:-1], len(self._vectors))
        self._made_at, self._took = self._clock(), self._clock() - begun
        return True

    def _fetch_vectors(self) -> bool:
        now = self._missing[:_TEXTS_AT_ONCE]
        if self._embed is None or not now:
            return False
        query = (
            select(Message.id, Message.text)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Message.id.in_(now), *open_conditions())
        )
        with self._sessions() as session:
            texts = {row.id: row.text for row in session.execute(query)}
        try:
            found = self._embed(list(texts.values()))
        except ServiceUnavailable:
            logger.info("messages are grouped by their wording alone: the NLU server is away")
            return False
        with self._making:
            for key, vector in zip(texts, found, strict=True):
                self._vectors[key] = np.asarray(vector, dtype=np.float32)
            self._missing = [key for key in self._missing if key not in now]
        return bool(self._missing)


def _state(session: Session) -> tuple[object, ...]:
    """What changes with everything that a board is made of; read by indexes alone."""
    return tuple(
        session.execute(
            select(
                select(func.max(Message.id)).scalar_subquery(),
                select(func.max(MessageLabel.id)).scalar_subquery(),
                select(func.count(MessageLabel.id)).scalar_subquery(),
                select(func.count(Feedback.message_id)).scalar_subquery(),
                select(func.max(Handoff.id)).scalar_subquery(),
            )
        ).one()
    )


def _newest_labelled(session: Session) -> list[int]:
    query = (
        select(Message.id)
        .join(MessageLabel, MessageLabel.message_id == Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(*open_conditions(), MessageLabel.discarded.is_(False))
        .order_by(MessageLabel.id.desc())
        .limit(_MOST_LABELLED)
    )
    return list(dict.fromkeys(session.scalars(query)))
