from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nlu.catalogue import FaqSource, GoodsSource, Mirror, Watch, read_synonyms
from nlu.errors import DatasetError
from nlu.vocabulary import Vocabulary
from tests.builders import NOON, a_faq_entry, a_product


def a_mirror() -> Mirror[Vocabulary]:
    return Mirror(GoodsSource({"trainer": ["sneaker"]}), empty=Vocabulary())


def test_new_goods_are_understood_without_a_restart(database: Engine, session: Session) -> None:
    mirror = a_mirror()
    assert mirror.refresh(database)
    assert mirror.current.is_empty
    session.add(a_product(attributes={"fit": ["slim fit"], "note": "x" * 90, "year": "2024"}))
    session.commit()
    assert mirror.refresh(database)
    assert mirror.current.kinds["sneaker"] == "sneaker"
    assert mirror.current.synonyms == {"trainer": "sneaker"}
    assert set(mirror.current.features) == {"slim fit"}


def test_nothing_is_read_again_while_nothing_changes(database: Engine, session: Session) -> None:
    product = a_product(updated_at=NOON)
    session.add(product)
    session.commit()
    mirror = a_mirror()
    assert mirror.refresh(database)
    before = mirror.current
    assert not mirror.refresh(database)
    assert mirror.current is before
    product.color, product.updated_at = "teal", NOON + timedelta(minutes=1)
    session.commit()
    assert mirror.refresh(database)
    assert "teal" in mirror.current.colors


def test_retired_goods_are_forgotten(database: Engine, session: Session) -> None:
    session.add_all([a_product(), a_product(product_type="clog", active=False)])
    session.commit()
    mirror = a_mirror()
    mirror.refresh(database)
    assert "clog" not in mirror.current.kinds


def test_only_active_faq_entries_are_read(database: Engine, session: Session) -> None:
    session.add_all([a_faq_entry(id="b"), a_faq_entry(id="a"), a_faq_entry(id="c", active=False)])
    session.commit()
    mirror = Mirror(FaqSource(), empty=[])
    mirror.refresh(database)
    assert [entry.id for entry in mirror.current] == ["a", "b"]


def test_an_absent_database_is_not_made_by_looking_at_it(tmp_path: Path) -> None:
    mirror = a_mirror()
    file = tmp_path / "none.db"
    watch = Watch(f"sqlite:///{file}", [mirror])
    watch.start()
    watch.stop()
    assert mirror.current.is_empty
    assert not file.exists()


def test_a_database_without_our_tables_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "empty.db"
    file.touch()
    mirror = a_mirror()
    Watch(f"sqlite:///{file}", [mirror]).refresh()
    assert mirror.current.is_empty


def test_synonyms_that_are_no_lists_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "synonyms.yml"
    file.write_text("- trainers\n")
    with pytest.raises(DatasetError, match="list of names"):
        read_synonyms(file)
    assert all(names for names in read_synonyms().values())
