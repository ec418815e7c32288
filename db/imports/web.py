"""Fetching what a file names by its address, from where the public can fetch it too."""

import ipaddress
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from db.imports.report import BadPicture

CONNECT_S = 5.0
READ_S = 10.0
# For one picture with all of its redirects: a server that sends a byte a second ends here.
WHOLE_S = 30.0
MOST_REDIRECTS = 5
# As many as a browser opens to one server.
CONNECTIONS = 6
# Between the first try, the second and the third.
PAUSES_S = (0.5, 2.0)
LONGEST_PAUSE_S = 20.0
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_PASSING_ERRORS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)
# A server that failed to answer so many times in a row is not asked again.
PATIENCE = 5
# Addresses of IPv4 behind IPv6, which lead where the IPv4 address leads.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered; there is no content where it said that nothing has changed."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Web:
    """Fetches over http and https; several threads may use it at once.

    Args:
        allow_private: whether addresses of the own machine and network may be asked: a file from
            elsewhere must not make us read what only we can reach.
        largest: how many bytes an answer may have.
    """

    def __init__(self, *, allow_private: bool, largest: int) -> None:
        self._largest = largest
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=CONNECTIONS,
            network_backend=_Network(allow_private=allow_private),
        )
        self._failures: Counter[str] = Counter()
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def get(self, address: str, *, headers: Mapping[str, str]) -> Fetched:
        """What lies at the address, after redirects; tried again where the fault may pass.

        Raises:
            BadPicture: nothing usable came; the detail says why.
        """
        url = _parse(address)
        if self._failures[url.host] >= PATIENCE:
            raise BadPicture(f"{url.host} was given up after {PATIENCE} failures in a row")
        deadline = time.monotonic() + WHOLE_S
        for pause in (*PAUSES_S, None):
            try:
                fetched = self._follow(url, headers, deadline=deadline)
            except _PASSING_ERRORS as error:
                why = str(error) or type(error).__name__
                failure, wait = f"{url.host} did not answer: {why}", pause
            else:
                if fetched.status in (200, 304):
                    self._note(url.host, failed=False)
                    return fetched
                failure = f"the server answered {fetched.status}"
                if fetched.status not in PASSING:
                    self._note(url.host, failed=False)
                    raise BadPicture(failure)
                wait = _pause_asked(fetched.headers, default=pause)
            if pause is None or wait is None or time.monotonic() + wait > deadline:
                break
            time.sleep(wait)
        self._note(url.host, failed=True)
        raise BadPicture(failure)

    def _note(self, host: str, *, failed: bool) -> None:
        with self._lock:
            self._failures[host] = self._failures[host] + 1 if failed else 0

    def _follow(self, url: httpx.URL, headers: Mapping[str, str], *, deadline: float) -> Fetched:
        for _ in range(MOST_REDIRECTS + 1):
            fetched = self._ask(url, headers, deadline=deadline)
            location = fetched.headers.get("location")
            if fetched.status not in (301, 302, 303, 307, 308) or not location:
                return fetched
            url = _parse(str(url.join(location)))
        raise BadPicture(f"is redirected more than {MOST_REDIRECTS} times")

    def _ask(self, url: httpx.URL, headers: Mapping[str, str], *, deadline: float) -> Fetched:
        timeout = {"connect": CONNECT_S, "read": READ_S, "write": READ_S, "pool": WHOLE_S}
        request = {
            "User-Agent": "Shopkeeper (product pictures)",
            "Accept": "image/webp,image/png,image/jpeg,image/*;q=0.8",
            "Accept-Encoding": "identity",
            **headers,
            "Host": url.netloc.decode(),
        }
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        with self._pool.stream(
            "GET", target, headers=list(request.items()), extensions={"timeout": timeout}
        ) as answer:
            told = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in answer.headers
            }
            content = b""
            if answer.status == 200:
                content = self._read(answer, told, deadline=deadline)
            return Fetched(answer.status, told, content)

    def _read(
        self, answer: httpcore.Response, headers: Mapping[str, str], *, deadline: float
    ) -> bytes:
        announced = headers.get("content-length", "")
        size = int(announced) if announced.isdecimal() else 0
        parts: list[bytes] = []
        for part in answer.iter_stream() if size <= self._largest else ():
            parts.append(part)
            size = sum(map(len, parts))
            if size > self._largest:
                break
            if time.monotonic() > deadline:
                raise BadPicture(f"took longer than {WHOLE_S:.0f} s")
        if size > self._largest:
            raise BadPicture(f"has more than {self._largest:,} bytes")
        return b"".join(parts)


class _Network(httpcore.NetworkBackend):
    """Connects to what a name stands for, having looked at that: no second look can differ."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"its name is not known ({error})") from error
        addresses = [str(entry[4][0]) for entry in found]
        allowed = [one for one in addresses if self._allow_private or is_public(one)]
        if not allowed:
            raise BadPicture(
                f"{host} is on this machine or a private network; "
                "--allow-private-addresses fetches from there"
            )
        for address in allowed[:-1]:
            try:
                return self._plain.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._plain.connect_tcp(allowed[-1], port, timeout, local_address, socket_options)


def is_public(address: str) -> bool:
    """Whether the public internet can reach this IP address, also where it hides within IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        hidden = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            hidden = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if hidden:
            return is_public(str(hidden))
    return ip.is_global and not ip.is_multicast


def _parse(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise BadPicture(f"is no web address: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise BadPicture(f"leads to {address!r}; expected http or https")
    return url


def _pause_asked(headers: Mapping[str, str], *, default: float | None) -> float | None:
    """How long the server asks us to wait; None where that is too long."""
    asked = headers.get("retry-after", "")
    if default is None or not asked.isdecimal():
        return default
    return float(asked) if float(asked) <= LONGEST_PAUSE_S else None
