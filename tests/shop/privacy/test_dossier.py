import json
import stat
import zipfile
from pathlib import Path

import pytest

from common.errors import BadRequest, NotFound
from shop.privacy.coverage import personal_tables
from shop.privacy.dossier import TRACKER, TRANSCRIPT, write_dossier
from shop.privacy.erasure import find_customer, find_session
from tests.shop.privacy.conftest import Shop


def write(shop: Shop, name: str = "copy.zip") -> Path:
    file = shop.home / name
    with shop.session() as session:
        write_dossier(session, shop.dialogues, find_customer(session, shop.leaver.customer), file)
    return file


def test_a_copy_holds_a_row_of_every_table_and_of_rasas(shop: Shop) -> None:
    with zipfile.ZipFile(write(shop)) as archive:
        names = set(archive.namelist())
        tables = {f"{table.name}.json" for table in personal_tables()}
        assert names == (tables - {"exported_copies.json"}) | {TRANSCRIPT, TRACKER}
        assert shop.leaver.word in archive.read(TRANSCRIPT).decode()
        (customer,) = json.loads(archive.read("customers.json"))
        assert customer["id"] == shop.leaver.customer


def test_a_copy_holds_nothing_of_anybody_else_and_opens_no_door(small_shop: Shop) -> None:
    file = write(small_shop)
    with zipfile.ZipFile(file) as archive:
        content = b"".join(map(archive.read, archive.namelist())).decode()
    assert not any(trace in content for trace in small_shop.stayer.traces)
    assert "token_hash" not in content


def test_a_copy_is_for_its_owner_alone(small_shop: Shop) -> None:
    assert stat.S_IMODE(write(small_shop).stat().st_mode) == 0o600


def test_nothing_is_written_over_and_no_folder_is_made(small_shop: Shop) -> None:
    write(small_shop)
    with pytest.raises(BadRequest, match="is there already"):
        write(small_shop)
    with pytest.raises(BadRequest, match="no folder"):
        write(small_shop, "missing/copy.zip")


def test_who_left_nothing_gets_no_copy(small_shop: Shop) -> None:
    file = small_shop.home / "copy.zip"
    with small_shop.session() as session, pytest.raises(NotFound):
        write_dossier(session, small_shop.dialogues, find_session("nobody"), file)
    assert not file.exists()
