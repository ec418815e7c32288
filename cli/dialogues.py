"""`shopkeeper evaluate dialogues`: scripted conversations against a running shop."""

import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator
from rich.console import Console
from rich.progress import track

from common.errors import BadRequest, ServiceUnavailable
from common.settings import load_settings

TURN_TIMEOUT_S = 30.0


class CardsExpected(BaseModel):
    """What must hold for the cards of one answer."""

    model_config = ConfigDict(extra="forbid")

    min: int | None = None
    max: int | None = None
    # Fields that every card must have, or most (six in ten); a value between slashes is a regex.
    all: dict[str, Any] = Field(default_factory=dict)
    most: dict[str, Any] = Field(default_factory=dict)
    none: dict[str, Any] = Field(default_factory=dict)
    # Each of these values is on one card at least: something of every kind.
    some: dict[str, list[Any]] = Field(default_factory=dict)
    price_max: float | None = None
    price_min: float | None = None
    # None of them was among the cards shown last.
    new: bool = False

    def broken(self, cards: list[dict[str, Any]], seen: set[str]) -> Iterator[str]:
        """What does not hold, a sentence each."""
        least = self.min if self.min is not None else (0 if self.max is not None else 1)
        if len(cards) < least:
            yield f"{len(cards)} cards, at least {least} expected"
        if self.max is not None and len(cards) > self.max:
            yield f"{len(cards)} cards, at most {self.max} expected"
        prices = [float(card["price"]["amount"]) for card in cards]
        if self.price_max is not None and any(price > self.price_max for price in prices):
            yield f"a price above {self.price_max:g}: {max(prices):g}"
        if self.price_min is not None and any(price < self.price_min for price in prices):
            yield f"a price below {self.price_min:g}: {min(prices):g}"
        yield from self._unlike(cards)
        if self.new and (again := seen & {card["product_id"] for card in cards}):
            yield f"shown a moment ago: {', '.join(sorted(again))}"

    def _unlike(self, cards: list[dict[str, Any]]) -> Iterator[str]:
        for share, wanted in ((1.0, self.all), (0.6, self.most)):
            for name, value in wanted.items():
                fits = sum(_fits(card.get(name), value) for card in cards)
                if fits < share * len(cards):
                    yield f"{name} is {value!r} on {fits} of {len(cards)} cards only"
        for name, value in ((name, one) for name, values in self.some.items() for one in values):
            if not any(_fits(card.get(name), value) for card in cards):
                yield f"no card whose {name} is {value!r}"
        for name, value in self.none.items():
            if any(_fits(card.get(name), value) for card in cards):
                yield f"a card whose {name} is {value!r}"


class Expected(BaseModel):
    """What must hold for one answer. `text` and `not_text` are regular expressions."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = None
    not_text: str | None = None
    cards: CardsExpected | None = None
    state: str | list[str] | None = None

    @field_validator("text", "not_text")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            re.compile(pattern)
        return pattern

    def broken(self, turn: dict[str, Any], seen: set[str]) -> Iterator[str]:
        """What does not hold, a sentence each."""
        text = text_of(turn)
        if not text.strip() and not cards_of(turn):
            yield "silence"
        if self.text is not None and not re.search(self.text, text, re.I | re.S):
            yield f"no {self.text!r} in the answer"
        if self.not_text is not None and re.search(self.not_text, text, re.I | re.S):
            yield f"{self.not_text!r} in the answer"
        if self.cards is not None:
            yield from self.cards.broken(cards_of(turn), seen)
        states = [self.state] if isinstance(self.state, str) else self.state
        if states is not None and turn["state"] not in states:
            yield f"state {turn['state']}, {' or '.join(states)} expected"


class Step(BaseModel):
    """What the shopper writes, or the title of the quick reply that they tap."""

    model_config = ConfigDict(extra="forbid")

    user: str | None = None
    tap: str | None = None
    expect: Expected = Field(default_factory=Expected)


class Dialogue(BaseModel):
    """One scripted conversation."""

    model_config = ConfigDict(extra="forbid")

    name: str
    steps: list[Step] = Field(min_length=1)


@dataclass
class Outcome:
    """How one dialogue went."""

    name: str
    expectations: int = 0
    failures: list[str] = field(default_factory=list)
    transcript: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


def read_dialogues(path: Path) -> list[Dialogue]:
    """The dialogues of one YAML file.

    Raises:
        BadRequest: the file is not YAML or not of this form; names the place.
    """
    try:
        return TypeAdapter(list[Dialogue]).validate_python(
            yaml.safe_load(path.read_text(encoding="utf-8"))
        )
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadRequest(f"{path} cannot be read as YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadRequest(f"{path}, at {place}: {first['msg']}") from error


def hold(dialogue: Dialogue, *, base_url: str) -> Outcome:
    """Hold one conversation as a guest.

    Raises:
        ServiceUnavailable: no shop answers at this address.
    """
    outcome = Outcome(dialogue.name)
    seen: set[str] = set()
    with httpx.Client(base_url=base_url, timeout=TURN_TIMEOUT_S) as http:
        try:
            session = http.post("/api/chat/sessions", json={}).raise_for_status().json()
            http.headers["Authorization"] = f"Bearer {session['token']}"
            turn: dict[str, Any] = session
            for step in dialogue.steps:
                said, body = _message(step, turn)
                started = time.perf_counter()
                answer = http.post("/api/chat/messages", json=body).raise_for_status()
                outcome.milliseconds.append((time.perf_counter() - started) * 1e3)
                turn = answer.json()
                outcome.transcript.append((said, turn))
                outcome.expectations += 1
                outcome.failures += [f"{said!r}: {why}" for why in step.expect.broken(turn, seen)]
                seen = {card["product_id"] for card in cards_of(turn)} or seen
        except httpx.TransportError as error:
            raise ServiceUnavailable(
                f"No shop answers at {base_url} ({error}): start one with `shopkeeper up`."
            ) from error
        except (httpx.HTTPStatusError, LookupError) as error:
            outcome.failures.append(str(error))
    return outcome


def evaluate_dialogues(
    files: Annotated[list[Path], typer.Argument(help="YAML files.", exists=True, dir_okay=False)],
    *,
    url: Annotated[str | None, typer.Option(help="The gateway; default: this shop's.")] = None,
    show: Annotated[bool, typer.Option(help="Print the conversations.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write a JSON report here.")] = None,
) -> None:
    """Run scripted conversations against a running shop."""
    console = Console()
    base_url = url or f"http://127.0.0.1:{load_settings().port}"
    dialogues = [dialogue for path in files for dialogue in read_dialogues(path)]
    outcomes = [
        hold(dialogue, base_url=base_url)
        for dialogue in track(dialogues, "Talking", console=Console(stderr=True))
    ]
    for outcome in outcomes:
        if show:
            _print_transcript(outcome, console)
        for failure in outcome.failures:
            console.print(f"{outcome.name}: {failure}", markup=False, highlight=False)
    summary = _summary(outcomes)
    if report is not None:
        report.write_text(json.dumps(summary, indent=2, ensure_ascii=False), encoding="utf-8")
    console.print(
        f"{summary['whole']} of {summary['dialogues']} dialogues whole, "
        f"{summary['turns']} turns, p50 {summary['latency_ms']['p50']:.0f} ms, "
        f"p95 {summary['latency_ms']['p95']:.0f} ms"
    )
    if summary["whole"] < summary["dialogues"]:
        raise typer.Exit(1)


def cards_of(turn: dict[str, Any]) -> list[dict[str, Any]]:
    """The cards of all messages of a turn."""
    return [card for message in turn["messages"] for card in message.get("cards") or []]


def text_of(turn: dict[str, Any]) -> str:
    """The words of all messages of a turn."""
    return " ".join(message.get("text") or "" for message in turn["messages"])


def _message(step: Step, turn: dict[str, Any]) -> tuple[str, dict[str, str]]:
    client_message_id = str(uuid.uuid4())
    if step.user is not None:
        return step.user, {"text": step.user, "client_message_id": client_message_id}
    for message in turn["messages"]:
        for reply in message.get("quick_replies") or []:
            if re.search(step.tap or "", reply["title"], re.I):
                payload = {"payload": reply["payload"], "client_message_id": client_message_id}
                return f"[{reply['title']}]", payload
    raise LookupError(f"no quick reply {step.tap!r} to tap")


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return any(_fits(value, one) for one in wanted)
    if isinstance(wanted, str) and len(wanted) > 1 and wanted[0] == wanted[-1] == "/":
        return re.search(wanted[1:-1], str(value or ""), re.I) is not None
    if isinstance(wanted, str):
        return str(value or "").casefold() == wanted.casefold()
    return bool(value == wanted)


def _summary(outcomes: list[Outcome]) -> dict[str, Any]:
    times = sorted(ms for outcome in outcomes for ms in outcome.milliseconds) or [0.0]
    return {
        "dialogues": len(outcomes),
        "whole": sum(not outcome.failures for outcome in outcomes),
        "turns": sum(outcome.expectations for outcome in outcomes),
        "latency_ms": {"p50": times[len(times) // 2], "p95": times[int(len(times) * 0.95)]},
        "failures": {o.name: o.failures for o in outcomes if o.failures},
    }


def _print_transcript(outcome: Outcome, console: Console) -> None:
    console.rule(outcome.name)
    for said, turn in outcome.transcript:
        console.print(f"[bold]>[/] {said}", highlight=False)
        console.print(f"< [{turn['state']}] {text_of(turn)}", markup=False, highlight=False)
        for card in cards_of(turn):
            price = card["price"]["amount"]
            line = f"    - {card['title'][:48]} | {card['category']} | {price} | {card['reason']}"
            console.print(line, markup=False, highlight=False)
        titles = [r["title"] for m in turn["messages"] for r in m.get("quick_replies") or []]
        if titles:
            console.print(f"    [{' | '.join(titles)}]", markup=False, highlight=False)
