import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, create_engine, delete, update

from common.errors import ConfigurationError
from db.engine import session_factory
from db.tables.catalog import Product
from recommender.vectors import Encoder
from tests.builders import a_product
from tests.recommender.conftest import Counter, Floats, WordEncoder


def found(counter: Counter, query: str) -> list[str]:
    return counter.titles(counter.ask(query))


def test_new_goods_are_found_while_the_shop_goes_on(counter: Counter) -> None:
    counter.stock(a_product(title="Desk Lamp"))
    counter.catalogue.start()
    counter.impressions.start()
    with counter.sessions.begin() as session:
        session.add(a_product(title="Unicorn Kettle"))
    deadline = time.monotonic() + 10
    while "Unicorn Kettle" not in found(counter, "unicorn kettle"):
        assert time.monotonic() < deadline, "not found within ten seconds"
        time.sleep(0.1)


def test_only_what_changed_is_encoded_again(counter: Counter, encoder: WordEncoder) -> None:
    counter.stock(a_product(id="a", title="Desk Lamp"), a_product(id="b", title="Kettle"))
    encoder.encoded.clear()
    with counter.sessions.begin() as session:
        session.get_one(Product, "b").title = "Copper Kettle"
    counter.bring_up_to_date()
    assert len(encoder.encoded) == 1
    assert encoder.encoded[0].startswith("Copper Kettle")
    assert found(counter, "copper") == ["Copper Kettle"]


def test_a_change_of_price_is_seen_and_encodes_nothing(
    counter: Counter, encoder: WordEncoder
) -> None:
    counter.stock(a_product(id="a", price="50"))
    encoder.encoded.clear()
    with counter.sessions.begin() as session:
        session.get_one(Product, "a").price = 70  # type: ignore[assignment]
    counter.bring_up_to_date()
    assert counter.catalogue.shelf.price[0] == 70
    assert encoder.encoded == []


def test_retired_and_deleted_goods_leave_the_counter(counter: Counter) -> None:
    counter.stock(a_product(id="a", title="Kettle One"), a_product(id="b", title="Kettle Two"))
    with counter.sessions.begin() as session:
        session.get_one(Product, "a").active = False
        session.execute(delete(Product).where(Product.id == "b"))
    counter.bring_up_to_date()
    assert counter.ask("kettle").items == []


def test_goods_that_arrive_with_an_old_date_are_not_overlooked(counter: Counter) -> None:
    counter.stock(a_product(id="a"), a_product(id="old", title="Late Kettle"))
    counter.catalogue.shelf.goods[0]
    with counter.sessions.begin() as session:
        session.execute(delete(Product).where(Product.id == "old"))
    counter.bring_up_to_date()
    with counter.sessions.begin() as session:
        product = a_product(id="old", title="Late Kettle")
        session.add(product)
        session.flush()
        long_ago = product.updated_at.replace(year=2020)
        session.execute(update(Product).where(Product.id == "old").values(updated_at=long_ago))
    counter.bring_up_to_date()
    assert "old" in counter.catalogue.shelf.row


def test_nothing_is_read_twice_when_nothing_changed(counter: Counter) -> None:
    counter.stock(a_product())
    shelf = counter.catalogue.shelf
    counter.bring_up_to_date()
    assert counter.catalogue.shelf is shelf


def test_without_an_encoder_the_shop_searches_by_words_and_says_so(
    counter: Counter, tmp_path: Path
) -> None:
    def refuse() -> Encoder:
        raise ConfigurationError("no such model")

    plain = Counter(counter.sessions, tmp_path, refuse)
    plain.stock(a_product(title="Desk Lamp"), a_product(title="Kettle"))
    answer = plain.ask("lamp")
    assert plain.titles(answer) == ["Desk Lamp"]
    assert answer.degraded
    assert "text_meaning" not in answer.items[0].parts


def test_a_database_that_does_not_answer_is_named_and_tried_again(tmp_path: Path) -> None:
    empty = create_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    counter = Counter(session_factory(empty), tmp_path, WordEncoder)
    counter.catalogue.refresh()
    assert counter.catalogue.problem is not None
    empty.dispose()


@pytest.mark.parametrize("done", [True, False])
def test_goods_without_a_vector_yet_are_still_found_by_words(counter: Counter, done: bool) -> None:
    counter.stock(a_product(title="Desk Lamp"))
    with counter.sessions.begin() as session:
        session.add(a_product(title="Floor Lamp"))
    counter.catalogue.refresh()
    if done:
        counter.catalogue.encode_missing()
    assert set(found(counter, "lamp")) == {"Desk Lamp", "Floor Lamp"}


class SlowEncoder(WordEncoder):
    """Takes its time for every batch of products."""

    def encode_texts(self, texts: list[str]) -> Floats:
        time.sleep(0.4)
        return super().encode_texts(texts)


def test_new_goods_come_and_go_within_ten_seconds_while_thousands_are_being_encoded(
    database: Engine, tmp_path: Path
) -> None:
    counter = Counter(session_factory(database), tmp_path, SlowEncoder)
    with counter.sessions.begin() as session:
        session.add_all([a_product(title=f"Desk Lamp {number}") for number in range(3000)])
    counter.catalogue.start()
    # How long the first thousands take is no matter of freshness.
    wait_until(lambda: bool(counter.catalogue.shelf.encoded.any()), seconds=120)
    with counter.sessions.begin() as session:
        session.add(a_product(id="kettle", title="Unicorn Kettle"))
    wait_until(lambda: "Unicorn Kettle" in found(counter, "unicorn kettle"))
    with counter.sessions.begin() as session:
        session.get_one(Product, "kettle").active = False
    wait_until(lambda: "Unicorn Kettle" not in found(counter, "unicorn kettle"))
    assert not counter.catalogue.shelf.encoded.all(), "the encoding was over too soon to tell"
    counter.catalogue.stop()


def test_goods_that_share_a_stamp_are_all_read(counter: Counter) -> None:
    stamp = datetime(2026, 5, 4, tzinfo=UTC)
    counter.stock(*(a_product(id=f"a{n}", updated_at=stamp) for n in range(3)))
    with counter.sessions.begin() as session:
        session.add(a_product(id="late", title="Late Kettle", updated_at=stamp))
    counter.bring_up_to_date()
    assert found(counter, "late kettle")[0] == "Late Kettle"


def test_the_newest_of_many_goods_is_on_the_shelf_first(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.catalogue._READ_AT_MOST", 4)
    day = datetime(2026, 5, 4, tzinfo=UTC)
    older = [a_product(id=f"a{n}", updated_at=day - timedelta(days=n)) for n in range(10)]
    newest = a_product(id="z", updated_at=day + timedelta(days=1))
    with counter.sessions.begin() as session:
        session.add_all([*older, newest])
    counter.catalogue.refresh()
    assert "z" in list(counter.catalogue.shelf.row)[:4]
    assert len(counter.catalogue.shelf) == 11


def test_goods_with_one_text_are_encoded_once(counter: Counter, encoder: WordEncoder) -> None:
    counter.stock(a_product(title="Kettle"), a_product(title="Kettle"))
    assert encoder.encoded.count(counter.catalogue.shelf.goods[0].text) == 1
    assert counter.catalogue.shelf.encoded.all()


def test_vectors_stay_with_their_goods_when_others_are_deleted(
    counter: Counter, encoder: WordEncoder
) -> None:
    counter.stock(a_product(id="a", title="Desk Lamp"), a_product(id="b", title="Kettle"))
    encoder.encoded.clear()
    with counter.sessions.begin() as session:
        session.execute(delete(Product).where(Product.id == "a"))
    counter.bring_up_to_date()
    shelf = counter.catalogue.shelf
    assert (list(shelf.row), encoder.encoded) == (["b"], [])
    assert shelf.vectors is not None
    kettle = encoder.encode_texts([shelf.goods[0].text])
    np.testing.assert_allclose(shelf.vectors.similar(kettle), [[1.0]], atol=1e-3)


def wait_until(it_is_so: Callable[[], bool], *, seconds: float = 10) -> None:
    """Wait, by default no longer than new goods may take."""
    deadline = time.monotonic() + seconds
    while not it_is_so():
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(0.1)
