"""`python -m gateway`: the one process that the public reaches."""

from typing import Any

from common.service import serve
from common.settings import Settings, load_settings
from gateway.app import create_app
from gateway.channels.web_socket import MOST_BYTES
from gateway.limits import HEADER_BYTES


def main() -> None:
    """Serve until told to stop."""
    settings = load_settings()
    serve(
        create_app(settings),
        process="gateway",
        host=settings.bind,
        port=settings.port,
        **server_options(settings),
    )


def server_options(settings: Settings) -> dict[str, Any]:
    """How uvicorn meets the public."""
    return {
        "ws_max_size": MOST_BYTES,
        # Behind a proxy the scheme and address are the shopper's, not the proxy's.
        "proxy_headers": True,
        "forwarded_allow_ips": settings.trusted_proxies,
        "server_header": False,
        # The faster httptools takes headers of any size.
        "http": "h11",
        "h11_max_incomplete_event_size": HEADER_BYTES,
        "timeout_graceful_shutdown": 5,
    }


if __name__ == "__main__":
    main()
