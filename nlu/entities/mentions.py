"""An entity on its way from the model, a rule or the catalogue to the answer."""

from dataclasses import dataclass
from typing import Literal

from nlu.wire import EntityValue, Role

Source = Literal["model", "rule", "vocabulary"]


@dataclass(frozen=True, slots=True)
class Mention:
    """What stands at `text[start:end]`; the value is None until it is normalised."""

    entity: str
    start: int
    end: int
    role: Role = "include"
    confidence: float = 1.0
    source: Source = "model"
    value: EntityValue | None = None
    known: bool | None = None

    def overlaps(self, other: "Mention") -> bool:
        """Whether both share a character."""
        return self.start < other.end and other.start < self.end
