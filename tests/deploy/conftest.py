"""One whole stack for the tests that talk to it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from tests.conftest import POSTGRESQL, run_on, skip_but_on_ci
from tests.deploy.compose import ROOT
from tests.deploy.databases import Databases, made_on
from tests.deploy.stack import RUNNING, Stack

GOODS = """\
id,title,price,brand,color,product_type,availability,stock
s1,Canvas Sneaker,49.90 USD,Northbay,black,shoes > sneaker,in_stock,9
s2,Court Sneaker,79.90 USD,Northbay,white,shoes > sneaker,in_stock,4
s3,Leather Sneaker,129.00 USD,Arden,black,shoes > sneaker,in_stock,3
m1,Stoneware Mug,14.50 USD,Hearth,blue,kitchen > mug,in_stock,30
l1,Reading Lamp,59.00 USD,Hearth,black,furniture > lamp,in_stock,7
"""


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Both databases, as the database's container would make them."""
    server = make_url(os.environ.get("SHOPKEEPER_TEST_POSTGRESQL", POSTGRESQL))
    if shutil.which("psql") is None:
        skip_but_on_ci("no psql: install PostgreSQL's client.")
    try:
        run_on(server, "SELECT 1")
    except OperationalError:
        skip_but_on_ci(f"no PostgreSQL at {server.host}:{server.port}.")
    with made_on(server) as made:
        yield made


@pytest.fixture(scope="session")
def stack(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shop of docker-compose.yml, open, with a few goods."""
    if not (ROOT / "bot" / ".venv").exists():
        skip_but_on_ci("bot/.venv is not there; `make setup` makes it.")
    running = Stack(tmp_path_factory.mktemp("stack"), databases=databases.urls)
    training = running.train_dialogue()
    try:
        migrated = running.run("migrate")
        assert migrated.returncode == 0, migrated.stderr
        running.start("nlu", "recommender", "actions", "learner", "gateway")
        imported = bring_goods(running)
        assert "5 products new" in imported, imported
        assert training.wait(180) == 0, running.last_words("train")
        running.start("rasa")
        running.wait_until_healthy()
        assert set(running.alive()) == set(RUNNING)
        yield running
    finally:
        training.kill()
        running.stop()


def bring_goods(stack: Stack) -> str:
    """Import a small catalogue through the command line's own service."""
    file: Path = stack.folder / "goods.csv"
    file.write_text(GOODS)
    done = stack.run("shopkeeper", "import", "catalog", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
