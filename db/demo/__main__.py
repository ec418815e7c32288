"""`python -m db.demo`: make the demo shop by hand in the database of the settings."""

import argparse
import sys
from datetime import date

from rich.console import Console
from rich.progress import Progress

from common.errors import ShopkeeperError
from common.settings import load_settings
from db.demo.load import SEED, load_demo
from db.engine import make_engine
from db.migrate import upgrade


def main() -> int:
    """Make it, and say how far it is."""
    parser = argparse.ArgumentParser(prog="python -m db.demo", description="Make the demo shop.")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, another shop")
    parser.add_argument("--today", type=date.fromisoformat, help="the day it ends, as 2026-01-31")
    arguments = parser.parse_args()
    settings = load_settings()
    console = Console(stderr=True)
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    try:
        with Progress(console=console) as progress:
            task = progress.add_task("Demo shop", total=1.0)
            load_demo(
                engine,
                settings=settings,
                on_progress=lambda share: progress.update(task, completed=share),
                seed=arguments.seed,
                today=arguments.today,
            )
    except ShopkeeperError as error:
        console.print(f"[red]{error.detail}")
        return 1
    finally:
        engine.dispose()
    console.print(f"The demo shop is in {settings.home}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
