"""The console's page: what the gateway lets it load and run."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gateway.pages import add_pages
from gateway.words import Words


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """What `web/` is built into, with a console."""
    assets = tmp_path / "dist" / "console" / "assets"
    assets.mkdir(parents=True)
    (assets / "index-1.js").write_text("export {};")
    (assets.parent / "index.html").write_text("<!doctype html><title>Console</title>")
    return tmp_path / "dist"


@pytest.fixture
def client(dist: Path, tmp_path: Path) -> TestClient:
    app = FastAPI()
    add_pages(app, dist=dist, media=tmp_path / "media", words=Words(default_locale="en"))
    return TestClient(app)


def policy_of(client: TestClient, path: str) -> dict[str, str]:
    """The directives of a page's policy, by name."""
    header = client.get(path).headers["Content-Security-Policy"]
    parts = (part.strip().partition(" ") for part in header.split(";"))
    return {name: value for name, _, value in parts}


@pytest.mark.parametrize("path", ["/console", "/console/", "/console/c/1f2e", "/console/settings"])
def test_every_address_of_the_console_is_the_one_page(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "<title>Console</title>" in answer.text
    assert answer.headers["Cache-Control"] == "no-cache"


def test_the_page_runs_nothing_inline_and_makes_no_markup_of_strings(client: TestClient) -> None:
    policy = policy_of(client, "/console/")
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "'none'"


def test_its_parts_are_kept_for_good(client: TestClient) -> None:
    answer = client.get("/console-assets/assets/index-1.js")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]


def test_an_unbuilt_console_says_so(client: TestClient, dist: Path) -> None:
    (dist / "console" / "index.html").unlink()
    answer = client.get("/console/")
    assert answer.status_code == 503
    assert "<h1>" in answer.text
