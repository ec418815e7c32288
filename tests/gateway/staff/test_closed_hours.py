"""A shop whose staff are not in at this hour."""

import pytest

from common.settings import Settings
from tests.gateway.conftest import on_sqlite
from tests.gateway.staff.conftest import Office as StaffOffice
from tests.gateway.staff.conftest import queued
from tests.gateway.staff.test_queue import closed_now


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"staff_hours": closed_now()})


@on_sqlite
def test_a_shop_that_is_closed_says_when_it_opens(office: StaffOffice) -> None:
    chat = queued(office.gateway)

    queue = chat.client.get("/api/chat/messages", headers=chat.headers).json()["queue"]

    assert (queue["open"], queue["may_leave"]) == (False, True)
    assert queue["opens_at"].endswith("T09:00:00Z")
