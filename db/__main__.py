"""`python -m db`: bring the database of the settings to this version's tables, then end."""

import sys

from common.errors import ShopkeeperError
from common.logs import configure_logging
from common.settings import load_settings
from db.migrate import upgrade


def main() -> int:
    """Migrate; 0 done, 1 failed with the reason on standard error."""
    configure_logging(process="migrate")
    try:
        upgrade(load_settings().database_url)
    except ShopkeeperError as error:
        print(error.detail, file=sys.stderr)  # noqa: T201 - for whoever reads the log
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
