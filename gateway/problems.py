"""What an answer that is no success looks like, for the documentation of each address."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from common.problems import Problem


class Wait(Problem):
    """An error that passes by itself."""

    retry_after: int = Field(ge=1, description="Seconds to wait; also the header Retry-After.")


_PLACE = "#/components/schemas/{model}"
_MEANINGS: Mapping[int, str] = {
    400: "The body cannot be read: it is no JSON, or no UTF-8.",
    401: "The token, key or signature is absent or wrong.",
    403: "Not for this caller: another role is needed, or the console's own token is missing.",
    404: "There is no such thing, or none that this caller may see.",
    408: "The body did not arrive in time.",
    409: "It was decided otherwise before.",
    413: "The body is too large.",
    422: "Something in it does not fit; the detail says what.",
    429: "Too much in a short time: wait, then try again.",
    503: "The database did not answer: send it again in a moment.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: these statuses and those that any address may answer.

    Whatever takes a body may answer 408, as it may 413. The models are named and not given, since
    FastAPI would make a schema of them for each: `describe_problems` adds them to the page.

    Raises:
        KeyError: a status that has no meaning here yet.
    """
    return {
        status: {
            "description": _MEANINGS[status],
            "content": _shape(Wait if status == 429 else Problem),
        }
        for status in sorted({*statuses, *((408,) if 413 in statuses else ()), 429, 503})
    }


def describe_problems(app: FastAPI) -> None:
    """Let the OpenAPI page say what the problems look like that its addresses name."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        is_new = app.openapi_schema is None
        page: dict[str, Any] = describe()
        if is_new:
            mode: JsonSchemaMode = "serialization"
            shapes: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, mode), (Wait, mode)]
            _, made = models_json_schema(shapes, ref_template=_PLACE)
            page["components"]["schemas"].update(made["$defs"])
        return page

    app.openapi = openapi  # type: ignore[method-assign]


def _shape(model: type[Problem]) -> dict[str, Any]:
    place = _PLACE.format(model=model.__name__)
    return {"application/json": {"schema": {"$ref": place}}}
