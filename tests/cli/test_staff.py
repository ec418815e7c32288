"""`shopkeeper staff`, as somebody types it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from cli.staff import DEMO_EMAIL, ensure_demo_login
from common.errors import BadRequest, Conflict
from common.settings import Settings
from db.engine import make_engine, session_factory
from shop.staff import check_password, disable_member, find_member


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    monkeypatch.setenv("SHOPKEEPER_DATABASE_URL", sqlite_url)
    return Settings(_env_file=None, home=tmp_path, database_url=sqlite_url)


def staff(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["staff", *arguments], input=typed)


def may_sign_in(settings: Settings, email: str, password: str) -> bool:
    engine = make_engine(settings.database_url)
    with session_factory(engine)() as session:
        known = check_password(session, email=email, password=password)
    engine.dispose()
    return known is not None


def test_an_account_is_made_listed_and_disabled(settings: Settings) -> None:
    added = staff("add", "ana@shop.example", "--name", "Ana", "--role", "supervisor")
    password = added.output.rpartition("Password: ")[2].strip()
    before = may_sign_in(settings, "ana@shop.example", password)
    disabled = staff("disable", "ANA@shop.example")

    assert (added.exit_code, disabled.exit_code, before) == (0, 0, True)
    assert not may_sign_in(settings, "ana@shop.example", password)
    listed = staff("list").output
    for word in ("ana@shop.example", "Ana", "supervisor", "disabled"):
        assert word in listed


def test_a_password_of_ones_own_is_read_and_not_printed(settings: Settings) -> None:
    added = staff(
        "add", "ana@shop.example", "--name", "Ana", "--password-stdin", typed="my own long one\n"
    )

    assert "my own" not in added.output
    assert may_sign_in(settings, "ana@shop.example", "my own long one")


def test_mistakes_are_named(settings: Settings) -> None:
    staff("add", "ana@shop.example", "--name", "Ana")

    again = staff("add", "ana@shop.example", "--name", "Ana")
    boss = staff("add", "ben@shop.example", "--name", "Ben", "--role", "boss")

    assert isinstance(again.exception, Conflict)
    assert isinstance(boss.exception, BadRequest)
    assert "supervisor" in boss.exception.detail


def test_the_demo_shop_has_one_login_which_is_told_as_long_as_it_is_good(
    settings: Settings,
) -> None:
    first, second = ensure_demo_login(settings), ensure_demo_login(settings)

    assert first is not None
    assert first == second
    assert may_sign_in(settings, *first)
    kept = settings.home / "keys" / "demo_staff"
    assert kept.stat().st_mode & 0o777 == 0o600

    engine = make_engine(settings.database_url)
    with session_factory(engine).begin() as session:
        disable_member(session, find_member(session, email=DEMO_EMAIL))
    engine.dispose()
    assert ensure_demo_login(settings) is None


def test_a_shop_with_staff_of_its_own_gets_no_demo_login(settings: Settings) -> None:
    staff("add", "ana@shop.example", "--name", "Ana")

    assert ensure_demo_login(settings) is None
