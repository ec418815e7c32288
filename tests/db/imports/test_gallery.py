"""Pictures fetched from a real server on this machine."""

import gzip
import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine, select

from db.engine import make_engine, session_factory
from db.imports import gallery as gallery_module
from db.imports import web as web_module
from db.imports.catalog import CatalogOptions, import_catalog
from db.imports.picture_sizing import LARGEST
from db.imports.report import BadPicture, ImportReport
from db.imports.web import Web, is_public
from db.tables.catalog import Product

Answer = Callable[[BaseHTTPRequestHandler], None]


def a_picture(form: str = "JPEG", **values: Any) -> bytes:
    """Small and red, unless told otherwise."""
    out = io.BytesIO()
    Image.new(**{"mode": "RGB", "size": (40, 30), "color": "red", **values}).save(out, form)
    return out.getvalue()


def send(
    handler: BaseHTTPRequestHandler, content: bytes = b"", *, status: int = 200, **headers: str
) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(content)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(content)


class PictureServer:
    """Answers as each path was told to, and notes what it was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.asked.append(self.path)
                server.answers.get(self.path, lambda handler: send(handler, status=404))(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def has(self, path: str, content: bytes, **headers: str) -> str:
        return self.answers_with(path, lambda handler: send(handler, content, **headers))

    def moves(self, path: str, location: str) -> str:
        return self.answers_with(path, lambda handler: send(handler, status=302, Location=location))

    def answers_with(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return self.address + path

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[PictureServer]:
    running = PictureServer()
    yield running
    running.stop()


class Shop:
    """A shop that imports goods with pictures elsewhere."""

    def __init__(self, database: Engine, folder: Path) -> None:
        self.database = database
        self.file = folder / "goods.csv"
        self.media = folder / "home" / "media"

    def take(self, *addresses: str, **options: Any) -> ImportReport:
        rows = [f"p{n},Cap,5,{address}\n" for n, address in enumerate(addresses, start=1)]
        self.file.write_text("id,title,price,image_link\n" + "".join(rows))
        chosen = {"fetch_pictures": True, "allow_private": True, **options}
        settings = CatalogOptions("csv", "USD", Decimal(9999), self.media, **chosen)
        return import_catalog(self.database, self.file, settings)

    def shown(self) -> list[str | None]:
        with session_factory(self.database)() as session:
            return list(session.scalars(select(Product.image_url).order_by(Product.id)))

    def picture(self, number: int = 0) -> Image.Image:
        shown = self.shown()[number]
        assert shown is not None
        return Image.open(self.media / shown.removeprefix("/media/"))


@pytest.fixture
def shop(database: Engine, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path)


@pytest.fixture
def sqlite_shop(sqlite_url: str, tmp_path: Path) -> Shop:
    """Where nothing but the web is in question."""
    return Shop(make_engine(sqlite_url), tmp_path)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds of waiting become moments."""
    monkeypatch.setattr(web_module, "READ_S", 0.3)
    monkeypatch.setattr(web_module, "WHOLE_S", 1.5)
    monkeypatch.setattr(web_module, "PAUSES_S", (0.01, 0.02))


def test_a_picture_comes_here_no_larger_than_shown(shop: Shop, server: PictureServer) -> None:
    large = server.has("/large.jpg", a_picture(size=(2400, 1200)))
    avif = server.has("/cap", a_picture("AVIF"))

    report = shop.take(large, avif)

    assert report.notes == ["2 pictures were fetched, 0 were here already."]
    assert (shop.picture(0).format, shop.picture(0).size) == ("JPEG", (LARGEST, LARGEST // 2))
    assert (shop.picture(1).format, shop.picture(1).size) == ("WEBP", (40, 30))


def test_unless_asked_for_the_address_stays(sqlite_shop: Shop, server: PictureServer) -> None:
    address = server.has("/cap.jpg", a_picture())
    assert sqlite_shop.take(address, fetch_pictures=False).notes == []
    assert (sqlite_shop.shown(), server.asked) == ([address], [])


def test_a_second_import_fetches_nothing_and_changes_nothing(
    shop: Shop, server: PictureServer
) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        same = handler.headers.get("If-None-Match") == '"1"'
        send(handler, *(() if same else (a_picture(),)), status=304 if same else 200, ETag='"1"')

    address = server.answers_with("/cap.jpg", answer)
    shop.take(address)
    first = shop.shown()

    report = shop.take(address)

    assert (report.unchanged, shop.shown()) == (1, first)
    assert report.notes == ["0 pictures were fetched, 1 were here already."]
    assert len(server.asked) == 2


def test_where_a_server_names_no_version_it_is_not_asked_again_for_a_day(
    sqlite_shop: Shop, server: PictureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = server.has("/cap.jpg", a_picture())
    sqlite_shop.take(address)
    sqlite_shop.take(address)
    assert len(server.asked) == 1
    monkeypatch.setattr(gallery_module, "KEPT_UNASKED", gallery_module.timedelta(seconds=-1))
    sqlite_shop.take(address)
    assert len(server.asked) == 2


def test_a_picture_that_changed_is_shown_under_a_new_name(
    shop: Shop, server: PictureServer
) -> None:
    address = server.has("/cap.png", a_picture("PNG"), ETag='"1"')
    shop.take(address)
    before = shop.shown()
    server.has("/cap.png", a_picture("PNG", color="blue"), ETag='"2"')

    shop.take(address)

    assert shop.shown() != before
    assert shop.picture().convert("RGB").getpixel((0, 0)) == (0, 0, 255)


def test_goods_that_share_a_picture_fetch_it_once(sqlite_shop: Shop, server: PictureServer) -> None:
    address = server.has("/cap.jpg", a_picture())
    sqlite_shop.take(address, address, address)
    assert len(server.asked) == 1
    assert len(set(sqlite_shop.shown())) == 1


def test_what_cannot_be_had_is_named_by_its_line_and_the_goods_come_in(
    shop: Shop, server: PictureServer, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery_module, "LARGEST_BYTES", 100_000)
    good = server.has("/good.jpg", a_picture())
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    faults = {
        server.address + "/gone.jpg": "the server answered 404",
        server.has("/page.jpg", b"<html>Sold out</html>", Content_Type="text/html"): "no picture",
        server.has("/huge.jpg", b"x" * 100_001): "has more than 100,000 bytes",
        server.has("/bomb.png", bomb.getvalue()): "has 9000 x 9000 pixels",
        server.has("/half.jpg", a_picture(size=(200, 200))[:-200]): "damaged",
        server.has("/empty.jpg", b""): "no picture",
        server.has("/packed.svg", gzip.compress(b"<svg/>")): "no picture",
    }

    report = shop.take(good, *faults)

    assert report.added == 1 + len(faults)
    _, note = report.notes
    for line, (address, reason) in enumerate(faults.items(), start=3):
        (said,) = [part for part in note.splitlines() if f"line {line}: {address}: " in part]
        assert reason in said
    assert shop.shown()[1:] == list(faults)


def test_a_stream_without_end_is_cut_off(
    sqlite_shop: Shop, server: PictureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery_module, "LARGEST_BYTES", 100_000)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 10_000)
        except OSError:
            handler.close_connection = True

    assert (
        "more than 100,000 bytes"
        in sqlite_shop.take(server.answers_with("/endless.jpg", answer)).notes[1]
    )


def test_a_slow_server_is_left_after_a_while(
    sqlite_shop: Shop, server: PictureServer, impatient: None
) -> None:
    ended = threading.Event()

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not ended.wait(0.1):
                handler.wfile.write(b"x")
        except OSError:
            pass
        handler.close_connection = True

    silent = server.answers_with("/silent.jpg", lambda handler: ended.wait(5) and None)
    trickling = server.answers_with("/trickle.jpg", trickle)
    began = time.monotonic()
    _, note = sqlite_shop.take(silent, trickling).notes
    ended.set()
    first, second = note.splitlines()[1:]
    assert "did not answer" in first
    assert "took longer than" in second
    assert time.monotonic() - began < 20


def test_a_passing_fault_is_tried_again(
    sqlite_shop: Shop, server: PictureServer, impatient: None
) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if len(server.asked) < 3:
            send(handler, status=503, Retry_After="0")
        else:
            send(handler, a_picture())

    sqlite_shop.take(server.answers_with("/cap.jpg", answer))
    assert len(server.asked) == 3
    assert str(sqlite_shop.shown()[0]).startswith("/media/fetched/")


def test_a_server_that_is_down_is_given_up_soon(sqlite_shop: Shop, impatient: None) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
        _, note = sqlite_shop.take(*(f"{closed}/{number}.jpg" for number in range(40))).notes
    assert note.startswith("40 pictures could not be taken:")
    assert "was given up after 5 failures in a row" in note


def test_redirects_are_followed_and_not_for_ever(sqlite_shop: Shop, server: PictureServer) -> None:
    server.has("/new.jpg", a_picture())
    moved = server.moves("/old.jpg", "/new.jpg")
    circle = server.moves("/circle", "/circle")
    to_file = server.moves("/file", "file:///etc/passwd")
    _, note = sqlite_shop.take(moved, circle, to_file).notes
    assert str(sqlite_shop.shown()[0]).startswith("/media/fetched/")
    assert "is redirected more than 5 times" in note
    assert "leads to 'file:/etc/passwd'; expected http or https" in note


def test_this_machine_and_its_network_are_not_asked_unless_allowed(
    sqlite_shop: Shop, server: PictureServer
) -> None:
    address = server.has("/cap.jpg", a_picture())
    by_name = address.replace("127.0.0.1", "localhost")
    _, note = sqlite_shop.take(address, by_name, allow_private=False).notes
    assert note.count("is on this machine or a private network") == 2
    assert (sqlite_shop.shown(), server.asked) == ([address, by_name], [])


def test_a_redirect_leads_to_no_private_address_either(
    server: PictureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first server counts as public; the one it leads to does not.
    monkeypatch.setattr(web_module, "is_public", lambda address: address == "127.0.0.1")
    hidden = server.address.replace("127.0.0.1", "127.0.0.2")
    address = server.moves("/cap.jpg", f"{hidden}/secret.jpg")
    web = Web(allow_private=False, largest=1000)
    with pytest.raises(BadPicture, match=r"127\.0\.0\.2 is on this machine"):
        web.get(address, headers={})
    web.close()
    assert server.asked == ["/cap.jpg"]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    ],
)
def test_private_addresses_are_known_in_every_dress(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">{}</svg>'


def test_a_drawing_becomes_a_picture(sqlite_shop: Shop, server: PictureServer) -> None:
    drawing = DRAWING.format('<rect width="40" height="20" fill="red"/>').encode()
    sqlite_shop.take(server.has("/cap.svg", drawing))
    assert (sqlite_shop.picture().format, sqlite_shop.picture().size) == ("WEBP", (960, 480))
    assert sqlite_shop.picture().convert("RGB").getpixel((5, 5)) == pytest.approx(
        (255, 0, 0), abs=5
    )


@pytest.mark.parametrize(
    ("drawing", "reason"),
    [
        (DRAWING.format('<image href="/etc/logo.png"/>'), "names something outside of itself"),
        (
            DRAWING.format("<image xlink:href = 'http://10.0.0.1/'/>"),
            "names something outside of itself",
        ),
        ('<!DOCTYPE a [<!ENTITY a "b">]>' + DRAWING, "declares entities"),
        ('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="100000"/>', "cannot be drawn"),
        ("<svg", "cannot be drawn"),
        (DRAWING + " " * 2_000_000, "more than 2,000,000"),
    ],
)
def test_a_drawing_that_is_not_safe_is_not_drawn(
    sqlite_shop: Shop, server: PictureServer, drawing: str, reason: str
) -> None:
    _, note = sqlite_shop.take(server.has("/cap.svg", drawing.encode())).notes
    assert reason in note
