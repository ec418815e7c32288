"""What an answer that is no success looks like, for the documentation of each address."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class FieldProblem(BaseModel):
    """One field that does not fit."""

    field: str = Field(description="Where it is, such as body.text.")
    problem: str


class Problem(BaseModel):
    """Every error's body. Some carry further facts."""

    model_config = ConfigDict(extra="allow")

    error: str = Field(description="A stable name, for programs.")
    detail: str | list[FieldProblem] = Field(
        description="For people: a sentence, or what is wrong with which field."
    )


class Wait(Problem):
    """An error that passes by itself."""

    retry_after: int = Field(ge=1, description="Seconds to wait; also the header Retry-After.")


_MEANINGS: Mapping[int, str] = {
    400: "The body cannot be read: it is no JSON, or no UTF-8.",
    401: "The token, key or signature is absent or wrong.",
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

    Whatever takes a body may answer 408, as it may 413.

    Raises:
        KeyError: a status that has no meaning here yet.
    """
    return {
        status: {"model": Wait if status == 429 else Problem, "description": _MEANINGS[status]}
        for status in sorted({*statuses, *((408,) if 413 in statuses else ()), 429, 503})
    }
