"""Run the action server: `python -m actions`."""

import warnings

from actions.app import create_app
from actions.services import make_services
from common.service import serve
from common.settings import load_settings


def main() -> None:
    """Serve on SHOPKEEPER_BIND at SHOPKEEPER_PORT_BASE + 3 until told to stop."""
    # Rasa 3.6 speaks the same protocol as this newer SDK.
    warnings.filterwarnings("ignore", message="Your versions of rasa")
    settings = load_settings()
    app = create_app(settings, services=make_services(settings))
    serve(app, process="actions", host=settings.bind, port=settings.port_base + 3)


if __name__ == "__main__":
    main()
