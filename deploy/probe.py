"""A container's health check: `python probe.py URL` ends with 0 where URL answers 200.

Runs on both Pythons and without curl. What a process says is missing goes to Docker's record of the
check (`docker inspect`).
"""

import sys
import urllib.error
import urllib.request


def main(url: str) -> int:
    """Ask once."""
    # Never through a proxy: the process is in the same container.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(url, timeout=4)
    except urllib.error.HTTPError as error:
        print(error.code, error.read(2000).decode(errors="replace"))  # noqa: T201
        return 1
    except OSError as error:
        print(error)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
