"""Whether the whole shop works, told by one address."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.engine import make_engine
from gateway.readiness import WholeShop
from tests.gateway.conftest import Gateway, on_sqlite


class Part(http.server.BaseHTTPRequestHandler):
    """A process that is as ready as its server says."""

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, PartServer)
        server.asked += 1
        self.send_response(server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class PartServer(http.server.ThreadingHTTPServer):
    status = 200
    asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def part() -> Iterator[PartServer]:
    with PartServer(("127.0.0.1", 0), Part) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@on_sqlite
def test_nothing_is_missing_when_every_part_is_ready(database: Engine, part: PartServer) -> None:
    shop = WholeShop(database, {"nlu": part.url, "rasa": part.url})

    assert shop.missing() == {}
    shop.close()


@on_sqlite
def test_each_part_that_fails_is_named(database: Engine, part: PartServer) -> None:
    part.status = 503
    shop = WholeShop(database, {"nlu": part.url, "rasa": "http://127.0.0.1:1"})

    missing = shop.missing()

    assert set(missing) == {"nlu", "rasa"}
    assert "503" in missing["nlu"]
    shop.close()


def test_a_database_without_tables_is_named(tmp_path: Path) -> None:
    shop = WholeShop(make_engine(f"sqlite:///{tmp_path / 'empty.db'}"), {})

    assert set(shop.missing()) == {"database"}
    shop.close()


@on_sqlite
def test_a_burst_of_questions_is_asked_once(database: Engine, part: PartServer) -> None:
    shop = WholeShop(database, {"nlu": part.url})

    for _ in range(5):
        shop.missing()

    assert part.asked == 1
    shop.close()


@on_sqlite
def test_the_gateway_alone_is_alive_but_not_ready(gateway: Gateway) -> None:
    assert gateway.client.get("/healthz").status_code == 200
    response = gateway.client.get("/readyz")
    assert response.status_code == 503
    assert set(response.json()["missing"]) == {"rasa", "nlu", "recommender", "actions"}
