"""The action server: rasa-sdk's executor inside FastAPI, without its worker processes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry
from pydantic import BaseModel, ConfigDict, Field
from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from actions.measures import ActionMeasures
from actions.registry import ACTIONS, Answer
from actions.services import Services
from actions.turn import Turn
from common.problems import INTERNAL_PROBLEMS, Problem
from common.service import add_service_routes, require_internal_secret
from common.settings import Settings
from db.measures import watch_pool


class ConversationState(BaseModel):
    """Rasa's tracker as it travels; what is not read here travels as well."""

    model_config = ConfigDict(extra="allow")

    sender_id: str
    slots: dict[str, Any] = Field(default_factory=dict)
    latest_message: dict[str, Any] | None = None
    events: list[dict[str, Any]] = Field(default_factory=list)
    active_loop: dict[str, Any] = Field(default_factory=dict)
    latest_action_name: str | None = None


class ActionCall(BaseModel):
    """One action to run, for one conversation."""

    model_config = ConfigDict(extra="allow")

    next_action: str
    tracker: ConversationState
    # Our actions need none, and Rasa 3.6 cannot be asked for it again.
    domain: dict[str, Any] = Field(default_factory=dict)


class Refusal(BaseModel):
    """Why an action was not run."""

    error: str
    action_name: str


def create_app(settings: Settings, *, services: Services) -> FastAPI:
    """The server that Rasa calls at /webhook."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        for client in services.closing:
            client.close()

    app = FastAPI(title="Shopkeeper actions", lifespan=lifespan)
    registry = add_service_routes(app, readiness=lambda: _missing(services))
    executor = make_executor(services, measures=ActionMeasures(registry))
    if isinstance(engine := services.sessions.kw["bind"], Engine):
        watch_pool(engine, registry)
    require_internal_secret(app, settings=settings)

    @app.post(
        "/webhook",
        responses=INTERNAL_PROBLEMS
        | {
            400: {"model": Refusal | Problem, "description": "The action refuses, or no JSON."},
            404: {"model": Refusal, "description": "There is no such action."},
        },
    )
    async def run(call: ActionCall) -> JSONResponse:
        """Run one action: its events and what it says."""
        try:
            result = await executor.run(call.model_dump())
        except ActionNotFoundException as error:
            return JSONResponse(
                {"error": str(error), "action_name": error.action_name}, status_code=404
            )
        except ActionExecutionRejection as error:
            return JSONResponse(
                {"error": str(error), "action_name": error.action_name}, status_code=400
            )
        return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})

    return app


def make_executor(
    services: Services,
    *,
    actions: Mapping[str, Answer] = ACTIONS,
    measures: ActionMeasures | None = None,
) -> ActionExecutor:
    """An executor that knows every action; each runs in a thread, since it waits for SQL."""
    measures = measures or ActionMeasures(CollectorRegistry())
    executor = ActionExecutor()
    for name, answer in actions.items():
        executor.register_function(name, _as_action(name, answer, services, measures))
    return executor


def _as_action(name: str, answer: Answer, services: Services, measures: ActionMeasures) -> Any:
    async def run(
        dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[EventType]:
        with measures.action(name):
            turn = Turn(tracker=tracker, dispatcher=dispatcher, services=services)
            await anyio.to_thread.run_sync(turn.answer_with, answer)
        return turn.events

    return run


def _missing(services: Services) -> dict[str, str]:
    try:
        with services.sessions() as session:
            session.execute(text("SELECT 1 FROM products LIMIT 1"))
    except SQLAlchemyError as error:
        return {"database": f"{type(error).__name__}: is it running, and are its tables made?"}
    return {}
