"""The NLU server: Rasa's own parse protocol, embeddings, FAQ search."""

import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI, Request, Response

from common.problems import INTERNAL_PROBLEMS, Problem
from common.service import add_service_routes, require_internal_secret, serve
from common.settings import Settings, load_settings
from nlu.service import NluService
from nlu.traffic import Traffic
from nlu.wire import (
    BatchAnswer,
    BatchRequest,
    EmbedAnswer,
    EmbedRequest,
    FaqRequest,
    FaqSearch,
    ModelCard,
    Parse,
    ParseRequest,
)

# What a shopper can send, with room; the rest of a longer text says no more.
LONGEST_TEXT = 10_000

_NO_ADAPTER: dict[int | str, dict[str, Any]] = {
    503: {"model": Problem, "description": "No adapter could be loaded; the detail says why."},
}

router = APIRouter(responses=INTERNAL_PROBLEMS | _NO_ADAPTER)


def create_app(settings: Settings, *, service: NluService | None = None) -> FastAPI:
    """The server; its model loads when it starts."""
    nlu = service or NluService(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await to_thread.run_sync(nlu.start)
        yield
        await to_thread.run_sync(nlu.stop)

    app = FastAPI(title="Shopkeeper NLU", lifespan=lifespan)
    app.state.nlu = nlu
    # More passes at once than cores only make each of them slower.
    app.state.turnstile = threading.BoundedSemaphore(max(1, os.cpu_count() or 1))
    app.state.traffic = Traffic(add_service_routes(app, readiness=nlu.missing, notes=nlu.notes))
    # Where a secret is set every call needs it; so only our own processes send `/intent{...}`.
    require_internal_secret(app, settings=settings)
    app.include_router(router)
    return app


def _readable(text: str) -> str:
    """Cut to length; half a surrogate pair from a broken client becomes a question mark."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode()


def _as_json(parse: Parse) -> Response:
    """Written once: what we made ourselves needs no second check on its way out."""
    return Response(parse.model_dump_json(), media_type="application/json")


async def _service(request: Request) -> NluService:
    service: NluService = request.app.state.nlu
    return service


async def _turnstile(request: Request) -> threading.BoundedSemaphore:
    turnstile: threading.BoundedSemaphore = request.app.state.turnstile
    return turnstile


async def _traffic(request: Request) -> Traffic:
    traffic: Traffic = request.app.state.traffic
    return traffic


Service = Annotated[NluService, Depends(_service)]
Turnstile = Annotated[threading.BoundedSemaphore, Depends(_turnstile)]
Counted = Annotated[Traffic, Depends(_traffic)]


@router.post("/model/parse", response_model=Parse)
def parse(asked: ParseRequest, nlu: Service, turnstile: Turnstile, traffic: Counted) -> Response:
    """Intent, entities and sentiment of one message, or what a button's payload stands for."""
    text = _readable(asked.text)
    serving = nlu.serving(asked.shopper)
    if payload := serving.parser.parse_payload(text):
        return _as_json(payload)
    with nlu.courtesy.answering(), traffic.work("parse"), turnstile:
        parses = serving.parse([text])
    traffic.understood(parses)
    return _as_json(parses[0])


@router.post("/model/parse/batch")
def parse_batch(
    asked: BatchRequest, nlu: Service, turnstile: Turnstile, traffic: Counted
) -> BatchAnswer:
    """The same for many messages at once; payloads are only text here."""
    with traffic.work("parse", texts=len(asked.texts)), turnstile:
        return BatchAnswer(parses=nlu.serving().parse([_readable(text) for text in asked.texts]))


@router.post("/embed")
def embed(asked: EmbedRequest, nlu: Service, turnstile: Turnstile, traffic: Counted) -> EmbedAnswer:
    """Unit vectors of the plain encoder."""
    with traffic.work("embed", texts=len(asked.texts)), turnstile:
        vectors = nlu.embedder.embed([_readable(text) for text in asked.texts])
    return EmbedAnswer(vectors=vectors.tolist())


@router.post("/faq/search")
def search_faq(
    asked: FaqRequest, nlu: Service, turnstile: Turnstile, traffic: Counted
) -> FaqSearch:
    """The shop's FAQ entries nearest to a question, and whether the first answers it."""
    with nlu.courtesy.answering(), traffic.work("faq"), turnstile:
        return nlu.search_faq(_readable(asked.text), k=asked.k)


@router.get("/model")
def model(nlu: Service) -> ModelCard:
    """What is loaded."""
    return nlu.card()


def main() -> None:
    """Serve until told to stop."""
    settings = load_settings()
    # A tokenizer's own threads would fight for the cores.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    serve(create_app(settings), process="nlu", host=settings.bind, port=settings.port_base + 1)


if __name__ == "__main__":
    main()
