import subprocess

from tests.actions.rehearsal import BOT
from tests.conftest import skip_but_on_ci


def test_what_rasa_is_extended_with_works_in_rasas_own_python() -> None:
    python = BOT / ".venv" / "bin" / "python"
    if not python.exists():
        skip_but_on_ci("bot/.venv is not there; `make setup` makes it.")
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=BOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
