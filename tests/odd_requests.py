"""Odd requests for whatever an OpenAPI page announces, made by schemathesis."""

from pathlib import Path
from typing import Any

import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema

from common.settings import Settings

# For a page alone: nothing is read and nothing is written.
NOWHERE = Settings(_env_file=None, home=Path("/nowhere"), database_url="sqlite://")


def unchecked(*checks: str) -> dict[str, Any]:
    """Settings without these of schemathesis's checks."""
    return {"checks": {check: {"enabled": False} for check in checks}}


def documented(app: FastAPI, *, examples: int, deterministic: bool, **config: Any) -> BaseSchema:
    """An app's page, and how many requests each of its addresses is sent.

    Args:
        config: further settings of schemathesis.
    """
    generation = {"max-examples": examples, "deterministic": deterministic, "database": "none"}
    settings = SchemathesisConfig.from_dict({"generation": generation, **config})
    return schemathesis.openapi.from_dict(app.openapi(), config=settings)
