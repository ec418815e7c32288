"""Stretches of a text that are personal, and which of two that overlap is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["email", "phone", "card", "order", "name", "address"]


@dataclass(frozen=True, slots=True)
class Personal:
    """`text[start:end]` is personal."""

    start: int
    end: int
    kind: Kind

    def overlaps(self, other: "Personal") -> bool:
        """Whether both cover a character."""
        return self.start < other.end and other.start < self.end


def keep_first(found: Iterable[Personal]) -> list[Personal]:
    """Those that overlap none before them, left to right."""
    kept: list[Personal] = []
    for each in found:
        if each.start < each.end and not any(each.overlaps(other) for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: each.start)
