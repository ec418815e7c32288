"""What the shop does not want kept goes by itself while the gateway serves."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

from common.settings import Settings
from db.tables.base import now
from db.tables.conversations import Conversation
from db.tables.privacy import Erasure
from gateway.background import meanwhile
from gateway.retention import Retention
from gateway.store import ConversationStore
from tests.gateway.conftest import Gateway


def retention(gateway: Gateway, home: Path, **values: int) -> Retention:
    settings = Settings(_env_file=None, home=home, secret_key="k" * 32, **values)  # type: ignore[arg-type]
    engine = gateway.sessions.kw["bind"]
    return Retention(settings, store=ConversationStore(gateway.sessions), engine=engine)


def an_old_conversation(gateway: Gateway, name: str, *, days: int) -> None:
    with gateway.sessions.begin() as session:
        session.add(Conversation(id=name, channel="web", last_message_at=now() - timedelta(days)))


def those_left(gateway: Gateway) -> set[str]:
    with gateway.sessions() as session:
        return set(session.scalars(Conversation.__table__.select()))


def test_what_is_older_than_the_shop_wants_goes(gateway: Gateway, tmp_path: Path) -> None:
    an_old_conversation(gateway, "old", days=31)
    an_old_conversation(gateway, "young", days=29)
    assert retention(gateway, tmp_path, retention_days=30).enforce().conversations == 1
    assert those_left(gateway) == {"young"}


def test_without_a_number_of_days_all_of_it_is_kept(gateway: Gateway, tmp_path: Path) -> None:
    an_old_conversation(gateway, "old", days=3000)
    assert not retention(gateway, tmp_path).enforce()
    assert those_left(gateway) == {"old"}


def test_an_erasure_that_was_cut_off_is_finished(gateway: Gateway, tmp_path: Path) -> None:
    an_old_conversation(gateway, "leaver", days=1)
    pending = {"customers": [], "sessions": ["leaver"]}
    long_ago = now() - timedelta(hours=1)
    with gateway.sessions.begin() as session:
        session.add(Erasure(id="e", subject_hash="h", pending=pending, started_at=long_ago))
    retention(gateway, tmp_path).enforce()
    assert those_left(gateway) == set()
    with gateway.sessions() as session:
        assert session.get_one(Erasure, "e").finished_at


def test_it_goes_on_in_the_background(gateway: Gateway, tmp_path: Path) -> None:
    an_old_conversation(gateway, "old", days=31)
    due = retention(gateway, tmp_path, retention_days=30)

    async def serve() -> None:
        running = asyncio.create_task(due.run(first_after=0, every=0.01))
        until = time.monotonic() + 20
        while those_left(gateway) and time.monotonic() < until:
            await asyncio.sleep(0.02)
        running.cancel()
        async with meanwhile(due.run()):
            pass

    asyncio.run(serve())
    assert those_left(gateway) == set()
