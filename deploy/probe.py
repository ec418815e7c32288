"""A container's health check: `python probe.py URL` ends with 0 where URL answers 200.

`python probe.py FILE` does where FILE was touched within the last minute: a process without a port
does so while it lives.

Runs on both Pythons and without curl. What a process says is missing goes to Docker's record of the
check (`docker inspect`).
"""

import os
import sys
import time
import urllib.error
import urllib.request

SILENT_S = 60.0


def main(url: str) -> int:
    """Ask once."""
    if "://" not in url:
        return look_at(url)
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


def look_at(file: str) -> int:
    """Look once."""
    try:
        silent = time.time() - os.stat(file).st_mtime  # noqa: PTH116 - pathlib would load more
    except OSError as error:
        print(error)  # noqa: T201
        return 1
    if silent > SILENT_S:
        print(f"{file} was last touched {silent:.0f} s ago")  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
