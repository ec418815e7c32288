"""The way to the recommender for processes that stay free of torch."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx
from pydantic import ValidationError

from common.errors import BadRequest, ServiceUnavailable
from common.service import internal_headers
from common.settings import Settings
from recommender.wire import Recommendation, RecommendRequest


class Circuit:
    """Stops calling a server that keeps failing, and tries it again after a pause.

    While open, callers get their second best at once instead of waiting for a timeout each.
    """

    def __init__(
        self, *, failures: int = 3, pause: float = 5.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = failures
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._retry_at = 0.0

    def admit(self) -> bool:
        """Whether a call may go out. After the pause one caller at a time tries the server."""
        with self._lock:
            if self._failures < self._limit:
                return True
            if self._clock() < self._retry_at:
                return False
            self._retry_at = self._clock() + self._pause
            return True

    def succeeded(self) -> None:
        """The server answered: closed again."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """The server did not answer, or not as agreed."""
        with self._lock:
            self._failures += 1
            self._retry_at = self._clock() + self._pause


class RecommenderClient:
    """Asks the recommender's server. Safe to share between threads; close it when done."""

    def __init__(
        self,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        timeout: float = 2.0,
        circuit: Circuit | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare to call the server at `url`.

        Args:
            url: where the server listens, without a path.
            headers: sent with every call, for instance the internal secret.
            timeout: seconds for one answer.
            circuit: when to stop trying; one of its own by default.
            transport: how httpx sends; tests put a server in here.
        """
        self._http = httpx.Client(
            base_url=url, headers=headers, timeout=httpx.Timeout(timeout), transport=transport
        )
        self._circuit = circuit or Circuit()

    def recommend(
        self, request: RecommendRequest, *, headers: dict[str, str] | None = None
    ) -> Recommendation:
        """Rank the catalogue for this request.

        Args:
            request: who asks, for what.
            headers: for this call alone, for instance the conversation's id.

        Raises:
            BadRequest: the server refused the request; the detail says why.
            ServiceUnavailable: it is down, too slow, or was so a moment ago.
        """
        if not self._circuit.admit():
            raise ServiceUnavailable("The recommender failed just now; it is tried again soon.")
        try:
            answer = self._http.post(
                "/recommend",
                content=request.model_dump_json(exclude_none=True),
                headers={"Content-Type": "application/json", **(headers or {})},
            )
            if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
                self._circuit.succeeded()
                raise BadRequest(f"The recommender refused the request: {answer.text[:500]}")
            answer.raise_for_status()
            recommendation = Recommendation.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            self._circuit.failed()
            raise ServiceUnavailable(
                f"The recommender at {self._http.base_url} did not answer as agreed: "
                f"{type(error).__name__}."
            ) from error
        self._circuit.succeeded()
        return recommendation

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def make_client(settings: Settings, *, timeout: float = 2.0) -> RecommenderClient:
    """A client for the recommender that the settings name, carrying the internal secret."""
    return RecommenderClient(
        settings.recommender_url, headers=internal_headers(settings), timeout=timeout
    )
