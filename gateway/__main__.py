"""`python -m gateway`: the one process that the public reaches."""

from common.service import serve
from common.settings import load_settings
from gateway.app import create_app
from gateway.channels.web_socket import MOST_BYTES


def main() -> None:
    """Serve until told to stop."""
    settings = load_settings()
    serve(
        create_app(settings),
        process="gateway",
        host=settings.bind,
        port=settings.port,
        ws_max_size=MOST_BYTES,
        # Behind a proxy the scheme and address are the shopper's, not the proxy's.
        proxy_headers=True,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
