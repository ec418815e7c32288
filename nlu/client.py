"""Asks the NLU server over HTTP. Free of torch, so that shop and gateway may import it."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from common.errors import ServiceUnavailable
from nlu.wire import BatchAnswer, EmbedAnswer, FaqSearch, ModelCard, Parse

Shape = TypeVar("Shape", bound=BaseModel)

DEFAULT_TIMEOUT = 3.0


class NluClient:
    """A blocking client over one pool of connections; safe to share between threads.

    Every call raises `ServiceUnavailable` where the server is away, slow, refuses, or answers
    what is no answer.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url, headers=headers, timeout=timeout, transport=transport
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
        try:
            return _read(self._http.get("/model"), ModelCard)
        except httpx.HTTPError as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """Close the connections."""
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

    def _post(
        self,
        path: str,
        body: dict[str, Any],
        shape: type[Shape],
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Shape:
        try:
            return _read(self._http.post(path, json=body, headers=headers), shape)
        except httpx.HTTPError as error:
            raise _unavailable(error) from error


class AsyncNluClient:
    """The same for asyncio."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url, headers=headers, timeout=timeout, transport=transport
        )

    async def parse(self, text: str, *, headers: Mapping[str, str] | None = None) -> Parse:
        """Intent, entities and sentiment of one message."""
        return await self._post("/model/parse", {"text": text}, Parse, headers=headers)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Unit vectors in the order of the texts."""
        return (await self._post("/embed", {"texts": list(texts)}, EmbedAnswer)).vectors

    async def search_faq(self, text: str, *, k: int = 3) -> FaqSearch:
        """The FAQ entries nearest to the question."""
        return await self._post("/faq/search", {"text": text, "k": k}, FaqSearch)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(
        self,
        path: str,
        body: dict[str, Any],
        shape: type[Shape],
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Shape:
        try:
            return _read(await self._http.post(path, json=body, headers=headers), shape)
        except httpx.HTTPError as error:
            raise _unavailable(error) from error


def _read(response: httpx.Response, shape: type[Shape]) -> Shape:
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
