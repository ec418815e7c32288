"""The searches of a conversation, so that a shopper can go back to one of them."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from shop.kinds import Kind, same_goods, same_head
from shop.wishes import Wishes

# More than anyone keeps in mind; the tracker carries them with every turn.
MOST_SEARCHES = 5
# The last two steps of one search: where it stood, and what was tried before that.
_MOST_STEPS = 2
_MOST_SKIPPED = 60


class Search(BaseModel):
    """A search as it stood.

    Attributes:
        skip: what had been seen before that page of it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    wishes: Wishes
    skip: list[str] = []


class History:
    """Former searches, the latest last."""

    def __init__(self, slot: Sequence[dict[str, Any]] | None = None) -> None:
        self.searches = [Search.model_validate(entry) for entry in slot or ()]

    def to_slot(self) -> list[dict[str, Any]]:
        """As a tracker keeps them."""
        return [
            {"wishes": search.wishes.to_slot(), "skip": search.skip} for search in self.searches
        ]

    def add(self, search: Search) -> None:
        """Keep a search that is being left. Its own earlier steps make room first."""
        kept = [s for s in self.searches if s != search]
        steps = [s for s in kept if same_goods(s.wishes.kinds, search.wishes.kinds)]
        for former in steps[: len(steps) + 1 - _MOST_STEPS]:
            kept.remove(former)
        self.searches = [*kept, search.model_copy(update={"skip": search.skip[-_MOST_SKIPPED:]})]
        while len(self.searches) > MOST_SEARCHES:
            self.searches.remove(self._spare())

    def last(self) -> Search | None:
        """The search before, taken out: who goes back twice goes back two."""
        return self.searches.pop() if self.searches else None

    def find(self, kinds: Sequence[Kind]) -> Search | None:
        """The latest search for these goods, in these words or with the same noun."""
        for search in reversed(self.searches):
            if same_goods(search.wishes.kinds, kinds):
                return search
        for search in reversed(self.searches):
            if any(same_head(kind, other) for kind in kinds for other in search.wishes.kinds):
                return search
        return None

    def _spare(self) -> Search:
        """What to forget first: an earlier step of a search, else the oldest search."""
        for n, search in enumerate(self.searches):
            later = self.searches[n + 1 :]
            if any(same_goods(search.wishes.kinds, one.wishes.kinds) for one in later):
                return search
        return self.searches[0]
