"""What an answer that is no success looks like, for the documentation of each address."""

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


# The `responses` of every address that only our own processes call.
INTERNAL_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is no JSON."},
    401: {"model": Problem, "description": "The internal secret is missing or wrong."},
    422: {"model": Problem, "description": "Something in it does not fit; the detail says what."},
}
