"""The shoppers' words through the real NLU and the real rules."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.actions.rehearsal import BOT
from tests.conftest import skip_but_on_ci
from tests.journeys.shop import share_dialogue
from tests.ports import free_port

ROOT = BOT.parent
READY_WITHIN_S = 90.0

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def nlu_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real NLU server over an empty shop."""
    port = free_port()
    home = tmp_path_factory.mktemp("home")
    environment = {
        **os.environ,
        "SHOPKEEPER_HOME": str(home),
        # The NLU listens one above.
        "SHOPKEEPER_PORT_BASE": str(port - 1),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
    }
    with (home / "nlu.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "nlu.server"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url, server, home / "nlu.log")
        yield url
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.3)
    raise AssertionError(f"the NLU did not become ready: {log.read_text()[-2000:]}")


def test_every_story_goes_as_written(nlu_url: str, tmp_path: Path) -> None:
    python = BOT / ".venv" / "bin" / "python"
    if not python.exists():
        skip_but_on_ci("bot/.venv is not there; `make setup` makes it.")
    share_dialogue(tmp_path)
    done = subprocess.run(
        [python, BOT / "test_stories.py", nlu_url],
        env={**os.environ, "SHOPKEEPER_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
