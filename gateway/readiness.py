"""Whether the whole shop can do its work: this process and the four behind it."""

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import httpx
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from common.client import certificates
from common.settings import Settings

TIMEOUT = 1.5
KEPT_FOR = 1.0


class WholeShop:
    """Asks the database and every process, all at once, and remembers the answer for a second.

    Args:
        parts: each part's name and base address.
    """

    def __init__(self, engine: Engine, parts: Mapping[str, str]) -> None:
        self._engine = engine
        self._parts = dict(parts)
        self._client = httpx.Client(timeout=TIMEOUT, verify=certificates())
        self._workers = ThreadPoolExecutor(len(self._parts) + 1, thread_name_prefix="readiness")
        self._lock = threading.Lock()
        self._missing: dict[str, str] = {}
        self._asked_at = float("-inf")

    def missing(self) -> Mapping[str, str]:
        """What does not work, by part; empty when everything does."""
        # One asks, the others wait for the same answer: health checks come in bursts.
        with self._lock:
            if time.monotonic() - self._asked_at > KEPT_FOR:
                self._missing = self._ask()
                self._asked_at = time.monotonic()
            return self._missing

    def close(self) -> None:
        """Let go of connections and threads."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def _ask(self) -> dict[str, str]:
        asked = {
            name: self._workers.submit(self._ask_part, url) for name, url in self._parts.items()
        }
        asked["database"] = self._workers.submit(self._ask_database)
        problems = {name: answer.result() for name, answer in asked.items()}
        return {name: problem for name, problem in problems.items() if problem}

    def _ask_part(self, url: str) -> str | None:
        try:
            response = self._client.get(f"{url}/readyz")
        except httpx.HTTPError as error:
            return f"does not answer ({type(error).__name__})"
        return None if response.is_success else f"answers {response.status_code}"

    def _ask_database(self) -> str | None:
        try:
            with self._engine.connect() as connection:
                connection.execute(text("SELECT id FROM conversations LIMIT 1"))
        except SQLAlchemyError as error:
            return f"does not answer ({type(error).__name__})"
        return None


def parts_of(settings: Settings) -> dict[str, str]:
    """The processes behind the gateway."""
    return {
        "rasa": settings.rasa_url,
        "nlu": settings.nlu_url,
        "recommender": settings.recommender_url,
        "actions": settings.actions_url,
    }
