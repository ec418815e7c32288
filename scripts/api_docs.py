#!/usr/bin/env python3
"""Writes docs/api.md from the gateway's OpenAPI page and the frames of its WebSocket.

scripts/api_docs.py            write it
scripts/api_docs.py --check    only say whether it is stale (exit code 1)
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from common.settings import Settings  # noqa: E402 - the path comes first
from gateway import frames  # noqa: E402
from gateway.app import create_app  # noqa: E402
from gateway.channels import web_socket  # noqa: E402

PAGE = ROOT / "docs" / "api.md"
HERE = "https://chat.example.com"
SECTIONS: Mapping[str, str] = {
    "chat": "The conversation of one shopper. All but the first carry the session's token.",
    "staff": "What the console calls. All but the login carry the session's cookie, and whatever "
    "changes something the header `X-CSRF-Token` that the login answered. "
    "Roles: agent, supervisor, admin, each of which may do what those before it may.",
    "events": "What shoppers do, from a page or from the shop's server.",
    "shop": "What the shop's own system reports; see [shop-system.md](shop-system.md).",
    "demo": "What the demo shop's own pages show.",
    "health": "For whoever watches over the processes; every process has the same three.",
}
# Told once, under Errors.
EVERYWHERE = frozenset({"400", "408", "413", "429"})
DATABASE_DOWN = "503"
HEAD = """# The API

Made by `make docs` from the gateway's OpenAPI page, which a running gateway serves at
`/openapi.json`; do not edit. Everything is JSON in UTF-8; times are RFC 3339 UTC; money is
`{"amount": "59.90", "currency": "USD"}`. Fields may be added: ignore those that you do not know.

## Errors

Every error has the same form. `error` is a stable name for programs, `detail` is for people: a
sentence, or a list of `{field, problem}` where a body does not fit.

```json
{"error": "unauthorized", "detail": "The session token is unknown: start a session to get one."}
{"error": "invalid",
 "detail": [{"field": "body.text", "problem": "Value error, The text is empty."}]}
{"error": "too_many_requests", "detail": "Too many messages in a short time: send it again later.",
 "retry_after": 12}
```

Any address may answer 429 with `Retry-After` (the limits are settings, see
[operations.md](operations.md)) and 503 while the database does not answer; whatever takes a body
may answer 400 (no JSON, or no UTF-8), 408 (it did not arrive in 20 seconds) and 413 (over 64 kB;
`/api/events` takes 2 MB). Headers may have 32 kB. An address with the wrong method is 405, and its
`Allow` names the right ones. These are not repeated below.
"""
SOCKET = """## WebSocket /api/chat/ws

The same conversation, with answers the moment they are there. Frames are JSON texts of at most
64 kB. The first frame is `auth`, within five seconds; `state` comes back. Then either side sends
when it has something to say. Several tabs may be open: each hears everything. A message goes by
`message` and is acknowledged by `ack`; if that does not come, send it by `POST /api/chat/messages`
under the same `client_message_id`: nothing happens twice. After a reconnect,
`GET /api/chat/messages?after=` brings what was missed.

| closed with | because |
|---|---|
| 4401 | the token is unknown, or the first frame was not `auth` |
| 4408 | the first frame did not come |
| 4429 | the client reads too slowly, or sends far too much |
| 1009 | a frame was too long |

```json
{"type": "auth", "token": "TOKEN"}
{"type": "message", "text": "red sneakers under 80", "client_message_id": "6c9f"}
```
"""
CLIENT_FRAMES: tuple[type[BaseModel], ...] = (
    web_socket.AuthFrame,
    web_socket.MessageFrame,
    web_socket.TypingFrame,
)
SERVER_FRAMES: tuple[type[BaseModel], ...] = (
    frames.AckFrame,
    frames.MessageFrame,
    frames.TypingFrame,
    frames.StateFrame,
    frames.ErrorFrame,
)


def main() -> int:
    """Write the page, or say that it is stale."""
    text = render()
    if "--check" in sys.argv:
        if PAGE.is_file() and PAGE.read_text() == text:
            return 0
        print("docs/api.md is stale: run `make docs`.")  # noqa: T201
        return 1
    PAGE.write_text(text)
    return 0


def render() -> str:
    """The whole page."""
    nowhere = Settings(_env_file=None, home=Path("/nowhere"), database_url="sqlite://")
    page = create_app(nowhere).openapi()
    parts = [HEAD]
    for tag, words in SECTIONS.items():
        parts.append(f"## {tag.capitalize()}\n\n{words}\n")
        parts += [_operation(page, *found) for found in _operations(page, tag)]
        if tag == "chat":
            parts.append(SOCKET)
            parts.append("Sent by the client:\n")
            parts += [_frame(frame) for frame in CLIENT_FRAMES]
            parts.append("Sent by the server:\n")
            parts += [_frame(frame) for frame in SERVER_FRAMES]
    parts.append("## Shapes\n")
    parts += [
        _shape(name, schema) for name, schema in sorted(page["components"]["schemas"].items())
    ]
    return "\n".join(parts).rstrip() + "\n"


def _operations(page: Any, tag: str) -> Iterator[tuple[str, str, Any]]:
    for path, methods in page["paths"].items():
        for method, operation in methods.items():
            if tag in operation.get("tags", ()):
                yield method.upper(), path, operation


def _operation(page: Any, method: str, path: str, operation: Any) -> str:
    lines = [f"### {method} {path}", "", operation.get("description", operation["summary"]), ""]
    keys = [name for option in operation.get("security", ()) for name in option]
    if keys:
        told = {
            "SessionToken": "`Authorization: Bearer TOKEN`",
            "EventsKey": "`X-Events-Key`",
            "StaffSession": "the console's cookie",
        }
        lines += [f"Carries {' or '.join(told[key] for key in keys)}.", ""]
    parameters = operation.get("parameters", ())
    if parameters:
        lines += ["| parameter | type | what |", "|---|---|---|"]
        lines += [
            f"| `{given['name']}` ({given['in']}) | {_type(given['schema'])} "
            f"| {given.get('description', '')} |"
            for given in parameters
        ]
        lines.append("")
    body = operation.get("requestBody")
    if body:
        lines += [f"Body: {_type(body['content']['application/json']['schema'])}.", ""]
    lines += ["```sh", _curl(page, method, path, operation, keys), "```", ""]
    lines += ["| answer | what | body |", "|---|---|---|"]
    for status, answer in sorted(operation["responses"].items()):
        if status in EVERYWHERE or (status == DATABASE_DOWN and path.startswith("/api/")):
            continue
        content = answer.get("content", {})
        media = next(iter(content), "")
        schema = content.get("application/json", {}).get("schema")
        shown = _type(schema) if schema else media or "none"
        what = answer["description"].replace("Successful Response", "Done.")
        lines.append(f"| {status} | {what} | {shown} |")
    return "\n".join((*lines, ""))


def _curl(page: Any, method: str, path: str, operation: Any, keys: list[str]) -> str:
    address = HERE + path.replace("{", "").replace("}", "").replace("_id", "-id")
    words = ["curl", address] if method == "GET" else [f"curl -X {method}", address]
    if "SessionToken" in keys:
        words.append('-H "Authorization: Bearer $TOKEN"')
    elif "EventsKey" in keys:
        words.append('-H "X-Events-Key: $SHOPKEEPER_EVENTS_KEY"')
    body = operation.get("requestBody")
    if body:
        reference = body["content"]["application/json"]["schema"]["$ref"]
        schema = page["components"]["schemas"][reference.rpartition("/")[2]]
        example = json.dumps(schema.get("examples", [{}])[0], ensure_ascii=False)
        words += ["-H 'Content-Type: application/json'", f"-d '{example}'"]
    return " \\\n  ".join((" ".join(words[:2]), *words[2:]))


def _frame(model: type[BaseModel]) -> str:
    schema = model.model_json_schema()
    kind = schema["properties"]["type"]["const"]
    return _table(f"`{kind}`", schema, without=("type",))


def _shape(name: str, schema: Any) -> str:
    return _table(f'<a id="{name.lower()}"></a>{name}', schema)


def _table(title: str, schema: Any, *, without: tuple[str, ...] = ()) -> str:
    lines = [f"**{title}** {schema.get('description', '')}", ""]
    fields = {k: v for k, v in schema.get("properties", {}).items() if k not in without}
    if fields:
        lines += ["| field | type | what |", "|---|---|---|"]
        required = schema.get("required", ())
        lines += [
            f"| `{name}`{'' if name in required else ' (optional)'} | {_type(field)} "
            f"| {field.get('description', '')} |"
            for name, field in fields.items()
        ]
    return "\n".join((*lines, ""))


def _type(schema: Any) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " or ".join(dict.fromkeys(_type(option) for option in schema[union]))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kind = schema.get("type", "anything")
    if "prefixItems" in schema:
        return f"list of {', '.join(_type(item) for item in schema['prefixItems'])}"
    if kind == "array":
        return f"list of {_type(schema['items'])}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_type(schema['additionalProperties'])}"
    if schema.get("format") in ("date-time", "uuid"):
        kind = "time" if schema["format"] == "date-time" else "UUID"
    return " ".join((kind.replace("null", "none"), *_bounds(schema)))


def _bounds(schema: Any) -> Iterator[str]:
    if schema.get("minLength", 0) > 1:
        yield f"from {schema['minLength']}"
    if "maxLength" in schema:
        yield f"at most {schema['maxLength']:,} characters"
    if "minimum" in schema:
        yield f"from {schema['minimum']:,}"
    if "maximum" in schema and schema["maximum"] < 2**53:
        yield f"to {schema['maximum']:,}"


if __name__ == "__main__":
    sys.exit(main())
