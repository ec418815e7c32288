import io
import json
import os
import sqlite3
import tarfile
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, insert, inspect, select, text
from sqlalchemy.engine import make_url

from cli.archive import DamagedArchive
from cli.backup import choose_file, keys_elsewhere, make_backup
from cli.restore import restore_backup
from cli.swap import FOLDER, Swap, check_whole
from common.errors import ConfigurationError, Conflict
from common.settings import Settings
from db.engine import make_engine, session_factory
from db.migrate import migrate, revisions, upgrade
from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tracker import EVENTS, TRACKER
from tests.builders import a_product
from tests.conftest import POSTGRESQL, create_database, run_on
from tests.ports import free_port, free_ports

MakeSettings = Callable[[], Settings]


@pytest.fixture(scope="module")
def new_database() -> Iterator[Callable[[int], str]]:
    """Empty PostgreSQL databases by number; making one costs more than a whole test."""
    server, run = make_url(os.environ.get("SHOPKEEPER_TEST_POSTGRESQL", POSTGRESQL)), uuid.uuid4()
    made: dict[int, str] = {}

    def database(number: int) -> str:
        own = server.set(database=f"shopkeeper_backup_{number}_{run.hex[:10]}")
        if number in made:
            run_on(own, "DROP SCHEMA public CASCADE")
            run_on(own, "CREATE SCHEMA public")
        else:
            create_database(own, server=server)
            made[number] = str(own.database)
        return own.render_as_string(hide_password=False)

    yield database
    for name in made.values():
        run_on(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def new_settings(
    request: pytest.FixtureRequest, tmp_path: Path, new_database: Callable[[int], str]
) -> MakeSettings:
    """Settings of one new shop after another, each with two empty databases of its own."""
    numbers = count(1)

    def database(home: Path, name: str) -> str:
        if request.param == "sqlite":
            return f"sqlite:///{home / name}.db"
        return new_database(next(numbers))

    def settings() -> Settings:
        home = tmp_path / f"home{uuid.uuid4().hex[:6]}"
        return Settings(
            home=home,
            port=free_port(),
            port_base=free_ports(4),
            database_url=database(home, "shopkeeper"),
            rasa_database_url=database(home, "rasa"),
        )

    return settings


@pytest.fixture
def settings(new_settings: MakeSettings) -> Settings:
    """A shop in which nothing has been said yet."""
    return open_shop(new_settings())


def open_shop(settings: Settings, *, revision: str = "head") -> Settings:
    settings.home.mkdir(exist_ok=True)
    for url, make_tables in (
        (settings.database_url, lambda c: migrate(c, revision=revision)),
        (settings.rasa_database_url, TRACKER.create_all),
    ):
        engine = make_engine(url)
        with engine.begin() as connection:
            make_tables(connection)
        engine.dispose()
    return settings


@dataclass
class Talk:
    """A conversation as gateway and Rasa store it, turn by turn."""

    settings: Settings
    conversation_id: str = ""

    def __post_init__(self) -> None:
        self.shop = make_engine(self.settings.database_url)
        self.rasa = make_engine(self.settings.rasa_database_url)
        self.conversation_id = uuid.uuid4().hex
        with session_factory(self.shop).begin() as session:
            session.add(Conversation(id=self.conversation_id, channel="web"))

    def say(self, words: str) -> int:
        """Store the message, let Rasa write, store the answer: in this order."""
        with session_factory(self.shop).begin() as session:
            message = Message(conversation_id=self.conversation_id, role="shopper", text=words)
            session.add(message)
            session.flush()
            number = message.id
        event = {"sender_id": self.conversation_id, "type_name": "user", "data": str(number)}
        with self.rasa.begin() as connection:
            connection.execute(insert(EVENTS).values(event))
        with session_factory(self.shop).begin() as session:
            session.get_one(Message, number).answered_at = now()
            session.add(
                Message(
                    conversation_id=self.conversation_id,
                    role="bot",
                    text="Here you are:\t\\N 🧦\n",
                    cards=[{"title": 'Socks "warm"', "reason": None}],
                    reply_to=number,
                )
            )
        return number

    def close(self) -> None:
        self.shop.dispose()
        self.rasa.dispose()


def talked(settings: Settings, *words: str) -> str:
    talk = Talk(settings)
    for said in words:
        talk.say(said)
    talk.close()
    return talk.conversation_id


def messages_of(settings: Settings) -> list[tuple[object, ...]]:
    engine = make_engine(settings.database_url)
    columns = (Message.id, Message.conversation_id, Message.text, Message.cards)
    with engine.connect() as connection:
        rows = connection.execute(select(*columns).order_by(Message.id))
        found = [tuple(row) for row in rows]
    engine.dispose()
    return found


def tracked(settings: Settings) -> list[int]:
    """The messages that Rasa's tracker knows of."""
    engine = make_engine(settings.rasa_database_url)
    with engine.connect() as connection:
        found = [int(data) for data in connection.scalars(select(EVENTS.c.data))]
    engine.dispose()
    return found


def back_up(settings: Settings, tmp_path: Path) -> Path:
    file = tmp_path / f"{uuid.uuid4().hex[:6]}.tar.gz"
    make_backup(settings, file, on_stage=lambda *_: None)
    return file


def restore(settings: Settings, file: Path, *, force: bool = False) -> Path | None:
    return restore_backup(settings, file, on_stage=lambda *_: None, force=force)[1]


def test_a_backup_restores_to_the_same_conversations(
    settings: Settings, new_settings: MakeSettings, tmp_path: Path
) -> None:
    talked(settings, "socks", "naïve \\ 袜子\n\ttabs")
    file = back_up(settings, tmp_path)
    other = new_settings()
    restore(other, file)
    assert messages_of(other) == messages_of(settings)
    assert tracked(other) == tracked(settings) == [1, 3]


def test_a_restored_shop_goes_on_counting(
    settings: Settings, new_settings: MakeSettings, tmp_path: Path
) -> None:
    talked(settings, "one", "two")
    other = new_settings()
    restore(other, back_up(settings, tmp_path))
    talked(other, "three")
    assert [row[0] for row in messages_of(other)] == [1, 2, 3, 4, 5, 6]


def test_both_databases_are_of_one_moment_while_shoppers_talk(
    settings: Settings, new_settings: MakeSettings, tmp_path: Path
) -> None:
    done = threading.Event()

    def talk_on() -> None:
        talk = Talk(settings)
        while not done.is_set():
            talk.say("and another one")
        talk.close()

    shoppers = [threading.Thread(target=talk_on) for _ in range(3)]
    for shopper in shoppers:
        shopper.start()
    try:
        files = [back_up(settings, tmp_path) for _ in range(3)]
    finally:
        done.set()
        for shopper in shoppers:
            shopper.join()
    was_answered = Message.answered_at.is_not(None)
    for file in files:
        other = new_settings()
        restore(other, file)
        engine = make_engine(other.database_url)
        with engine.connect() as connection:
            stored = set(connection.scalars(select(Message.id)))
            answered = set(connection.scalars(select(Message.id).where(was_answered)))
        engine.dispose()
        known = set(tracked(other))
        assert answered <= known <= stored


def test_a_backup_under_way_lets_shoppers_talk(settings: Settings, tmp_path: Path) -> None:
    talk = Talk(settings)
    talk.say("before")
    stages: list[str] = []

    def talk_meanwhile(stage: str, share: float) -> None:
        stages.append(stage)
        talk.say("meanwhile")

    make_backup(settings, tmp_path / "shop.tar.gz", on_stage=talk_meanwhile)
    talk.close()
    assert {"Database", "Dialogues", "Archive"} <= set(stages)
    assert len(tracked(settings)) == 1 + len(stages)


def test_keys_pictures_and_adapters_come_back_and_keys_stay_secret(
    settings: Settings, new_settings: MakeSettings, tmp_path: Path
) -> None:
    adapter = settings.models / "nlu" / "20260504T120000Z"
    for folder in (settings.home / "keys", settings.media / "large", adapter):
        folder.mkdir(parents=True)
    key = settings.home / "keys" / "secret_key"
    key.write_text("s3cret")
    key.chmod(0o600)
    (settings.media / "large" / "sock.png").write_bytes(b"\x89PNG")
    (adapter / "card.json").write_text("{}")
    adapter.with_name("current").symlink_to(adapter.name)
    file = back_up(settings, tmp_path)
    other = new_settings()
    restore(other, file)
    kept = other.home / "keys" / "secret_key"
    assert kept.read_text() == "s3cret"
    assert [oct(path.stat().st_mode & 0o777) for path in (kept, kept.parent)] == ["0o600", "0o700"]
    assert (other.media / "large" / "sock.png").read_bytes() == b"\x89PNG"
    assert (other.models / "nlu" / "current" / "card.json").read_text() == "{}"
    assert oct(file.stat().st_mode & 0o777) == "0o600"


def test_keys_that_the_settings_name_are_said_not_to_be_in_it(tmp_path: Path) -> None:
    named = Settings(home=tmp_path, identity_key="k" * 32)
    assert keys_elsewhere(named) == ["identity_key"]


def test_a_shop_with_conversations_is_replaced_only_by_force_and_is_kept(
    settings: Settings, new_settings: MakeSettings, tmp_path: Path
) -> None:
    talked(settings, "old words")
    old = messages_of(settings)
    other = open_shop(new_settings())
    talked(other, "new words")
    file = back_up(other, tmp_path)
    with pytest.raises(Conflict, match="has 1 conversations: add --force"):
        restore(settings, file)
    assert messages_of(settings) == old
    kept = restore(settings, file, force=True)
    assert messages_of(settings) == messages_of(other)
    assert kept is not None
    restore(settings, kept, force=True)
    assert messages_of(settings) == old


def test_goods_without_conversations_are_replaced_and_kept(
    settings: Settings, new_settings: MakeSettings, tmp_path: Path
) -> None:
    file = back_up(settings, tmp_path)
    other = open_shop(new_settings())
    engine = make_engine(other.database_url)
    with session_factory(engine).begin() as session:
        session.add(a_product())
    engine.dispose()
    kept = restore(other, file)
    assert kept is not None
    assert kept.is_file()


def test_an_older_backup_gets_the_tables_of_today(
    new_settings: MakeSettings, tmp_path: Path
) -> None:
    old = open_shop(new_settings(), revision=revisions()[-1])
    file = back_up(old, tmp_path)
    other = new_settings()
    restore(other, file)
    engine = make_engine(other.database_url)
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    engine.dispose()
    assert found == revisions()[0]


def test_a_backup_of_a_later_version_is_refused(
    settings: Settings, new_settings: MakeSettings, tmp_path: Path
) -> None:
    file = back_up(settings, tmp_path)
    later = rewritten(file, lambda manifest: manifest.update(schema_revision="9999"))
    with pytest.raises(ConfigurationError, match="update Shopkeeper first"):
        restore(new_settings(), later)


def test_a_tracker_that_has_never_been_is_no_hindrance(
    new_settings: MakeSettings, tmp_path: Path
) -> None:
    young = new_settings()
    upgrade(young.database_url)
    file = back_up(young, tmp_path)
    other = new_settings()
    restore(other, file)
    assert messages_of(other) == []


def rewritten(file: Path, change: Callable[[dict[str, object]], None]) -> Path:
    """The same archive with another manifest."""
    other = file.with_name(f"other-{file.name}")
    with tarfile.open(file) as source, tarfile.open(other, "w:gz") as target:
        for member in source:
            opened = source.extractfile(member)
            content = opened.read() if opened else b""
            if member.name == "manifest.json":
                manifest = json.loads(content)
                change(manifest)
                content = json.dumps(manifest).encode()
                member.size = len(content)
            target.addfile(member, io.BytesIO(content))
    return other


@pytest.fixture
def sqlite_settings(tmp_path: Path) -> Settings:
    return open_shop(Settings(home=tmp_path / "home", port=free_port(), port_base=free_ports(4)))


@pytest.fixture
def archive(sqlite_settings: Settings, tmp_path: Path) -> Path:
    talked(sqlite_settings, "socks")
    return back_up(sqlite_settings, tmp_path)


@pytest.fixture
def empty_settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "empty", port=free_port(), port_base=free_ports(4))


@pytest.mark.parametrize("share", [0.2, 0.6, 0.99])
def test_a_backup_that_was_cut_off_is_refused_and_changes_nothing(
    share: float, archive: Path, sqlite_settings: Settings
) -> None:
    before = messages_of(sqlite_settings)
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DamagedArchive, match="no whole backup"):
        restore(sqlite_settings, archive, force=True)
    assert messages_of(sqlite_settings) == before
    assert not (sqlite_settings.home / FOLDER).exists()


def test_a_backup_that_was_changed_is_refused(archive: Path, empty_settings: Settings) -> None:
    def change(manifest: dict[str, object]) -> None:
        manifest["files"]["database/data.db"]["sha256"] = "0" * 64  # type: ignore[index]

    with pytest.raises(DamagedArchive, match=r"database/data\.db is not as it was"):
        restore(empty_settings, rewritten(archive, change))


def test_any_other_file_is_refused(tmp_path: Path, empty_settings: Settings) -> None:
    file = tmp_path / "holiday.jpg"
    file.write_bytes(b"\xff\xd8\xff" * 100)
    with pytest.raises(DamagedArchive):
        restore(empty_settings, file)


def test_an_archive_cannot_write_outside_its_folder(
    tmp_path: Path, empty_settings: Settings
) -> None:
    file = tmp_path / "evil.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("../../evil"), io.BytesIO())
    with pytest.raises(DamagedArchive):
        restore(empty_settings, file)
    assert not list(tmp_path.rglob("evil"))


def test_a_shop_whose_database_is_open_elsewhere_is_left_alone(
    archive: Path, sqlite_settings: Settings
) -> None:
    talk = Talk(sqlite_settings)
    with pytest.raises(ConfigurationError, match="in use: stop the shop"):
        restore(sqlite_settings, archive, force=True)
    talk.close()


def test_a_damaged_database_is_replaced_by_force_and_kept_as_it_was(
    archive: Path, sqlite_settings: Settings
) -> None:
    before = messages_of(sqlite_settings)
    database = sqlite_settings.home / "shopkeeper.db"
    database.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(Conflict, match="cannot be read"):
        restore(sqlite_settings, archive)
    kept = restore(sqlite_settings, archive, force=True)
    assert messages_of(sqlite_settings) == before
    assert kept is not None
    assert any(b"not a database" in file.read_bytes() for file in kept.rglob("*shopkeeper.db"))


def test_a_damaged_database_is_not_backed_up_as_if_it_were_whole(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    talked(sqlite_settings, *("socks" * 200 for _ in range(50)))
    database = sqlite_settings.home / "shopkeeper.db"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'messages'"
        ).fetchone()[0]
    connection.close()
    content = bytearray(database.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = b"\x05" * 4096
    database.write_bytes(content)
    with pytest.raises(ConfigurationError, match="damaged"):
        back_up(sqlite_settings, tmp_path)
    assert not list(tmp_path.glob("*.tar.gz"))


def test_a_backup_of_another_kind_of_database_is_refused(
    archive: Path, empty_settings: Settings
) -> None:
    elsewhere = empty_settings.model_copy(update={"rasa_database_url": POSTGRESQL})
    with pytest.raises(ConfigurationError, match="names postgresql"):
        restore(elsewhere, archive)


@pytest.mark.parametrize("new_settings", ["postgresql"], indirect=True)
def test_tables_of_others_are_never_dropped(
    settings: Settings, new_settings: MakeSettings, tmp_path: Path
) -> None:
    file = back_up(settings, tmp_path)
    theirs = new_settings()
    engine = make_engine(theirs.database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoices (id integer)"))
    with pytest.raises(ConfigurationError, match=r"not Shopkeeper's \(invoices\)"):
        restore(theirs, file)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["invoices"]
        assert connection.scalar(select(func.count()).select_from(text("invoices"))) == 0
    engine.dispose()


def test_there_is_nothing_to_back_up_without_a_shop(
    empty_settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="no shop to back up"):
        back_up(empty_settings, tmp_path)
    assert not empty_settings.home.exists()


def test_an_earlier_backup_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "shop.tar.gz"
    file.touch()
    with pytest.raises(ConfigurationError, match="is there already"):
        choose_file(file)


def test_in_a_folder_a_backup_is_named_by_the_time(tmp_path: Path) -> None:
    assert choose_file(tmp_path).name.startswith("shopkeeper-2")


def test_what_cannot_be_put_in_place_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("old")
    with Swap(tmp_path) as swap:
        (swap.new / "keys").write_text("new")
        places = {tmp_path / name: swap.new / name for name in ("keys", "media")}
        with pytest.raises(FileNotFoundError):
            swap.put(places)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("keys", "old")]


def test_a_restore_that_was_killed_is_told_and_undone_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("old")
    killed = Swap(tmp_path)
    killed.__enter__()
    (killed.new / "keys").write_text("new")
    (killed.new / "demo.json").write_text("new")
    killed.put({tmp_path / name: killed.new / name for name in ("keys", "demo.json")})
    with pytest.raises(ConfigurationError, match="cut off: run the same"):
        check_whole(tmp_path)
    with Swap(tmp_path):
        assert (tmp_path / "keys").read_text() == "old"
        assert not (tmp_path / "demo.json").exists()
    check_whole(tmp_path)
