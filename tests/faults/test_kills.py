"""Each process killed once in mid-conversation; benchmarks/faults.py does it a hundred times."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.shop import ROOT
from tests.ports import free_ports

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(900)]


def test_each_process_is_killed_and_no_message_is_lost_doubled_or_left(tmp_path: Path) -> None:
    # The public port, and four others five further on.
    port = free_ports(9)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.faults", "--kills", "5", "--shoppers", "4"),
            *("--home", str(tmp_path / "shop"), "--port", str(port)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert "broken promises: 0" in done.stdout, done.stdout[-3000:] + done.stderr[-2000:]
    assert done.returncode == 0
