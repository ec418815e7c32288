"""Who gets into the console, and what keeps everybody else out."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from common.settings import Settings
from db.tables.base import now
from db.tables.staff import StaffSession
from shop.staff import disable_member, find_member
from tests.gateway.staff.conftest import PASSWORD, Office, queued

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"rate_logins": "3/minute"})


def login(client: TestClient, email: str, password: str = PASSWORD) -> int:
    return client.post("/api/staff/login", json={"email": email, "password": password}).status_code


def test_a_cookie_that_scripts_and_other_sites_cannot_use_is_the_session(office: Office) -> None:
    email = office.hire("Ana", role="supervisor")
    browser = office.browser()

    answer = browser.post(
        "/api/staff/login", json={"email": f" {email.upper()} ", "password": PASSWORD}
    )

    assert answer.status_code == 200
    assert answer.json()["user"]["role"] == "supervisor"
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/api/staff", "max-age=43200"):
        assert part in cookie
    assert "secure" not in cookie
    again = browser.get("/api/staff/session").json()
    assert again == answer.json()


def test_over_https_the_cookie_never_travels_in_the_clear(office: Office) -> None:
    email = office.hire("Ana")
    browser = office.browser()
    browser.base_url = "https://shop.example"

    answer = browser.post("/api/staff/login", json={"email": email, "password": PASSWORD})

    assert "secure" in answer.headers["set-cookie"].lower()


def test_wrong_passwords_are_refused_and_then_not_even_tried(office: Office) -> None:
    email = office.hire("Ana")
    browser = office.browser()

    assert [login(browser, email, "wrong password") for _ in range(4)] == [401, 401, 401, 429]
    assert login(browser, email) == 429
    assert login(browser, office.hire("Ben")) == 200


def test_who_remembers_in_time_begins_with_a_clean_slate(office: Office) -> None:
    email, browser = office.hire("Ana"), office.browser()

    attempts = ["wrong password", "wrong password", PASSWORD] * 2

    assert [login(browser, email, one) for one in attempts] == [401, 401, 200] * 2


def test_unknown_addresses_are_refused_like_wrong_passwords(office: Office) -> None:
    office.hire("Ana")
    answers = [
        office.browser().post("/api/staff/login", json={"email": email, "password": "x" * 12})
        for email in ("ana@shop.example", "nobody@shop.example")
    ]

    assert answers[0].json() == answers[1].json()
    assert {answer.status_code for answer in answers} == {401}


def test_a_call_without_the_consoles_token_changes_nothing(office: Office) -> None:
    chat, ana, ben = queued(office.gateway), office.sign_in("Ana"), office.sign_in("Ben")
    path = f"/api/staff/conversations/{chat.id}/claim"

    without = ana.client.post(path)
    wrong = ana.client.post(path, headers={"X-CSRF-Token": ben.csrf})

    assert [(a.status_code, a.json()["error"]) for a in (without, wrong)] == [(403, "csrf")] * 2
    assert ana.listed(state="queued")[0]["owner"] is None


def test_who_signs_out_or_is_disabled_is_out(office: Office) -> None:
    ana, ben = office.sign_in("Ana"), office.sign_in("Ben")

    assert ana.post("/logout").status_code == 204
    with office.gateway.sessions.begin() as session:
        disable_member(session, find_member(session, email="ben@shop.example"))

    assert [one.get("/session").status_code for one in (ana, ben)] == [401, 401]
    assert login(office.browser(), "ben@shop.example") == 401


def test_a_session_ends_and_one_in_use_goes_on(office: Office) -> None:
    ana, ben = office.sign_in("Ana"), office.sign_in("Ben")
    ages = {ana.id: timedelta(hours=-1), ben.id: timedelta(hours=1)}
    for staff_id, left in ages.items():
        with office.gateway.sessions.begin() as session:
            session.execute(
                update(StaffSession)
                .where(StaffSession.staff_id == staff_id)
                .values(expires_at=now() + left)
            )

    assert ana.get("/session").status_code == 401
    assert "max-age=43200" in ben.get("/session").headers["set-cookie"].lower()


def test_a_changed_password_signs_out_every_other_browser(office: Office) -> None:
    ana = office.sign_in("Ana")
    elsewhere = office.browser()
    assert login(elsewhere, "ana@shop.example") == 200

    wrong = ana.post("/password", current="not this one", new="another good one")
    short = ana.post("/password", current=PASSWORD, new="short")
    changed = ana.post("/password", current=PASSWORD, new="another good one")

    assert [wrong.status_code, short.status_code, changed.status_code] == [422, 422, 204]
    # No 401: a console would take that for the end of the session.
    assert wrong.json()["error"] == "wrong_password"
    assert ana.get("/session").status_code == 200
    assert elsewhere.get("/api/staff/session").status_code == 401
    assert login(office.browser(), "ana@shop.example", "another good one") == 200


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"type": "auth", "csrf_token": "made up"}, "unauthorized"),
        ({"type": "typing", "conversation_id": "x", "on": True}, "unauthorized"),
    ],
)
def test_the_socket_asks_for_the_consoles_token(
    office: Office, frame: dict[str, object], code: str
) -> None:
    ana = office.sign_in("Ana")

    with ana.client.websocket_connect("/api/staff/ws") as socket:
        socket.send_json(frame)
        assert socket.receive_json()["code"] == code
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()

    assert closed.value.code == 4401


def test_another_sites_page_cannot_listen(office: Office) -> None:
    ana = office.sign_in("Ana")
    headers = {"Origin": "https://evil.example"}

    with ana.client.websocket_connect("/api/staff/ws", headers=headers) as socket:
        assert socket.receive_json()["code"] == "csrf"


def test_a_stranger_cannot_listen(office: Office) -> None:
    ana = office.sign_in("Ana")

    with office.browser().websocket_connect("/api/staff/ws") as socket:
        socket.send_json({"type": "auth", "csrf_token": ana.csrf})
        assert socket.receive_json()["code"] == "unauthorized"
