"""GET and POST /api/chat/outreach."""

from typing import Any

import pytest

from shop.identity import sign
from tests.gateway.conftest import Chat, Gateway, on_sqlite

CAREFUL = {
    "alerts": True,
    "orders": False,
    "carts": False,
    "quiet_from": None,
    "quiet_to": None,
    "time_zone": None,
}


def change(chat: Chat, **body: Any) -> Any:
    return chat.client.post("/api/chat/outreach", json=body, headers=chat.headers)


def read(chat: Chat) -> Any:
    return chat.client.get("/api/chat/outreach", headers=chat.headers).json()


def test_nothing_is_written_before_it_was_asked_for(gateway: Gateway) -> None:
    chat = gateway.chat()
    assert read(chat) == CAREFUL

    changed = change(chat, carts=True, quiet_hours={"from": 22, "to": 8}, time_zone="Europe/Berlin")
    expected = {
        **CAREFUL,
        "carts": True,
        "quiet_from": 22,
        "quiet_to": 8,
        "time_zone": "Europe/Berlin",
    }
    assert changed.status_code == 200
    assert changed.json() == read(chat) == expected
    assert change(chat, quiet_hours=None).json()["quiet_from"] is None


@on_sqlite
def test_a_customers_wishes_hold_in_every_conversation_and_in_no_other(gateway: Gateway) -> None:
    signature = sign("c1", key=gateway.settings.identity_key)
    customer = {"id": "c1", "signature": signature}
    change(gateway.chat(customer=customer), orders=True)

    assert read(gateway.chat(customer=customer))["orders"] is True
    assert read(gateway.chat()) == CAREFUL


@on_sqlite
@pytest.mark.parametrize(
    "body",
    [
        {"orders": "yes"},
        {"quiet_hours": {"from": 8, "to": 8}},
        {"quiet_hours": {"from": 24, "to": 8}},
        {"time_zone": "Mars/Base"},
    ],
)
def test_what_makes_no_sense_is_refused(gateway: Gateway, body: dict[str, Any]) -> None:
    chat = gateway.chat()
    assert change(chat, **body).status_code == 422
    assert read(chat) == CAREFUL
