"""What supervisors and admins keep and see, and that nobody else may."""

from datetime import timedelta
from typing import Any

from db.tables.base import now
from db.tables.behaviour import Event
from db.tables.recommendations import Impression, Ranking
from tests.builders import a_product
from tests.gateway.conftest import Chat, on_sqlite
from tests.gateway.staff.conftest import Console, Office, queued

pytestmark = on_sqlite

GREETING = {"shortcut": "hello", "title": "Greeting", "text": "Hello {name}!", "locale": None}


def help_out(console: Console, chat: Chat, *, score: int | None, comment: str = "") -> None:
    """Claim, answer, close; and the shopper says how it was."""
    console.act("claim", chat)
    console.say(chat, "Here you are")
    console.act("close", chat)
    if score is not None:
        assert rate(chat, score=score, comment=comment) == 204


def rate(chat: Chat, **body: Any) -> int:
    return chat.client.post("/api/chat/csat", json=body, headers=chat.headers).status_code


def test_canned_answers_are_kept_changed_and_removed(office: Office) -> None:
    sue, ana = office.sign_in("Sue", role="supervisor"), office.sign_in("Ana")

    kept = sue.post("/canned", **GREETING)
    taken = sue.post("/canned", **GREETING)
    changed = sue.send("PUT", f"/canned/{kept.json()['id']}", **{**GREETING, "locale": "zh"})
    odd = sue.post("/canned", **{**GREETING, "shortcut": "/x y"})

    assert [kept.status_code, taken.status_code, odd.status_code] == [201, 409, 422]
    assert taken.json()["error"] == "taken"
    assert ana.get("/canned", locale="zh").json()["canned"] == [changed.json()]
    assert ana.get("/canned", locale="en").json()["canned"] == []
    assert sue.send("DELETE", f"/canned/{kept.json()['id']}").status_code == 204
    assert sue.send("DELETE", f"/canned/{kept.json()['id']}").status_code == 404


def test_a_rule_without_conditions_is_refused(office: Office) -> None:
    sue = office.sign_in("Sue", role="supervisor")

    assert sue.post("/rules", name="All of them").status_code == 422
    kept = sue.post("/rules", name="Rich and sad", cart_above="100.00", mood_below=-0.2)
    assert kept.json()["cart_above"] == "100.00"
    assert sue.get("/rules").json()["rules"] == [kept.json()]
    assert sue.send("DELETE", f"/rules/{kept.json()['id']}").status_code == 204


def test_an_admin_makes_changes_and_disables_accounts(office: Office) -> None:
    boss = office.sign_in("Bo", role="admin")
    new = {"email": "new@shop.example", "name": "Nia", "role": "agent", "password": "x" * 12}

    made = boss.post("/team", **new)
    again = boss.post("/team", **new)
    promoted = boss.send("PATCH", f"/team/{made.json()['id']}", role="supervisor", name="Nia B")
    disabled = boss.send("PATCH", f"/team/{made.json()['id']}", disabled=True)
    himself = boss.send("PATCH", f"/team/{boss.id}", disabled=True)

    assert [made.status_code, again.status_code, himself.status_code] == [201, 409, 422]
    assert (promoted.json()["role"], promoted.json()["name"]) == ("supervisor", "Nia B")
    assert disabled.json()["disabled"]
    login = office.browser().post(
        "/api/staff/login", json={"email": new["email"], "password": new["password"]}
    )
    assert login.status_code == 401


def test_the_team_is_shown_with_who_is_there_and_how_much_each_has(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    ben = office.sign_in("Ben")
    ana.act("claim", chat)

    with ana.attending():
        team = ben.get("/team").json()["team"]

    assert [(one["name"], one["online"], one["open_conversations"]) for one in team] == [
        ("Ana", True, 1),
        ("Ben", False, 0),
    ]


def test_the_log_tells_who_did_what_and_never_what_shoppers_wrote(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    sue = office.sign_in("Sue", role="supervisor")
    chat.say("my secret word")
    ana.act("claim", chat)
    ana.act("note", chat, text="a secret note")
    ana.act("release", chat)

    log = sue.get("/audit", staff_id=ana.id).json()["entries"]
    page = sue.get("/audit", limit=2).json()
    rest = sue.get("/audit", before=page["next"]).json()["entries"]

    assert [line["action"] for line in log] == ["release", "note", "claim", "login"]
    assert log[0]["who"]["name"] == "Ana"
    assert log[0]["conversation_id"] == chat.id
    assert "secret" not in str(log)
    assert len(page["entries"]) + len(rest) == 5
    assert [one["action"] for one in sue.get("/audit", action="note").json()["entries"]] == ["note"]


def test_numbers_tell_how_staff_are_doing(office: Office) -> None:
    ana, sue = office.sign_in("Ana"), office.sign_in("Sue", role="supervisor")
    for score in (5, 2):
        help_out(ana, queued(office.gateway), score=score, comment="thanks")
    queued(office.gateway)

    numbers = sue.get("/numbers").json()

    assert (numbers["waiting"]["count"], numbers["open"]) == (1, 0)
    assert numbers["csat"]["average"] == 3.5
    assert numbers["csat"]["scores"] == {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1}
    assert [one["comment"] for one in numbers["csat"]["comments"]] == ["thanks", "thanks"]
    assert numbers["handoffs"] == {"total": 3, "by_reason": {"asked": 3}, "abandoned": 0}
    assert numbers["first_response"]["count"] == numbers["resolution"]["count"] == 2
    by_name = {one["name"]: one for one in numbers["agents"]}
    assert (by_name["Ana"]["handled"], by_name["Ana"]["messages"]) == (2, 2)
    assert by_name["Ana"]["csat_average"] == 3.5
    assert numbers["per_day"][0]["handoffs"] == 3


def test_a_shopper_rates_help_that_is_over_and_may_think_again(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    ana.act("claim", chat)

    during = rate(chat, score=5)
    ana.act("close", chat)

    assert during == 409
    assert [rate(chat, score=score) for score in (0, 6, 1, 4)] == [422, 422, 204, 204]
    assert ana.detail(chat)["conversation"]["rating"] == 4


def test_who_is_back_with_the_bot_is_not_asked_how_it_was(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    ana.act("claim", chat)
    ana.act("release", chat)

    assert rate(chat, score=5) == 409


def test_a_shopper_takes_the_conversation_home_and_nobody_elses(office: Office) -> None:
    gateway = office.gateway
    gateway.add(a_product(id="p1", title="Trail Sneaker"))
    chat, other, ana = queued(gateway), gateway.chat(), office.sign_in("Ana")
    ana.act("claim", chat)
    ana.say(chat, "Try <b>these</b>", cards=["p1"])

    answer = chat.client.get("/api/chat/transcript", headers=chat.headers)
    theirs = chat.client.get("/api/chat/transcript", headers=other.headers)

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    for line in ("You: a person please", "Ana: Try <b>these</b>", "- Trail Sneaker (59.90 USD)"):
        assert line in answer.text
    assert "Trail Sneaker" not in theirs.text
    assert chat.client.get("/api/chat/transcript").status_code == 401


def test_insight_tells_what_is_asked_felt_missed_and_bought(office: Office) -> None:
    gateway = office.gateway
    gateway.parser.scores |= {"this is awful": -1.0}
    gateway.add(a_product(id="p1", title="Trail Sneaker"))
    resolved, angry = gateway.chat(), gateway.chat()
    resolved.say("red shoes")
    angry.say("this is awful")
    queued(gateway)
    gateway.add(Ranking(id="r1", model_version="1", session_id=resolved.id))
    gateway.add(
        Impression(ranking_id="r1", position=1, product_id="p1", score=1, propensity=1, reason={}),
    )
    for name in ("view_item", "select_item", "add_to_cart"):
        gateway.add(
            Event(
                name=name,
                occurred_at=now(),
                session_id=resolved.id,
                product_id="p1",
                ranking_id="r1",
            )
        )

    insight = office.sign_in("Sue", role="supervisor").get("/insight").json()

    assert insight["resolution"] == {
        "conversations": 3,
        "without_person": 2,
        "handed_over": 1,
        "share": 0.6667,
    }
    assert insight["intents"] == [
        {"intent": "search_product", "count": 2},
        {"intent": "human_handoff", "count": 1},
    ]
    (day,) = insight["per_day"]
    assert (day["conversations"], day["handoffs"], day["mood"]) == (3, 1, -0.333)
    assert insight["moods"]["by_topic"][0] == {
        "name": "search_product",
        "count": 2,
        "mood": -0.5,
        "before": None,
    }
    assert insight["funnel"] == {"shown": 1, "clicked": 1, "carted": 1, "bought": 0}
    assert insight["exposure"] == [
        {"product_id": "p1", "title": "Trail Sneaker", "shown": 1, "share": 1.0}
    ]


def test_cohorts_tell_who_came_back_with_and_without_a_conversation(office: Office) -> None:
    gateway = office.gateway
    chat = gateway.chat()
    chat.say("hello")
    moment = now() - timedelta(weeks=2)
    for who, weeks in (("guest", [0]), (chat.id, [0, 1, 2])):
        for week in weeks:
            gateway.add(
                Event(
                    name="view_item",
                    occurred_at=moment + timedelta(weeks=week),
                    session_id=who,
                    product_id="p1",
                )
            )

    cohorts = office.sign_in("Sue", role="supervisor").get("/insight").json()["cohorts"]

    (cohort,) = cohorts
    assert cohort["size"] == 2
    assert cohort["with_conversation"][:2] == [1.0, 1.0]
    assert cohort["without_conversation"][:2] == [0.0, 0.0]
