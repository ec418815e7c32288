"""Asks the NLU server over HTTP. Free of torch, so that shop and gateway may import it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from common.circuit import Circuit
from common.client import AsyncClient, BlockingClient, certificates
from common.errors import ServiceUnavailable
from nlu.wire import BatchAnswer, EmbedAnswer, FaqSearch, ModelCard, Parse

Shape = TypeVar("Shape", bound=BaseModel)

DEFAULT_TIMEOUT = 3.0


class NluClient(BlockingClient):
    """A blocking client over one pool of connections; safe to share between threads.

    Every call raises `ServiceUnavailable` where the server is away, slow, refuses, or answers
    what is no answer; and at once, without a call, where it was so just now.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        circuit: Circuit | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(
            httpx.Client(
                base_url=base_url,
                headers=headers,
                timeout=timeout,
                transport=transport,
                verify=certificates(),
            ),
            circuit=circuit,
        )

    def parse(self, text: str, *, headers: Mapping[str, str] | None = None) -> Parse:
        """Intent, entities and sentiment of one message."""
        return self._post("/model/parse", {"text": text}, Parse, headers=headers)

    def parse_batch(self, texts: Sequence[str]) -> list[Parse]:
        """Parses in the order of the texts."""
        return self._post("/model/parse/batch", {"texts": list(texts)}, BatchAnswer).parses

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Unit vectors in the order of the texts."""
        return self._post("/embed", {"texts": list(texts)}, EmbedAnswer).vectors

    def search_faq(self, text: str, *, k: int = 3) -> FaqSearch:
        """The FAQ entries nearest to the question."""
        return self._post("/faq/search", {"text": text, "k": k}, FaqSearch)

    def model(self) -> ModelCard:
        """What is loaded over there."""
        return self._call("GET", "/model", ModelCard)

    def _post(
        self,
        path: str,
        body: dict[str, Any],
        shape: type[Shape],
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Shape:
        return self._call("POST", path, shape, json=body, headers=headers)

    def _call(self, method: str, path: str, shape: type[Shape], **options: Any) -> Shape:
        _ask_leave(self.circuit)
        try:
            response = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            self.circuit.failed()
            raise _unavailable(error) from error
        return _read(response, shape, self.circuit)


class AsyncNluClient(AsyncClient):
    """The same for asyncio."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        circuit: Circuit | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(
            httpx.AsyncClient(
                base_url=base_url,
                headers=headers,
                timeout=timeout,
                transport=transport,
                verify=certificates(),
            ),
            circuit=circuit,
        )

    async def parse(
        self, text: str, *, shopper: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Parse:
        """Intent, entities and sentiment of one message.

        Args:
            text: the message.
            shopper: a pseudonym of who wrote it; the same shopper is read by the same model.
            headers: of this call alone.
        """
        asked = {"text": text, "shopper": shopper}
        return await self._post("/model/parse", asked, Parse, headers=headers)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Unit vectors in the order of the texts."""
        return (await self._post("/embed", {"texts": list(texts)}, EmbedAnswer)).vectors

    async def search_faq(self, text: str, *, k: int = 3) -> FaqSearch:
        """The FAQ entries nearest to the question."""
        return await self._post("/faq/search", {"text": text, "k": k}, FaqSearch)

    async def _post(
        self,
        path: str,
        body: dict[str, Any],
        shape: type[Shape],
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Shape:
        _ask_leave(self.circuit)
        try:
            response = await self._http.post(path, json=body, headers=headers)
        except httpx.HTTPError as error:
            self.circuit.failed()
            raise _unavailable(error) from error
        except asyncio.CancelledError:
            # Whoever asked gave up waiting.
            self.circuit.failed()
            raise
        return _read(response, shape, self.circuit)


def _ask_leave(circuit: Circuit) -> None:
    if not circuit.admit():
        raise ServiceUnavailable("The NLU server failed just now; it is tried again soon.")


def _read(response: httpx.Response, shape: type[Shape], circuit: Circuit) -> Shape:
    # It lives, whatever it says: what it makes of one text says nothing of the next.
    circuit.succeeded()
    if response.status_code != httpx.codes.OK:
        raise ServiceUnavailable(
            f"The NLU server answered {response.status_code}.", status_code=response.status_code
        )
    try:
        return shape.model_validate_json(response.content)
    except ValidationError as error:
        raise ServiceUnavailable("The NLU server's answer does not fit its contract.") from error


def _unavailable(error: httpx.HTTPError) -> ServiceUnavailable:
    return ServiceUnavailable(
        "The NLU server did not answer; is `python -m nlu.server` running?",
        reason=type(error).__name__,
    )
