"""docs/api.md says what the gateway's OpenAPI page says."""

import subprocess
import sys

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "api.md"


def test_the_page_is_not_stale() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/api_docs.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_frame_that_the_server_names_is_described() -> None:
    page = PAGE.read_text()

    for frame in ("ack", "message", "typing", "state", "error", "auth"):
        assert f"**`{frame}`**" in page
