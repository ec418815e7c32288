"""A Bot API server for tests: over real HTTP, and as strict as the real one where it matters."""

import asyncio
import io
import ipaddress
import json
import math
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from PIL import Image, UnidentifiedImageError
from starlette.datastructures import UploadFile

from tests.gateway.conftest import wait_until
from tests.gateway.serving import serving

TOKEN = "110201543:test-bot-of-the-corner-shop"
USERNAME = "corner_shop_bot"
_TAGS = {"b", "strong", "i", "em", "u", "s", "a", "code", "pre", "blockquote"}


class Refused(Exception):
    """An answer that is not ok."""

    def __init__(self, status: int, description: str, **parameters: object) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


class _Entities(HTMLParser):
    """Reads HTML as Telegram does: few tags, all of them closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.links: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise Refused(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        self._open.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            raise Refused(400, "Bad Request: can't parse entities: unexpected end tag")

    def handle_data(self, data: str) -> None:
        self.text += data

    def read(self, html: str) -> str:
        self.feed(html)
        self.close()
        if self._open:
            raise Refused(400, "Bad Request: can't parse entities: Can't find end tag")
        return self.text


@dataclass
class Seen:
    """A message in a chat, as the person sees it now."""

    message_id: int
    text: str
    photo: bytes | None = None
    document: bytes | None = None
    keyboard: list[list[dict[str, str]]] = field(default_factory=list)
    html: str = ""
    links: list[str] = field(default_factory=list)
    edits: int = 0
    sent_at: float = field(default_factory=time.monotonic)

    @property
    def buttons(self) -> list[dict[str, str]]:
        return [button for row in self.keyboard for button in row]

    @property
    def titles(self) -> list[str]:
        return [button["text"] for button in self.buttons]

    def button(self, words: str) -> dict[str, str]:
        for button in self.buttons:
            if words.lower() in button["text"].lower():
                return button
        raise AssertionError(f"no button {words!r} among {self.titles}")


class BotApi:
    """What Telegram's servers know, and what they were asked.

    Attributes:
        burst: messages a chat bears at once before it is one a second.
        outage: what every call answers with at the moment, such as 502.
    """

    def __init__(self) -> None:
        self.url = ""
        self.burst = 20.0
        self.outage: int | None = None
        self.longest_poll = 0.5
        # Where a public name leads, as a proxy would lead it.
        self.proxies: dict[str, str] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refused: list[tuple[str, str]] = []
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.webhook: dict[str, Any] = {}
        self.webhook_answers: list[int] = []
        self.answered: dict[str, str] = {}
        self.people: dict[int, Person] = {}
        self.left: list[int] = []
        self.actions: list[tuple[int, str]] = []
        self._updates: list[dict[str, Any]] = []
        self._update_id = 1000
        self._message_id = 0
        self._query_id = 0
        self._open_queries: set[str] = set()
        self._allowance: dict[int, tuple[float, float]] = {}
        self._polling = 0
        self._lock = threading.RLock()
        self._methods: Mapping[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": self._get_me,
            "setMyCommands": self._set_commands,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: {"url": self.webhook.get("url", "")},
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendDocument": self._send_document,
            "editMessageMedia": self._edit_media,
            "editMessageText": self._edit_text,
            "answerCallbackQuery": self._answer_query,
            "sendChatAction": self._send_action,
            "leaveChat": lambda given: self.left.append(int(given["chat_id"])) or True,
        }

    def person(self, chat_id: int = 7001, *, language: str = "en", first: str = "Maya") -> "Person":
        """Somebody with Telegram."""
        return self.people.setdefault(chat_id, Person(self, chat_id, language, first))

    def called(self, method: str) -> list[dict[str, Any]]:
        """What a method was given, call by call."""
        return [given for name, given in self.calls if name == method]

    def push(self, update: dict[str, Any], *, update_id: int | None = None) -> int:
        """Have an update for the bot; the same number again is the same update again."""
        with self._lock:
            if update_id is None:
                self._update_id += 1
                update_id = self._update_id
            update = {"update_id": update_id, **update}
            if self.webhook.get("url"):
                threading.Thread(target=self._deliver, args=(update,), daemon=True).start()
            else:
                self._updates.append(update)
            return update_id

    def next_message_id(self) -> int:
        with self._lock:
            self._message_id += 1
            return self._message_id

    def open_query(self) -> str:
        with self._lock:
            self._query_id += 1
            key = str(self._query_id)
            self._open_queries.add(key)
            return key

    def expire_queries(self) -> None:
        """Too much time has passed to answer what was tapped."""
        self._open_queries.clear()

    @contextmanager
    def open(self) -> Iterator["BotApi"]:
        """Serve on a port of its own."""
        with serving(self._app()) as self.url:
            yield self

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.api_route("/bot{token}/{method}", methods=["GET", "POST"])
        async def call(token: str, method: str, request: Request) -> JSONResponse:
            given = await _read(request)
            try:
                if self.outage:
                    raise Refused(self.outage, "Bad Gateway")
                if token != TOKEN:
                    raise Refused(401, "Unauthorized")
                self.calls.append((method, given))
                if method == "getUpdates":
                    result: Any = await self._get_updates(given)
                elif method in self._methods:
                    result = self._methods[method](given)
                else:
                    raise Refused(404, "Not Found")
            except Refused as error:
                self.refused.append((method, error.description))
                answer: dict[str, Any] = {
                    "ok": False,
                    "error_code": error.status,
                    "description": error.description,
                }
                if error.parameters:
                    answer["parameters"] = error.parameters
                return JSONResponse(answer, error.status)
            return JSONResponse({"ok": True, "result": result})

        return app

    def _deliver(self, update: dict[str, Any]) -> None:
        """Push an update as Telegram does: again and again until it is taken."""
        url = self.webhook["url"]
        for name, leads_to in self.proxies.items():
            url = url.replace(name, leads_to)
        for _ in range(50):
            try:
                answer = httpx.post(
                    url,
                    json=update,
                    headers={"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"]},
                    timeout=20,
                )
                self.webhook_answers.append(answer.status_code)
                if answer.is_success:
                    return
            except httpx.HTTPError:
                self.webhook_answers.append(0)
            time.sleep(0.1)

    async def _get_updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook.get("url"):
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        if self._polling:
            raise Refused(409, "Conflict: terminated by other getUpdates request")
        self._polling += 1
        try:
            offset = int(given.get("offset", 0))
            with self._lock:
                self._updates = [u for u in self._updates if u["update_id"] >= offset]
            end = time.monotonic() + min(float(given.get("timeout", 0)), self.longest_poll)
            while not self._updates and time.monotonic() < end:
                await asyncio.sleep(0.01)
            allowed = given.get("allowed_updates")
            return [
                update
                for update in self._updates[:100]
                if not allowed or any(kind in update for kind in allowed)
            ]
        finally:
            self._polling -= 1

    def _get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"id": 110201543, "is_bot": True, "first_name": "Shop", "username": USERNAME}

    def _set_commands(self, given: dict[str, Any]) -> bool:
        for command in given["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise Refused(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[given.get("language_code", "")] = given["commands"]
        return True

    def _set_webhook(self, given: dict[str, Any]) -> bool:
        parts = urlsplit(given["url"])
        if parts.scheme != "https":
            raise Refused(
                400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
            )
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", given.get("secret_token", "x")):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = given
        return True

    def _delete_webhook(self, _: dict[str, Any]) -> bool:
        self.webhook = {}
        return True

    def _send_message(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._admit(given)
        text, links = _words(given, "text")
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if _length(text) > 4096:
            raise Refused(400, "Bad Request: message is too long")
        seen = Seen(
            self.next_message_id(),
            text,
            keyboard=_keyboard(given),
            html=given["text"],
            links=links,
        )
        return self._show(chat, seen)

    def _send_photo(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._admit(given)
        text, links = _words(given, "caption")
        _check_caption(text)
        photo = _photo(given["photo"])
        seen = Seen(
            self.next_message_id(),
            text,
            photo,
            keyboard=_keyboard(given),
            html=given.get("caption", ""),
            links=links,
        )
        return self._show(chat, seen)

    def _send_document(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._admit(given)
        # The library hands a file over under a name of its own.
        document = given.get(str(given["document"]).removeprefix("attach://"), given["document"])
        if not isinstance(document, bytes):
            raise Refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
        if not document:
            raise Refused(400, "Bad Request: file must be non-empty")
        return self._show(chat, Seen(self.next_message_id(), "", document=document))

    def _edit_media(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._admit(given)
        seen = self._find(chat, given)
        media = given["media"]
        if media["type"] != "photo" or seen.photo is None:
            raise Refused(400, "Bad Request: MEDIA_TYPE_INVALID")
        text, links = _words({**media}, "caption")
        _check_caption(text)
        source = media["media"]
        name = source.removeprefix("attach://")
        photo = _photo(given[name] if source.startswith("attach://") else source)
        keyboard = _keyboard(given)
        if (seen.text, seen.photo, seen.keyboard) == (text, photo, keyboard):
            raise Refused(400, "Bad Request: message is not modified: same content")
        seen.text, seen.photo, seen.keyboard, seen.links = text, photo, keyboard, links
        seen.edits += 1
        return _message(chat, seen)

    def _edit_text(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._admit(given)
        seen = self._find(chat, given)
        if seen.photo is not None:
            raise Refused(400, "Bad Request: there is no text in the message to edit")
        text, links = _words(given, "text")
        keyboard = _keyboard(given)
        if (seen.text, seen.keyboard) == (text, keyboard):
            raise Refused(400, "Bad Request: message is not modified: same content")
        seen.text, seen.keyboard, seen.links = text, keyboard, links
        seen.edits += 1
        return _message(chat, seen)

    def _answer_query(self, given: dict[str, Any]) -> bool:
        key = given["callback_query_id"]
        if len(given.get("text", "")) > 200:
            raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
        if key not in self._open_queries:
            raise Refused(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        self._open_queries.discard(key)
        self.answered[key] = given.get("text", "")
        return True

    def _send_action(self, given: dict[str, Any]) -> bool:
        chat = self._chat(given)
        self.actions.append((chat, given["action"]))
        return True

    def _chat(self, given: dict[str, Any]) -> int:
        chat = int(given["chat_id"])
        person = self.people.get(chat)
        if chat > 0 and (person is None or not person.has_written):
            raise Refused(400, "Bad Request: chat not found")
        if person is not None and person.blocking:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat

    def _admit(self, given: dict[str, Any]) -> int:
        """The chat, unless it has had too much in a short time."""
        chat = self._chat(given)
        with self._lock:
            wait = self.person(chat).waits_until - time.monotonic()
            if wait > 0:
                after = math.ceil(wait)
                raise Refused(429, f"Too Many Requests: retry after {after}", retry_after=after)
            left, then = self._allowance.get(chat, (self.burst, time.monotonic()))
            left = min(self.burst, left + time.monotonic() - then)
            if left < 1:
                raise Refused(429, "Too Many Requests: retry after 1", retry_after=1)
            self._allowance[chat] = (left - 1, time.monotonic())
        return chat

    def _find(self, chat: int, given: dict[str, Any]) -> Seen:
        for seen in self.people[chat].seen:
            if seen.message_id == int(given["message_id"]):
                return seen
        raise Refused(400, "Bad Request: message to edit not found")

    def _show(self, chat: int, seen: Seen) -> dict[str, Any]:
        self.person(chat).seen.append(seen)
        return _message(chat, seen)


class Person:
    """Somebody in a private chat with the bot."""

    def __init__(self, api: BotApi, chat_id: int, language: str, first: str) -> None:
        self.chat_id = chat_id
        self.seen: list[Seen] = []
        self.blocking = False
        self.has_written = False
        # Until then Telegram takes nothing for this chat.
        self.waits_until = 0.0
        self._api = api
        self._user = {
            "id": chat_id,
            "is_bot": False,
            "first_name": first,
            "language_code": language,
        }
        self._chat = {"id": chat_id, "type": "private", "first_name": first}

    def says(self, text: str, *, update_id: int | None = None) -> int:
        """Write a message; its update's number comes back."""
        return self.sends({"text": text}, update_id=update_id)

    def sends(self, content: Mapping[str, Any], *, update_id: int | None = None) -> int:
        """Send a message of any kind."""
        self.has_written = True
        message = self._message(content)
        return self._api.push({"message": message}, update_id=update_id)

    def edits(self, text: str) -> int:
        """Change what was written."""
        message = {**self._message({"text": text}), "edit_date": int(time.time())}
        return self._api.push({"edited_message": message})

    def taps(self, words: str, *, on: Seen | None = None) -> str:
        """Tap on a button of a message, the last with buttons where none is named."""
        message = on or next(seen for seen in reversed(self.seen) if seen.keyboard)
        return self.taps_data(message.button(words)["callback_data"], on=message)

    def taps_data(self, data: str, *, on: Seen) -> str:
        """Send what a button would send."""
        query = self._api.open_query()
        self._api.push(
            {
                "callback_query": {
                    "id": query,
                    "from": self._user,
                    "chat_instance": "1",
                    "data": data,
                    "message": _message(self.chat_id, on),
                }
            }
        )
        return query

    def blocks(self, *, on: bool = True) -> None:
        """Block the bot, or let it in again."""
        self.blocking = on
        status = {True: "kicked", False: "member"}
        bot = {"id": 110201543, "is_bot": True, "first_name": "Shop", "username": USERNAME}

        def member(kicked: bool) -> dict[str, Any]:
            extra = {"until_date": 0} if kicked else {}
            return {"user": bot, "status": status[kicked], **extra}

        self._api.push(
            {
                "my_chat_member": {
                    "chat": self._chat,
                    "from": self._user,
                    "date": int(time.time()),
                    "old_chat_member": member(not on),
                    "new_chat_member": member(on),
                }
            }
        )

    def sees(self, words: str, *, after: int = 0, seconds: float = 25.0) -> Seen:
        """Wait for a message with these words among those after the first so many."""

        def found() -> Seen | None:
            return next((s for s in self.seen[after:] if words.lower() in s.text.lower()), None)

        try:
            wait_until(lambda: found() is not None, seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"no {words!r} in {self.texts}; {self._api.refused}") from error
        seen = found()
        assert seen is not None
        return seen

    @property
    def texts(self) -> list[str]:
        return [seen.text for seen in self.seen]

    def _message(self, content: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "message_id": self._api.next_message_id(),
            "date": int(time.time()),
            "chat": self._chat,
            "from": self._user,
            **content,
        }


async def _read(request: Request) -> dict[str, Any]:
    """What a call was given, JSON within it read, files as bytes."""
    given: dict[str, Any] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                given[name] = await value.read()
            elif value[:1] in "[{":
                try:
                    given[name] = json.loads(value)
                except ValueError:
                    given[name] = value
            else:
                given[name] = value
    return given


def _words(given: Mapping[str, Any], name: str) -> tuple[str, list[str]]:
    text = str(given.get(name, ""))
    if given.get("parse_mode") != "HTML":
        return text, []
    if re.search(r"<(?![a-z/])", text):
        raise Refused(400, "Bad Request: can't parse entities: Unsupported start tag")
    reader = _Entities()
    return reader.read(text), reader.links


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _check_caption(text: str) -> None:
    if _length(text) > 1024:
        raise Refused(400, "Bad Request: message caption is too long")


def _keyboard(given: Mapping[str, Any]) -> list[list[dict[str, str]]]:
    markup = given.get("reply_markup") or {}
    rows: list[list[dict[str, str]]] = markup.get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        if not button.get("text"):
            raise Refused(400, "Bad Request: Text buttons are unallowed in the inline keyboard")
        if "url" in button:
            _check_web_address(button["url"])
        elif not 1 <= len(button.get("callback_data", "").encode()) <= 64:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    if sum(map(len, rows)) > 100:
        raise Refused(400, "Bad Request: reply markup is too long")
    return rows


def _check_web_address(url: str) -> None:
    host = urlsplit(url).hostname or ""
    loopback = host == "localhost"
    try:
        loopback = loopback or not ipaddress.ip_address(host).is_global
    except ValueError:
        loopback = loopback or "." not in host
    if not url.startswith(("http://", "https://", "tg://")) or loopback:
        raise Refused(
            400, f"Bad Request: inline keyboard button URL '{url}' is invalid: Wrong HTTP URL"
        )


def _photo(given: object) -> bytes:
    if not isinstance(given, bytes):
        _check_web_address(str(given))
        raise Refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
    if len(given) > 10_000_000:
        raise Refused(413, "Request Entity Too Large")
    try:
        with Image.open(io.BytesIO(given)) as image:
            if image.format not in ("JPEG", "PNG", "WEBP"):
                raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED")
            width, height = image.size
    except UnidentifiedImageError:
        raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED") from None
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise Refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return given


def _message(chat: int, seen: Seen) -> dict[str, Any]:
    content: dict[str, Any] = {"text": seen.text}
    if seen.photo is not None:
        size = {"file_id": f"f{seen.message_id}", "file_unique_id": "u", "width": 9, "height": 9}
        content = {"photo": [size], "caption": seen.text}
    return {
        "message_id": seen.message_id,
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private" if chat > 0 else "group", "first_name": "x"},
        **content,
    }
