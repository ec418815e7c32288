"""Disk, memory, clock and GPU of the machine."""

import re
import runpy
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from rich.filesize import decimal

from cli.checks.finding import Finding, fail, ok, warn
from common.settings import Settings

AREA = "machine"
GB = 1_000_000_000
_DISK_LOW, _DISK_FULL = 2 * GB, GB // 5
# Five processes with their models.
_MEMORY_NEEDED = 2 * GB
# Nobody's clock is before the day that this was written.
_EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Room for the shop and for what is written for a moment."""
    home = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    for name, folder in (("HOME", home), ("temporary files", Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(folder).free
        what = f"{decimal(free)} free for {name} ({folder})"
        if free < _DISK_FULL:
            yield fail(AREA, what, f"make room: du -xh --max-depth=2 {folder} | sort -h | tail")
        elif free < _DISK_LOW:
            yield warn(
                AREA, what, f"make room soon: du -xh --max-depth=2 {folder} | sort -h | tail"
            )
        else:
            yield ok(AREA, what)
    if old := sorted(settings.home.glob("before-restore-*")):
        yield ok(AREA, f"{len(old)} earlier shops kept by restores: {old[-1].name}")


def check_memory() -> Iterator[Finding]:
    """Whether five processes fit; where the system does not say, nothing."""
    meminfo = Path("/proc/meminfo")
    if not meminfo.is_file():
        return
    found = dict(re.findall(r"^(\w+):\s+(\d+) kB", meminfo.read_text(), re.M))
    total, free = (int(found[name]) * 1024 for name in ("MemTotal", "MemAvailable"))
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.is_file() and (most := limit.read_text().strip()).isdigit():
        total = min(total, int(most))
    what = f"{decimal(total)} memory, {decimal(min(free, total))} of it free"
    if total < _MEMORY_NEEDED:
        yield warn(AREA, what, "the shop wants 2 GB for itself: add memory or swap")
    else:
        yield ok(AREA, what)


def check_clock() -> Iterator[Finding]:
    """Whether the clock was ever set: sessions, offers and logs go by it."""
    now = datetime.now(UTC)
    if now < _EARLIEST:
        yield fail("clock", f"the clock says {now:%Y-%m-%d}", "timedatectl set-ntp true")
    else:
        yield ok("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def check_gpu(settings: Settings) -> Iterator[Finding]:
    """Whether the GPU, its driver and torch fit each other."""
    driver = read_driver()
    cuda = torch_cuda()
    yield from judge_gpu(settings.device, driver=driver, torch_cuda=cuda)


def judge_gpu(
    device: str, *, driver: tuple[str, str] | None, torch_cuda: str | None
) -> Iterator[Finding]:
    """What to say of a GPU.

    Args:
        device: auto, cpu or cuda, as the settings say.
        driver: the GPU's name and the newest CUDA that its driver runs; None without one.
        torch_cuda: the CUDA that torch was built for; None for a build without.
    """
    cuda_build = "UV_TORCH_BACKEND=auto make setup, after removing .venv"
    if driver is None:
        if device == "cuda":
            cure = "install NVIDIA's driver, or set SHOPKEEPER_DEVICE=auto"
            yield fail(AREA, "SHOPKEEPER_DEVICE is cuda and no NVIDIA driver answers", cure)
        else:
            yield ok(AREA, "no GPU: models run on the processor")
        return
    name, newest = driver
    if device == "cpu":
        yield ok(AREA, f"{name} is left alone: SHOPKEEPER_DEVICE is cpu")
    elif torch_cuda is None:
        level = fail if device == "cuda" else warn
        yield level(AREA, f"{name} is idle: torch is built for the processor alone", cuda_build)
    elif _number(torch_cuda)[:1] > _number(newest)[:1]:
        level = fail if device == "cuda" else warn
        what = f"torch wants CUDA {torch_cuda}, the driver of {name} runs up to {newest}"
        yield level(AREA, what, "update NVIDIA's driver")
    else:
        yield ok(AREA, f"{name}, CUDA {torch_cuda}")


def read_driver() -> tuple[str, str] | None:
    """The first GPU's name and the newest CUDA that its driver runs."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    ask = [program, "--query-gpu=name", "--format=csv,noheader"]
    name = subprocess.run(ask, capture_output=True, text=True, timeout=3, check=False)  # noqa: S603
    if name.returncode or not name.stdout.strip():
        return None
    page = subprocess.run([program], capture_output=True, text=True, timeout=3, check=False)  # noqa: S603
    newest = re.search(r"CUDA (?:UMD )?Version:\s*([\d.]+)", page.stdout)
    return name.stdout.strip().splitlines()[0], newest[1] if newest else "?"


def torch_cuda() -> str | None:
    """The CUDA that torch was built for, read without loading torch."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    found = runpy.run_path(str(Path(spec.origin).with_name("version.py")))
    cuda = found.get("cuda")
    return str(cuda) if cuda else None


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)) or (10**6,)
