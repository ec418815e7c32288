import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common.errors import ConfigurationError
from db.engine import make_engine
from tests.builders import a_product, a_review


@pytest.mark.parametrize("url", ["", "shop.db", "mysql://root@localhost/shop"])
def test_an_address_that_is_none_of_ours_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        make_engine(url)


def test_references_to_nothing_are_refused(session: Session) -> None:
    session.add(a_review(a_product(id="never stored")))
    with pytest.raises(IntegrityError):
        session.flush()


def test_readers_do_not_wait_for_a_writer(database: Engine) -> None:
    with database.begin() as writer, database.connect() as reader:
        writer.execute(text("INSERT INTO customers (id, created_at) VALUES ('c1', '2026-05-04')"))
        assert reader.execute(text("SELECT count(*) FROM customers")).scalar_one() == 0
