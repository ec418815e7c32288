"""Ports for servers that the tests start: none that an outgoing connection could take meanwhile."""

import itertools
import os
import socket
from collections.abc import Iterator
from pathlib import Path

_LOWEST = 12_000
_RANGE_OF_THE_SYSTEM = Path("/proc/sys/net/ipv4/ip_local_port_range")
_WORKERS = 16


def free_port() -> int:
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of this many free ports in a row.

    Between asking for a port and listening on it, seconds may go by. A port that the system
    gives out for outgoing connections would often be gone by then, so these lie below that
    range; each of pytest-xdist's workers has a stretch of its own, and walks it round.
    """
    for first in itertools.islice(_WALK, 2_000):
        if first + count <= _END and all(_is_free(first + offset) for offset in range(count)):
            for _ in range(count - 1):
                next(_WALK)
            return first
    raise AssertionError(f"no {count} free ports in a row from {_FIRST} to {_END}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _stretch() -> tuple[int, int]:
    try:
        highest = int(_RANGE_OF_THE_SYSTEM.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        highest = 32_768
    if highest < _LOWEST + 100 * _WORKERS:
        highest = 32_768
    size = (highest - _LOWEST) // _WORKERS
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    first = _LOWEST + size * (int(worker.removeprefix("gw")) % _WORKERS)
    return first, first + size


def _walk() -> Iterator[int]:
    # Two runs at once on one machine begin at different places.
    ports = list(range(_FIRST, _END))
    start = os.getpid() * 16 % len(ports)
    return itertools.cycle(ports[start:] + ports[:start])


_FIRST, _END = _stretch()
_WALK = _walk()
