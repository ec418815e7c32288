"""The NLU server's own numbers for /metrics."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram

from common.logs import note
from nlu.wire import Parse


class Traffic:
    """How long the model takes, for how many texts at once, and what it makes of them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "nlu_pass_seconds",
            "Time of one pass of the model, waiting for its turn included.",
            ("work",),
            registry=registry,
            buckets=(0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
        )
        self._texts = Histogram(
            "nlu_pass_texts",
            "Texts in one pass.",
            ("work",),
            registry=registry,
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
        )
        self._intents = Counter(
            "nlu_intents",
            "Messages by the intent found; nlu_fallback where none is believable.",
            ("intent",),
            registry=registry,
        )

    @contextmanager
    def work(self, name: str, *, texts: int = 1) -> Iterator[None]:
        """Times one pass: parse, embed or faq."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds.labels(name).observe(time.perf_counter() - started)
            self._texts.labels(name).observe(texts)

    def understood(self, parses: Sequence[Parse]) -> None:
        """Counts what was found. Intents are the model's labels: a shopper cannot add to them."""
        for parse in parses:
            self._intents.labels(parse.intent.name).inc()
        if len(parses) == 1:
            intent = parses[0].intent
            note(intent=intent.name, confidence=intent.confidence)
