import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.home_lock import HomeLock, end_orphans, find_orphans
from common.errors import ConfigurationError
from common.supervised import MARK

# As `shopkeeper up` does: start one that follows it, and be there until killed.
SUPERVISES = """
import sys
import time
from pathlib import Path
from cli.supervisor import Process, Supervisor
home = Path(sys.argv[1])
code = "import time; from common.supervised import follow_supervisor; {}time.sleep(600)"
follows = sys.argv[2] == "follows"
code = code.format("follow_supervisor(); " if follows else "")
child = Process("child", [sys.executable, "-c", code], "http://127.0.0.1:9/readyz", Path.cwd(),
                {"SHOPKEEPER_HOME": str(home)})
supervisor = Supervisor([child], logs=home / "logs")
supervisor.start()
print(child.running.pid, flush=True)
time.sleep(600)
"""
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="finds processes by /proc")


def killed_supervisor(home: Path, *, child: str) -> int:
    """A supervisor that was killed, and the process that it had started."""
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISES, str(home), child], stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    # Long enough for the child to have begun to follow.
    time.sleep(1.5)
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    return pid


def test_a_second_shop_of_the_same_home_is_refused_and_told_of_the_first(tmp_path: Path) -> None:
    first = HomeLock(tmp_path)
    first.acquire()
    with pytest.raises(ConfigurationError, match=rf"\(process {os.getpid()}\) already runs"):
        HomeLock(tmp_path).acquire()


def test_a_home_is_free_again_when_its_shop_has_ended(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from cli.home_lock import HomeLock; "
        "lock = HomeLock(Path(sys.argv[1])); lock.acquire()"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    HomeLock(tmp_path).acquire()


@on_linux
def test_processes_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    pid = killed_supervisor(tmp_path, child="follows")
    deadline = time.monotonic() + 20
    while pid in find_orphans(tmp_path):
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.1)


@on_linux
def test_the_next_start_ends_what_did_not_notice(tmp_path: Path) -> None:
    pid = killed_supervisor(tmp_path, child="hangs")
    assert find_orphans(tmp_path) == [pid]
    assert end_orphans(tmp_path) == 1
    assert find_orphans(tmp_path) == []


@on_linux
def test_another_shops_processes_are_left_alone(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    other = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"],
        env={**os.environ, "SHOPKEEPER_HOME": str(theirs), MARK: "m"},
    )
    try:
        assert end_orphans(ours) == 0
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
