"""`make audit` against vulnerability services of our own, over real HTTP."""

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.conftest import ROOT

NOWHERE = "http://127.0.0.1:1"


@dataclass
class Services:
    """OSV and npm's registry, which know what a test tells them."""

    url: str = ""
    python: dict[str, str] = field(default_factory=lambda: {"jinja2": "GHSA-famous"})
    node: dict[str, str] = field(default_factory=lambda: {"minimist": "GHSA-famous"})

    def answer(self, path: str, asked: Any) -> Any:
        if path == "/v1/query":
            name = asked["package"]["name"]
            if name == "jinja2" and asked["version"] != "2.10":
                return {}
            known = self.python.get(name)
            return {"vulns": [_vulnerability(known, name)]} if known else {}
        return {name: [_advisory(self.node[name], name)] for name in asked if name in self.node}


def _vulnerability(identifier: str, name: str) -> dict[str, Any]:
    package = {"ecosystem": "PyPI", "name": name}
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "999"}]}]
    return {
        "id": identifier,
        "modified": "2026-01-01T00:00:00Z",
        "published": "2026-01-01T00:00:00Z",
        "details": "a hole",
        "aliases": ["CVE-2026-0001"],
        "affected": [{"package": package, "ranges": ranges}],
    }


def _advisory(identifier: str, name: str) -> dict[str, Any]:
    return {
        "id": 1,
        "url": f"https://github.com/advisories/{identifier}",
        "title": f"a hole in {name}",
        "severity": "high",
        "vulnerable_versions": "<999",
        "cwe": [],
        "cvss": {"score": 7, "vectorString": None},
    }


@contextmanager
def open_services() -> Iterator[Services]:
    services = Services()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            content = json.dumps(services.answer(self.path, json.loads(body))).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base's name
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    services.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield services
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def services() -> Iterator[Services]:
    with open_services() as opened:
        yield opened


def audit(*, osv: str = NOWHERE, npm: str = NOWHERE) -> tuple[int, str]:
    """The exit code, and what it says."""
    done = subprocess.run(
        [sys.executable, "scripts/audit.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "SHOPKEEPER_OSV_URL": f"{osv}/v1/query",
            "SHOPKEEPER_NPM_URL": npm,
            "NO_PROXY": "127.0.0.1",
        },
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_services_out_of_reach_are_skipped_and_fail_nothing() -> None:
    code, said = audit()

    assert code == 0
    assert said.count("not reachable, skipped") == 3


def test_a_service_that_knows_nothing_famous_is_not_believed(services: Services) -> None:
    services.python, services.node = {}, {}

    code, said = audit(osv=services.url, npm=services.url)

    assert code == 0
    assert said.count("not reachable, skipped") == 3


def test_a_known_vulnerability_of_python_fails_and_rasas_own_are_accepted(
    services: Services,
) -> None:
    services.python |= {"fastapi": "GHSA-hole", "rasa": "GHSA-old"}

    code, said = audit(osv=services.url)

    assert code == 1
    assert "main: fastapi" in said
    assert "CVE-2026-0001, fixed in 999" in said
    assert "bot: rasa 3.6.21: CVE-2026-0001" in said
    assert "accepted: pinned by Rasa" in said


def test_nothing_known_passes(services: Services) -> None:
    code, said = audit(osv=services.url, npm=services.url)

    assert code == 0, said
    assert "not reachable" not in said
    assert said.count(": 0 open") == 3


def test_a_known_vulnerability_of_the_web_pages_fails(services: Services) -> None:
    services.node["preact"] = "GHSA-hole"

    code, said = audit(npm=services.url)

    assert code == 1
    assert "web: preact" in said
    assert "GHSA-hole" in said
