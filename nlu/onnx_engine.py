"""Networks run by ONNX Runtime on the CPU: a third of torch's time, and none of its start."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from nlu.engine import Floats, TextOutputs, TokenIds
from nlu.errors import AdapterError

# The names in the graph. A graph takes one text: [1, tokens].
IDS = "ids"
OUTPUTS = ("pooled", "intents", "sentiments", "tags", "roles")


class OnnxEngine:
    """Encoder and heads in one graph.

    Texts go through one by one: on one core nothing is gained by padding them to one length, and
    what a quantised graph says of a text would change with its neighbours.
    """

    def __init__(self, file: Path) -> None:
        self._session = open_session(file)

    def run(self, rows: Sequence[TokenIds]) -> list[TextOutputs]:
        """The outputs for each row, in their order."""
        return [
            TextOutputs(*(each[0] for each in self._session.run(OUTPUTS, as_input(row))))
            for row in rows
        ]


class OnnxPooler:
    """The plain encoder."""

    def __init__(self, file: Path) -> None:
        self._session = open_session(file)

    @property
    def width(self) -> int:
        """The length of a vector."""
        return int(self._session.get_outputs()[0].shape[1])

    def pool(self, rows: Sequence[TokenIds]) -> Floats:
        """The mean of each row's tokens: [rows, width]."""
        vectors = np.zeros((len(rows), self.width), dtype=np.float32)
        for place, row in enumerate(rows):
            vectors[place] = self._session.run(OUTPUTS[:1], as_input(row))[0][0]
        return vectors


def as_input(row: TokenIds) -> dict[str, NDArray[np.int64]]:
    """One text as a graph takes it."""
    return {IDS: np.array([row], dtype=np.int64)}


def open_session(file: Path) -> onnxruntime.InferenceSession:
    """A graph ready to run, on the caller's thread alone.

    Raises:
        AdapterError: the file is missing or no such graph.
    """
    options = onnxruntime.SessionOptions()
    # Several shoppers at once then share the cores fairly.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(str(file), options, ["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors have no common root
        raise AdapterError(f"{file} cannot be run: delete its folder, it is made anew.") from error
