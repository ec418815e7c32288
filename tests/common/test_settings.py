"""Settings, and what is never printed of them."""

import pytest

from common.settings import Settings


def test_what_opens_doors_stays_out_of_printed_settings() -> None:
    secrets = {
        "internal_secret": "internal-word",
        "secret_key": "session-word",
        "identity_key": "identity-word",
        "events_key": "events-word",
        "database_url": "postgresql://shop:database-word@db/shop",
        "rasa_database_url": "postgresql://rasa:tracker-word@db/rasa",
        "redis_url": "redis://:redis-word@cache",
        "telegram_token": "123:telegram-word",
    }

    printed = f"{Settings(_env_file=None, **secrets)!r} {Settings(_env_file=None, **secrets)}"

    assert "port=8080" in printed
    assert "-word" not in printed


def test_a_wrong_setting_is_named_without_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPKEEPER_SECRET_KEY", "session-word")
    monkeypatch.setenv("SHOPKEEPER_PORT", "eighty")

    with pytest.raises(ValueError) as wrong:
        Settings(_env_file=None)

    assert "port" in str(wrong.value)
    assert "-word" not in str(wrong.value)
