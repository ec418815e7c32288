"""Who a shopper is, by the shop's own signature."""

import hashlib
import hmac

import pytest
from sqlalchemy.orm import Session

from common.errors import Unauthorized
from db.tables.customers import Customer
from shop.identity import recognise, sign, verify
from tests.builders import a_customer

KEY = "identity-of-the-test"


def test_a_signature_is_what_the_shops_own_server_would_make() -> None:
    made_there = hmac.new(KEY.encode(), "кунде-7".encode(), hashlib.sha256).hexdigest()

    assert sign("кунде-7", key=KEY) == made_there
    verify("кунде-7", made_there.upper(), key=KEY)


@pytest.mark.parametrize(
    ("customer_id", "signature"),
    [
        ("c2", sign("c1", key=KEY)),
        ("c1", sign("c1", key="another")),
        ("c1", sign("c1", key=KEY)[:-1]),
        ("c1", ""),
        ("c1", "é"),
    ],
)
def test_any_other_signature_is_refused(customer_id: str, signature: str) -> None:
    with pytest.raises(Unauthorized):
        verify(customer_id, signature, key=KEY)


def test_a_known_customer_is_recognised_as_they_are(session: Session) -> None:
    session.add(a_customer(id="c1", name="Maya", locale="en"))
    session.flush()

    assert recognise(session, "c1", locale="zh").name == "Maya"
    assert recognise(session, "c1", locale="zh").locale == "en"


def test_a_new_customer_is_entered_once(session: Session) -> None:
    assert recognise(session, "new", locale="zh") is recognise(session, "new", locale="en")
    assert session.query(Customer).count() == 1
