"""Every route against everybody: who may call it, and that nobody reads or moves what is another's.

A route that is new belongs into WHO: until it stands there, the first test fails.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from sqlalchemy import select
from starlette.routing import BaseRoute, Route

from db.tables.conversations import Conversation, Feedback, Message
from db.tables.handoffs import Rating
from db.tables.orders import Cart, CartLine
from db.tables.outreach import OutreachPreference
from db.tables.portrait import PortraitNote
from tests.builders import a_customer, a_product, an_order, an_order_line
from tests.gateway.conftest import Chat, Gateway, on_sqlite
from tests.gateway.staff.conftest import Office

pytestmark = on_sqlite

WHO: Mapping[str, str] = {
    "anyone": """
        GET /openapi.json            GET /healthz                GET /readyz
        GET /                        GET /widget.js              GET /products/{product_id:path}
        GET /checkout                GET /console                GET /console/{path:path}
        GET /media/placeholder.png   GET /api/demo               GET /api/demo/products
        GET /api/demo/products/{product_id:path}                 GET /api/demo/carts/{cart_id}
        POST /api/chat/sessions      GET /api/chat/telegram      POST /api/staff/login
    """,
    # Those who watch the shop come from its own machines, or carry the internal secret.
    "operator": "GET /metrics",
    "shopper": """
        GET /api/chat/messages       POST /api/chat/messages     POST /api/chat/consent
        POST /api/chat/messages/{message_id}/feedback            POST /api/chat/leave-message
        POST /api/chat/csat          GET /api/chat/transcript    GET /api/chat/cart
        GET /api/chat/outreach       POST /api/chat/outreach     GET /api/chat/portrait
        POST /api/chat/portrait
    """,
    "customer": "POST /api/chat/telegram-link",
    "shop or shopper": "POST /api/events",
    "shop": "POST /api/shop/orders/{order_id}",
    "agent": """
        GET /api/staff/session       POST /api/staff/logout      POST /api/staff/password
        GET /api/staff/conversations
        GET /api/staff/conversations/{conversation_id}
        GET /api/staff/conversations/{conversation_id}/messages
        GET /api/staff/conversations/{conversation_id}/suggestions
        POST /api/staff/conversations/{conversation_id}/claim
        POST /api/staff/conversations/{conversation_id}/release
        POST /api/staff/conversations/{conversation_id}/close
        POST /api/staff/conversations/{conversation_id}/assign
        POST /api/staff/conversations/{conversation_id}/messages
        POST /api/staff/conversations/{conversation_id}/note
        PUT /api/staff/conversations/{conversation_id}/tags
        POST /api/staff/conversations/{conversation_id}/read
        POST /api/staff/messages/{message_id}/label
        GET /api/staff/products      GET /api/staff/tags         GET /api/staff/labels
        GET /api/staff/canned        GET /api/staff/team
        GET /api/staff/corrections   POST /api/staff/corrections
        POST /api/staff/corrections/undo
        GET /api/staff/corrections/intents                       POST /api/staff/corrections/intents
        GET /api/staff/learning      GET /api/staff/jobs         GET /api/staff/jobs/{job_id}
        GET /api/staff/jobs/{job_id}/log                         GET /api/staff/models
        GET /api/staff/models/{kind}/{name}/report
    """,
    "supervisor": """
        POST /api/staff/canned       PUT /api/staff/canned/{canned_id}
        DELETE /api/staff/canned/{canned_id}
        GET /api/staff/rules         POST /api/staff/rules       PUT /api/staff/rules/{rule_id}
        DELETE /api/staff/rules/{rule_id}
        GET /api/staff/audit         GET /api/staff/numbers      GET /api/staff/insight
        POST /api/staff/jobs         POST /api/staff/jobs/{job_id}/cancel
        POST /api/staff/models/{kind}/{name}/promote
        POST /api/staff/models/{kind}/rollback
        POST /api/staff/models/{kind}/{name}/trial
        DELETE /api/staff/models/{kind}/trial
        GET /api/staff/drift
    """,
    "admin": "POST /api/staff/team   PATCH /api/staff/team/{staff_id}",
}
# They ask for the same proof in their first frame: test_web_socket and test_door try them.
SOCKETS = {"/api/chat/ws", "/api/staff/ws"}
KEY = "events-of-the-test"
MARK = "zanzibar"


def routes_of(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    """All of them, those of included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from routes_of(inner.routes)


def served(gateway: Gateway) -> dict[tuple[str, str], Route]:
    found = [one for one in routes_of(gateway.app.routes) if isinstance(one, Route | APIRoute)]
    return {
        (method, route.path): route
        for route in found
        for method in sorted((route.methods or set()) - {"HEAD"})
    }


def expected() -> dict[tuple[str, str], str]:
    calls: dict[tuple[str, str], str] = {}
    for who, page in WHO.items():
        words = page.split()
        calls |= dict.fromkeys(zip(words[::2], words[1::2], strict=True), who)
    return calls


Send = Callable[[str, str], httpx.Response]
MAY = {
    "stranger": {"anyone"},
    "forger": {"anyone"},
    "shopper": {"anyone", "shopper", "shop or shopper"},
    "customer": {"anyone", "shopper", "shop or shopper", "customer"},
    "shop": {"anyone", "shop", "shop or shopper"},
    "agent": {"anyone", "agent"},
    "supervisor": {"anyone", "agent", "supervisor"},
    "admin": {"anyone", "agent", "supervisor", "admin"},
}


def sign(customer_id: str) -> dict[str, str]:
    signature = hmac.new(b"identity-of-the-test", customer_id.encode(), hashlib.sha256)
    return {"id": customer_id, "signature": signature.hexdigest()}


def make_caller(who: str, office: Office) -> Send:
    """Somebody who sends requests with all the proof that they have."""
    gateway = office.gateway
    headers: dict[str, str] = {}
    client = office.browser()
    if who == "forger":
        client.cookies.set("shopkeeper_staff", "forged", path="/api/staff")
        headers = {"Authorization": "Bearer forged", "X-Events-Key": "", "X-CSRF-Token": "forged"}
    elif who == "shopper":
        headers = gateway.chat().headers
    elif who == "customer":
        gateway.add(a_customer(id="c-9"))
        headers = gateway.chat(customer=sign("c-9")).headers
    elif who == "shop":
        headers = {"X-Events-Key": KEY}
    elif who in ("agent", "supervisor", "admin"):
        console = office.sign_in("Ana", role=who)  # type: ignore[arg-type]
        client, headers = console.client, {"X-CSRF-Token": console.csrf}
    return lambda method, path: client.request(method, path, json={}, headers=headers)


def fill(path: str, chat: Chat) -> str:
    """A route's path with what is the victim's."""
    known = {"conversation_id": chat.id, "message_id": "1"}
    for name in ("product_id:path", "path:path", "staff_id", "canned_id", "rule_id", "order_id"):
        known[name] = "1"
    known |= {"cart_id": "nobodys", "job_id": "1", "kind": "nlu", "name": "nothing"}
    for name, value in known.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def test_of_every_route_it_is_known_whose_it_is(gateway: Gateway) -> None:
    assert set(served(gateway)) == set(expected()), "say in WHO who may call what is new"
    sockets = {
        one.path for one in routes_of(gateway.app.routes) if isinstance(one, APIWebSocketRoute)
    }
    assert sockets == SOCKETS


@pytest.mark.parametrize("who", MAY)
def test_everybody_may_do_what_is_theirs_and_nothing_else(office: Office, who: str) -> None:
    chat = office.gateway.chat()
    send = make_caller(who, office)
    calls = {call: owner for call, owner in expected().items() if owner != "operator"}

    wrong = {}
    # Whoever signs out first learns nothing about the rest.
    for (method, path), owner in sorted(calls.items(), key=lambda item: "logout" in item[0][1]):
        status = send(method, fill(path, chat)).status_code
        # A shop without a bot has no link for its customers either.
        refused = status in (401, 403) or (status == 404 and owner == "customer")
        if refused is (owner in MAY[who] and owner != "customer"):
            wrong[f"{method} {path}"] = status

    assert wrong == {}


@pytest.mark.parametrize("role", ["agent", "supervisor", "admin"])
def test_another_sites_page_changes_nothing_in_their_name(office: Office, role: str) -> None:
    chat = office.gateway.chat()
    console = office.sign_in("Ana", role=role)  # type: ignore[arg-type]
    changing = [
        (method, fill(path, chat))
        for (method, path), owner in expected().items()
        if owner in MAY[role] - {"anyone"} and method != "GET"
    ]

    answers = {call: console.client.request(*call, json={}).status_code for call in changing}

    assert len(answers) >= 11
    assert set(answers.values()) == {403}


def a_victim(office: Office) -> Chat:
    """A customer with words, goods, orders and a note of the team's, all marked."""
    gateway = office.gateway
    shoe = a_product(id="p1", title=f"Shoe {MARK}")
    customer = a_customer(id=f"c-{MARK}", name=f"Mx {MARK}")
    gateway.add(shoe, customer)
    gateway.add(
        an_order(an_order_line(shoe), id=f"o-{MARK}", customer_id=customer.id),
        PortraitNote(customer_id=customer.id, topic="brand", value=MARK),
    )
    chat = gateway.chat(customer=sign(customer.id), page={"url": f"https://shop.example/{MARK}"})
    chat.say(f"my secret is {MARK}")
    gateway.add(Cart(id=f"cart-{MARK}", conversation_id=chat.id, customer_id=customer.id))
    gateway.add(CartLine(cart_id=f"cart-{MARK}", product_id="p1", quantity=1, price=Decimal(10)))
    ana = office.sign_in("Ana")
    ana.act("claim", chat)
    ana.say(chat, f"I know that it is {MARK}")
    ana.act("note", chat, text=f"They like {MARK}")
    return chat


BODIES: Mapping[str, Mapping[str, Any]] = {
    "/api/chat/messages": {"text": "show me what you know"},
    "/api/chat/consent": {"training": True},
    "/api/chat/leave-message": {"text": "hello"},
    "/api/chat/csat": {"score": 1},
    "/api/chat/outreach": {"orders": True},
    "/api/chat/portrait": {"topic": "brand", "key": MARK, "step": "forget"},
    "/api/staff/password": {"current": "x" * 12, "new": "y" * 12},
}


@pytest.mark.parametrize("who", ["stranger", "forger", "shopper", "customer"])
def test_nobody_sees_or_moves_what_is_another_shoppers(office: Office, who: str) -> None:
    gateway = office.gateway
    victim = a_victim(office)
    message_ids = [message["id"] for message in victim.history()[-2:]]
    before = everything_of(gateway, victim)
    client = office.browser()
    for path in ("messages", "transcript", "cart", "portrait"):
        assert MARK in client.get(f"/api/chat/{path}", headers=victim.headers).text
    headers = {"forger": {"Authorization": f"Bearer {victim.id}"}}.get(who, {})
    if who == "shopper":
        headers = gateway.chat().headers
    elif who == "customer":
        gateway.add(a_customer(id="c-9"))
        headers = gateway.chat(customer=sign("c-9")).headers

    told = {}
    for (method, path), owner in expected().items():
        if owner == "operator" or path == "/openapi.json":
            continue
        # The page of a product is everybody's.
        if "/products" in path:
            continue
        for message_id in message_ids if "{message_id}" in path else ["0"]:
            filled = fill(path.replace("{message_id}", message_id), victim)
            body = BODIES.get(path, {"value": "down", "text": "x"})
            query = f"?after=0&conversation_id={victim.id}&session_id={victim.id}"
            answer = client.request(method, filled + query, json=body, headers=headers)
            if MARK in answer.text and MARK not in str(body):
                told[f"{method} {filled}"] = answer.text

    assert told == {}
    assert everything_of(gateway, victim) == before


def everything_of(gateway: Gateway, chat: Chat) -> list[Any]:
    """What a stranger's calls must leave as it was."""
    with gateway.sessions() as session:
        here = session.get_one(Conversation, chat.id)
        said = session.scalars(select(Message.text).where(Message.conversation_id == chat.id)).all()
        notes = select(PortraitNote.value).where(PortraitNote.customer_id == here.customer_id)
        return [
            (here.state, here.owner, here.consent_training, here.locale, here.page),
            said,
            session.scalars(notes).all(),
            session.scalars(select(Feedback.message_id)).all(),
            session.scalars(select(Rating.score)).all(),
            session.scalars(
                select(OutreachPreference.subject).where(OutreachPreference.subject.contains(MARK))
            ).all(),
        ]


def test_a_button_of_one_conversation_opens_nothing_in_another(gateway: Gateway) -> None:
    theirs, mine = gateway.chat(), gateway.chat()
    reply = theirs.session["messages"][0]["quick_replies"][0]

    assert mine.send(payload=reply["payload"]).status_code == 422


@pytest.mark.parametrize("signature", ["", "0" * 64, sign("c-1")["signature"]])
def test_nobody_becomes_a_customer_without_the_shops_word(gateway: Gateway, signature: str) -> None:
    gateway.add(a_customer(id="c-2"))

    answer = gateway.client.post(
        "/api/chat/sessions", json={"customer": {"id": "c-2", "signature": signature}}
    )

    assert answer.status_code in (401, 422)
