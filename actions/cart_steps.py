"""Changing the cart for a message once, and finding what it changed when its turn runs again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from actions.turn import Turn
from db.tables.catalog import Product
from shop.cart import Change

_KIND = "cart"


def change_cart(turn: Turn, act: Callable[[Session], Iterable[Change]]) -> list[Change]:
    """Change the cart.

    Returns:
        What became of each wish, now or when this message was taken up before.
    """
    noted = turn.once(_KIND, lambda session: [_note(change) for change in act(session)])
    return _read(turn, noted)


def changes_done(turn: Turn) -> list[Change]:
    """What an earlier run of this turn has changed; nothing where this is the first.

    The cart is another one since: what the message means must not be read off it again.
    """
    return _read(turn, turn.done(_KIND) or [])


def _note(change: Change) -> dict[str, Any]:
    return {
        "product_id": change.product.id,
        "before": change.before,
        "after": change.after,
        "limit": change.limit,
    }


def _read(turn: Turn, noted: Sequence[Mapping[str, Any]]) -> list[Change]:
    with turn.services.sessions() as session:
        return [
            Change(
                session.get_one(Product, note["product_id"]),
                note["before"],
                note["after"],
                note["limit"],
            )
            for note in noted
        ]
