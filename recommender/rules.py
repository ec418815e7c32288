"""What the shop itself wants: pinned goods first, some higher, some lower, some never."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from db.tables.ranking_rules import RankingRule
from recommender.lexical import Floats, Mask
from recommender.matching import union, with_value
from recommender.shelf import Shelf

logger = logging.getLogger(__name__)

PRODUCT = "product"
_FRESH_S = 2.0
# More than all other parts together, so that what is pinned leads wherever it fits.
_PIN = 10.0
_PIN_STEP = 0.1
_BOOST = 0.15


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; see `db.tables.ranking_rules`."""

    action: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that hold now, the oldest first."""

    rules: Sequence[Rule] = ()

    def hidden(self, shelf: Shelf) -> Mask | None:
        """The goods that are never shown: bool [n]; None where there are none."""
        excluded = [rule for rule in self.rules if rule.action == "exclude"]
        if not excluded:
            return None
        return union(_meant(shelf, rule) for rule in excluded)

    def parts(self, shelf: Shelf) -> dict[str, Floats]:
        """What the rules add to each product's score, by name: float32 [n] each."""
        pinned = np.zeros(len(shelf), dtype=np.float32)
        moved = np.zeros(len(shelf), dtype=np.float32)
        for number, rule in enumerate(self.rules):
            if rule.action == "pin":
                place = _PIN - number * _PIN_STEP
                pinned = np.maximum(pinned, np.where(_meant(shelf, rule), place, 0.0))
            elif rule.action in ("boost", "bury"):
                moved += np.where(_meant(shelf, rule), _BOOST, 0.0) * (
                    1 if rule.action == "boost" else -1
                )
        parts = {"pinned": pinned.astype(np.float32), "shop_rule": moved.astype(np.float32)}
        return {name: part for name, part in parts.items() if part.any()}


class RuleBook:
    """Reads the rules when they are asked for, at most every other second."""

    def __init__(
        self, sessions: sessionmaker[Session], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._reading = threading.Lock()
        self._read_at: float | None = None
        self._rules = Rules()

    def now(self) -> Rules:
        """The rules that hold; those known before where the database does not answer."""
        stale = self._read_at is None or self._clock() - self._read_at > _FRESH_S
        # Whoever comes while another reads goes by what was known.
        if stale and self._reading.acquire(blocking=self._read_at is None):
            try:
                self._rules = self._read()
                self._read_at = self._clock()
            except SQLAlchemyError as error:
                logger.warning("shop's rules not read", extra={"error": type(error).__name__})
                self._read_at = self._clock()
            finally:
                self._reading.release()
        return self._rules

    def _read(self) -> Rules:
        moment = datetime.now(UTC)
        holding = (
            select(RankingRule.action, RankingRule.field, RankingRule.value)
            .where(
                or_(RankingRule.starts_at.is_(None), RankingRule.starts_at <= moment),
                or_(RankingRule.ends_at.is_(None), RankingRule.ends_at > moment),
            )
            .order_by(RankingRule.id)
        )
        with self._sessions() as session:
            return Rules([Rule(*row) for row in session.execute(holding)])


def _meant(shelf: Shelf, rule: Rule) -> Mask:
    if rule.field == PRODUCT:
        row = shelf.row.get(rule.value)
        return shelf.mask([] if row is None else [row])
    return with_value(shelf, rule.field, rule.value)
