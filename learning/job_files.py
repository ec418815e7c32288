"""What a job keeps in files: its log, its progress, and the pulse of whoever works at jobs."""

from collections.abc import Sequence
from pathlib import Path

from common.settings import Settings

# A log's end is at most so much.
_MOST_READ = 256 * 1024


def pulse_of(settings: Settings) -> Path:
    """The file that a learner touches for as long as it lives."""
    return settings.home / "learner.pulse"


def log_of(settings: Settings, job_id: int) -> Path:
    """The log of a job. It holds counts and figures, no words of shoppers."""
    return settings.logs / "jobs" / f"{job_id}.log"


def progress_of(settings: Settings, job_id: int) -> Path:
    """Where the command under way tells how far it is."""
    return settings.logs / "jobs" / f".{job_id}.progress.json"


def read_end(log: Path, *, lines: int) -> Sequence[str]:
    """The last lines of a log; none where there is no log yet."""
    try:
        with log.open("rb") as opened:
            size = log.stat().st_size
            opened.seek(max(0, size - _MOST_READ))
            text = opened.read().decode(errors="replace")
    except OSError:
        return []
    # A bar that is drawn anew goes back to the line's beginning.
    return [line.rpartition("\r")[2].rstrip() for line in text.rstrip().split("\n")][-lines:]
