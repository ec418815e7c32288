"""What runs a network: torch where it is trained or a GPU is there, ONNX Runtime elsewhere.

Both stand behind the same two shapes and give the same numbers. Free of torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# The token ids of one text, special tokens included.
TokenIds = Sequence[int]


@dataclass(frozen=True, slots=True)
class TextOutputs:
    """What one pass gives for one text.

    Attributes:
        pooled: [width], the mean of the tokens.
        intents: logits [intents].
        sentiments: logits [3].
        tags: logits [tokens, tags].
        roles: logits [tokens, 2].
    """

    pooled: Floats
    intents: Floats
    sentiments: Floats
    tags: Floats
    roles: Floats


class Engine(Protocol):
    """Runs encoder and heads. Safe to share between threads."""

    def run(self, rows: Sequence[TokenIds]) -> list[TextOutputs]:
        """The outputs for each row, in their order."""
        ...


class Pooler(Protocol):
    """Runs the plain encoder. Safe to share between threads."""

    @property
    def width(self) -> int:
        """The length of a vector."""
        ...

    def pool(self, rows: Sequence[TokenIds]) -> Floats:
        """The mean of each row's tokens: [rows, width]."""
        ...
