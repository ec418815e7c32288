"""docker-compose.yml as Docker Compose reads it: variables filled in, settings passed on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"

# Those that the file asks for, as a shop would write them into .env.
DOTENV = {
    "COMPOSE_PROFILES": "cpu",
    "SHOPKEEPER_INTERNAL_SECRET": "an-internal-secret",
    "POSTGRES_PASSWORD": "a-database-password",
}

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<rule>:[-?])(?P<word>[^}]*))?\}")


class Refused(Exception):
    """Compose would not start: a required variable is not set."""


@dataclass(frozen=True)
class Service:
    """One service, with what the tests ask of it."""

    name: str
    raw: Mapping[str, Any]

    @property
    def command(self) -> list[str]:
        """What its container runs."""
        return [*self.raw.get("entrypoint", []), *self.raw["command"]]

    @property
    def environment(self) -> dict[str, str]:
        return dict(self.raw.get("environment", {}))

    @property
    def probe(self) -> list[str] | None:
        """The command of its health check, none where it has no such thing."""
        test = self.raw.get("healthcheck", {}).get("test")
        return list(test[1:]) if test else None

    @property
    def runs_on(self) -> bool:
        """Whether it is meant to go on, and not to end when its work is done."""
        return self.raw.get("restart") != "no"

    @property
    def networks(self) -> set[str]:
        return set(self.raw["networks"])

    @property
    def dockerfile(self) -> Path | None:
        """What its image is made of; none where it is somebody else's."""
        build = self.raw.get("build")
        return ROOT / build["dockerfile"] if build else None


def read_services(dotenv: Mapping[str, str] = DOTENV) -> dict[str, Service]:
    """Every service, of every profile.

    Raises:
        Refused: a variable that must be set is not.
    """
    services = read_compose(dotenv)["services"]
    return {name: Service(name, raw) for name, raw in services.items()}


def read_compose(dotenv: Mapping[str, str] = DOTENV) -> dict[str, Any]:
    """The whole file."""
    whole: dict[str, Any] = _fill_in(yaml.safe_load(FILE.read_text()), dotenv)
    for service in whole["services"].values():
        if environment := service.get("environment"):
            # A name without a value is passed on from .env, or left out.
            given = {name: environment[name] or dotenv.get(name) for name in environment}
            service["environment"] = {name: v for name, v in given.items() if v is not None}
    return whole


def _fill_in(value: Any, dotenv: Mapping[str, str]) -> Any:
    match value:
        case dict():
            return {key: _fill_in(item, dotenv) for key, item in value.items()}
        case list():
            return [_fill_in(item, dotenv) for item in value]
        case str():
            return _VARIABLE.sub(lambda found: _value_of(found, dotenv), value)
        case _:
            return value


def _value_of(found: re.Match[str], dotenv: Mapping[str, str]) -> str:
    given = dotenv.get(found["name"], "")
    if not given and found["rule"] == ":?":
        raise Refused(f"{found['name']}: {found['word']}")
    return given or (found["word"] if found["rule"] == ":-" else "")
