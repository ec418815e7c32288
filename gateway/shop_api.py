"""What the shop's own system reports: POST /api/shop/orders/{order_id}."""

from collections.abc import Sequence
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import update
from sqlalchemy.orm import Session

from common.errors import Conflict, NotFound, Unauthorized
from common.settings import Settings
from db.tables.base import now
from db.tables.orders import Order
from db.tables.shop_requests import ShopRequest
from gateway.announcements import Announcer, tidy_message
from gateway.keys import EventsKey, is_key
from gateway.problems import problems
from gateway.text import CleanText, Identifier
from shop.shop_requests import SETTLED_BY, Outcome, open_requests, settle_request

_DECISIONS = frozenset({"confirmed", "refused"})


class OrderReport(BaseModel):
    """How an order stands, or what the shop has decided about a request."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "cancelled", "request_id": "6c9f"}]}
    )

    status: Literal[
        "placed",
        "paid",
        "shipped",
        "delivered",
        "cancelled",
        "returned",
        "refunded",
        "confirmed",
        "refused",
    ] = Field(
        description="The order's new status, which settles the requests that it answers; or "
        "confirmed or refused: the decision about what was requested."
    )
    request_id: Identifier | None = Field(
        default=None, description="The request that this settles; without it all that it answers."
    )
    message: Annotated[CleanText, StringConstraints(max_length=2000)] | None = Field(
        default=None, description="Why, in words that the shopper may read."
    )


class OrderAnswer(BaseModel):
    """What the report came to."""

    order_id: str
    status: str | None = Field(description="The order's status now; None where it is not known.")
    settled: list[str] = Field(description="The ids of the requests that this settled.")


def shop_routes(*, settings: Settings, announcer: Announcer) -> APIRouter:
    """The route /api/shop/orders/{order_id}."""
    routes = APIRouter(prefix="/api/shop", tags=["shop"])

    def check_key(key: EventsKey) -> None:
        if key is None or not is_key(key, settings.events_key):
            raise Unauthorized("Send X-Events-Key: it is SHOPKEEPER_EVENTS_KEY.")

    @routes.post(
        "/orders/{order_id}",
        dependencies=[Depends(check_key)],
        responses=problems(400, 401, 404, 409, 413, 422),
    )
    async def report_order(order_id: Identifier, report: OrderReport) -> OrderAnswer:
        """Take the shop's word on an order; shoppers who wait for it are told at once.

        The same report again changes nothing and tells nobody twice.
        """
        answer = OrderAnswer(order_id=order_id, status=None, settled=[])

        def decide(session: Session) -> Sequence[ShopRequest]:
            settled = _take_report(session, order_id, report)
            order = session.get(Order, order_id, populate_existing=True)
            answer.status = order.status if order else None
            answer.settled = [request.id for request in settled]
            return settled

        await announcer.announce(decide)
        return answer

    return routes


def _take_report(session: Session, order_id: str, report: OrderReport) -> list[ShopRequest]:
    """Update the order and settle what the report answers.

    Raises:
        NotFound: there is no such order, or no such request about it.
        Conflict: the shop decided otherwise before.
    """
    known = True
    if report.status not in _DECISIONS:
        # Written first: SQLite lets nobody write who has read before another wrote.
        changed = session.execute(
            update(Order)
            .where(Order.id == order_id)
            .values(status=report.status, updated_at=now())
            .returning(Order.id)
        )
        known = changed.scalar_one_or_none() is not None
    asked = _asked(session, order_id, report)
    if not asked and (not known or session.get(Order, order_id) is None):
        raise NotFound("There is no such order.")
    settled = []
    for request in asked:
        outcome = _outcome(request, report.status)
        if outcome is None:
            continue
        words = tidy_message(report.message)
        done = settle_request(session, request.id, outcome=outcome, message=words)
        if done is not None:
            settled.append(done)
        elif report.request_id and request.state != outcome:
            raise Conflict(f"This request was {request.state} before.", state=request.state)
    return settled


def _asked(session: Session, order_id: str, report: OrderReport) -> list[ShopRequest]:
    if report.request_id is None:
        return open_requests(session, [order_id])
    request = session.get(ShopRequest, report.request_id)
    # The number of a new order is the shop's to give: a checkout goes by its own id alone.
    if request is None or (request.subject != order_id and request.kind != "cart.checkout"):
        raise NotFound("There is no such request about this order.")
    return [request]


def _outcome(request: ShopRequest, status: str) -> Outcome | None:
    if status in _DECISIONS:
        return cast(Outcome, status)
    if request.kind == "cart.checkout":
        return "refused" if status == "cancelled" else "confirmed"
    return SETTLED_BY.get((request.kind, status))
