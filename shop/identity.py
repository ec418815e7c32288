"""Who a shopper is: the shop's own server signs its customers' ids, and nobody else can."""

import hashlib
import hmac

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from common.errors import Unauthorized
from db.tables.base import now
from db.tables.customers import Customer


def sign(customer_id: str, *, key: str) -> str:
    """The signature of a customer's id: hex HMAC-SHA256 under IDENTITY_KEY."""
    return hmac.new(key.encode(), customer_id.encode(), hashlib.sha256).hexdigest()


def verify(customer_id: str, signature: str, *, key: str) -> None:
    """Pass where the shop's server signed this id.

    Raises:
        Unauthorized: it did not.
    """
    expected = sign(customer_id, key=key)
    # As bytes: a signature with characters outside ASCII is wrong, not a crash.
    if not hmac.compare_digest(expected.encode(), signature.strip().lower().encode()):
        raise Unauthorized(
            "The customer's signature is wrong: it is the hex HMAC-SHA256 of the id "
            "under SHOPKEEPER_IDENTITY_KEY, made by the shop's server."
        )


def recognise(session: Session, customer_id: str, *, locale: str) -> Customer:
    """The customer of a verified id, entered into our books when met for the first time."""
    customer = session.get(Customer, customer_id)
    if customer is None:
        # Two tabs may open at once: whoever comes second finds the row of the first.
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        row = insert(Customer).values(id=customer_id, locale=locale, created_at=now())
        session.execute(row.on_conflict_do_nothing())
        customer = session.get_one(Customer, customer_id)
    return customer
