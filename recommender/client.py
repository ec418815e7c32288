"""The way to the recommender for processes that stay free of torch."""

import httpx
from pydantic import ValidationError

from common.circuit import Circuit
from common.client import BlockingClient, certificates
from common.errors import BadRequest, ServiceUnavailable
from common.service import internal_headers
from common.settings import Settings
from recommender.wire import Recommendation, RecommendRequest


class RecommenderClient(BlockingClient):
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
        super().__init__(
            httpx.Client(
                base_url=url,
                headers=headers,
                timeout=httpx.Timeout(timeout),
                transport=transport,
                verify=certificates(),
            ),
            circuit=circuit,
        )

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
        if not self.circuit.admit():
            raise ServiceUnavailable("The recommender failed just now; it is tried again soon.")
        try:
            answer = self._http.post(
                "/recommend",
                content=request.model_dump_json(exclude_none=True),
                headers={"Content-Type": "application/json", **(headers or {})},
            )
            if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
                self.circuit.succeeded()
                raise BadRequest(f"The recommender refused the request: {answer.text[:500]}")
            answer.raise_for_status()
            recommendation = Recommendation.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            self.circuit.failed()
            raise ServiceUnavailable(
                f"The recommender at {self._http.base_url} did not answer as agreed: "
                f"{type(error).__name__}."
            ) from error
        self.circuit.succeeded()
        return recommendation


def make_client(settings: Settings, *, timeout: float = 2.0) -> RecommenderClient:
    """A client for the recommender that the settings name, carrying the internal secret."""
    return RecommenderClient(
        settings.recommender_url, headers=internal_headers(settings), timeout=timeout
    )
