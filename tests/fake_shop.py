"""A shop's own system over real HTTP, which answers as it is told."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class FakeShop:
    """Notes the requests it gets.

    Attributes:
        answers: status and body for one request after the other; the last one stays.
        delay: seconds before it answers.
        seen: the requests in order of arrival, each with its raw body and headers.
    """

    answers: list[tuple[int, Any]] = field(default_factory=lambda: [(200, {"status": "confirmed"})])
    delay: float = 0.0
    seen: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What it was asked."""
        return [json.loads(body) for body, _ in self.seen]

    def answers_with(self, *answers: tuple[int, Any]) -> None:
        self.answers = list(answers)

    def take(self, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        self.seen.append((body, headers))
        time.sleep(self.delay)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def is_signed(self, key: str) -> bool:
        """Whether every request carries its body's signature under this key."""
        return all(
            hmac.compare_digest(
                headers.get("x-shopkeeper-signature", ""),
                hmac.new(key.encode(), body, hashlib.sha256).hexdigest(),
            )
            for body, headers in self.seen
        )


@contextmanager
def open_shop() -> Iterator[FakeShop]:
    """A shop that listens on a free port; it confirms everything unless told otherwise."""
    shop = FakeShop()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = shop.take(body, {k.lower(): v for k, v in self.headers.items()})
            content = b"" if answer is None else json.dumps(answer).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                """Whoever asked has not waited."""

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base's name
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    shop.url = f"http://127.0.0.1:{server.server_port}/requests"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
