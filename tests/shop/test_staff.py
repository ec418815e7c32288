"""Accounts of the shop's own people."""

import pytest
from sqlalchemy.orm import Session

from common.errors import BadRequest, NotFound
from shop.staff import (
    Taken,
    add_member,
    check_password,
    close_session,
    disable_member,
    find_member,
    find_session,
    open_session,
)

PASSWORD = "correct horse battery"


def test_an_account_is_known_by_its_address_however_it_is_written(session: Session) -> None:
    member = add_member(
        session, email=" Ana@Shop.Example ", name=" Ana ", role="agent", password=PASSWORD
    )

    assert (member.email, member.name) == ("ana@shop.example", "Ana")
    assert check_password(session, email="ANA@shop.example", password=PASSWORD) is member
    assert check_password(session, email="ana@shop.example", password="guessed wrong") is None
    assert PASSWORD not in member.password_hash
    assert member.password_hash.startswith("$argon2id$")


def test_there_is_one_account_for_an_address(session: Session) -> None:
    add_member(session, email="ana@shop.example", name="Ana", role="agent", password=PASSWORD)

    with pytest.raises(Taken, match="already"):
        add_member(session, email="ANA@shop.example", name="A", role="admin", password=PASSWORD)


@pytest.mark.parametrize(
    ("email", "name", "password"),
    [
        ("no address", "Ana", PASSWORD),
        ("ana@shop.example", "  ", PASSWORD),
        ("ana@shop.example", "Ana", "short"),
        ("ana@shop.example", "Ana", "x" * 201),
    ],
)
def test_what_will_not_do_is_refused(
    session: Session, email: str, name: str, password: str
) -> None:
    with pytest.raises(BadRequest):
        add_member(session, email=email, name=name, role="agent", password=password)


def test_a_disabled_account_lets_nobody_in_and_those_inside_out(session: Session) -> None:
    member = add_member(
        session, email="ana@shop.example", name="Ana", role="agent", password=PASSWORD
    )
    token = open_session(session, member)
    other = open_session(session, member)
    found = find_session(session, token)
    assert found is not None
    assert found[0] is member
    close_session(session, other)
    assert find_session(session, other) is None

    disable_member(session, find_member(session, email="ana@shop.example"))

    assert find_session(session, token) is None
    assert check_password(session, email="ana@shop.example", password=PASSWORD) is None


def test_an_unknown_address_is_named(session: Session) -> None:
    with pytest.raises(NotFound, match=r"nobody@shop\.example"):
        find_member(session, email="nobody@shop.example")
