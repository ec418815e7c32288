"""Delivery of requests to the shop's own system: signed, and repeated until it answers."""

import asyncio
import hashlib
import hmac
import json
import logging
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import httpx
from pydantic import BaseModel, ValidationError
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, sessionmaker

from common.client import certificates
from db.tables.base import now
from db.tables.conversations import Message
from db.tables.shop_requests import ShopRequest
from gateway.announcements import Announcer, tidy_message
from shop.shop_requests import Outcome, settle_request

logger = logging.getLogger(__name__)

SIGNATURE_HEADER = "X-Shopkeeper-Signature"
# The request may go through another time; every other 4xx is the shop's last word.
PASSING = frozenset({408, 425, 429})
# A message that is not answered by then does not hold its request back.
LONGEST_TURN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds, and how often; together the attempts go on for about eight hours.

    Attributes:
        timeout: for one attempt in all.
        lease: how long an attempt has its request for itself; well over the timeout.
        poll: between two looks at what is due.
        first, longest: pauses double from the first to the longest.
        attempts: how many before the shop's people take over.
    """

    timeout: float = 10.0
    lease: float = 60.0
    poll: float = 1.0
    first: float = 5.0
    longest: float = 3600.0
    attempts: int = 16
    at_once: int = 8

    def pause(self, attempts: int) -> timedelta:
        """Until the next attempt, after so many; spread, so that a shop is not hit all at once."""
        full = min(self.first * 2 ** (attempts - 1), self.longest)
        return timedelta(seconds=full * random.uniform(0.5, 1.0))  # noqa: S311 - no secret


class _Answer(BaseModel):
    status: Literal["confirmed", "refused"]
    message: str | None = None


class ShopWebhook:
    """Posts pending requests to the shop.

    Any number of these may run: each attempt is claimed by compare-and-set for the time of a
    lease. What the shop has acknowledged is never sent again. What was under way when a process
    died is sent once more with the same id, by which the shop knows it.

    Args:
        key: signs the body, EVENTS_KEY: the key between the shop's server and Shopkeeper.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        *,
        url: str,
        key: str,
        announcer: Announcer,
        pace: Pace | None = None,
    ) -> None:
        self._sessions = sessions
        self._url = url
        self._key = key.encode()
        self._announcer = announcer
        self._pace = pace or Pace()
        self._http = httpx.AsyncClient(timeout=self._pace.timeout, verify=certificates())
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Deliver what is due until told to stop."""
        while not self._stopping.is_set():
            try:
                delivered = await self.deliver_due()
            except Exception:
                # Nothing is lost: the leases run out and the requests are due again.
                logger.exception("delivery to the shop failed")
                delivered = 0
            if not delivered:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), self._pace.poll)

    def stop(self) -> None:
        """Make no further attempts."""
        self._stopping.set()

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def deliver_due(self) -> int:
        """Make one attempt at each request that is due.

        Returns:
            How many attempts that were.
        """
        requests = await asyncio.to_thread(self._claim)
        await asyncio.gather(*map(self._attempt, requests))
        return len(requests)

    def _claim(self) -> list[ShopRequest]:
        due = (ShopRequest.state == "pending", ShopRequest.next_attempt_at <= now())
        query = select(ShopRequest.id, ShopRequest.attempts).where(*due, ~_is_being_answered())
        with self._sessions() as session:
            oldest = query.order_by(ShopRequest.next_attempt_at).limit(self._pace.at_once)
            found = session.execute(oldest).all()
        claimed = []
        for request_id, attempts in found:
            with self._sessions.begin() as session:
                taken = session.execute(
                    update(ShopRequest)
                    .where(ShopRequest.id == request_id, ShopRequest.attempts == attempts, due[0])
                    .values(
                        attempts=attempts + 1,
                        next_attempt_at=now() + timedelta(seconds=self._pace.lease),
                    )
                    .returning(ShopRequest.id)
                )
                if taken.scalar_one_or_none() is not None:
                    claimed.append(session.get_one(ShopRequest, request_id))
        return claimed

    async def _attempt(self, request: ShopRequest) -> None:
        try:
            await self._deliver(request)
        except Exception:
            # A bug, a broken address or our own database: put off like a shop that is down.
            logger.exception("a request failed", extra={"request_id": request.id})
            await self._put_off(request, "failed here")

    async def _deliver(self, request: ShopRequest) -> None:
        facts = {"id": request.id, "type": request.kind, "data": request.data}
        body = json.dumps(facts).encode()
        headers = {
            "Content-Type": "application/json",
            SIGNATURE_HEADER: hmac.new(self._key, body, hashlib.sha256).hexdigest(),
        }
        try:
            async with asyncio.timeout(self._pace.timeout):
                response = await self._http.post(self._url, content=body, headers=headers)
        except (httpx.HTTPError, TimeoutError) as error:
            await self._put_off(request, type(error).__name__)
            return
        status = response.status_code
        if response.is_success:
            await self._take_answer(request, response)
        elif 400 <= status < 500 and status not in PASSING:
            logger.warning(
                "the shop refused a request",
                extra={"request_id": request.id, "kind": request.kind, "status": status},
            )
            answer = _read_answer(response)
            reason = answer.message if answer else None
            await self._settle(request, "refused", message=reason)
        else:
            await self._put_off(request, f"HTTP {status}")

    async def _take_answer(self, request: ShopRequest, response: httpx.Response) -> None:
        answer = _read_answer(response)
        if answer is not None:
            await self._settle(request, answer.status, message=answer.message)
        else:
            await asyncio.to_thread(self._update, request, state="received")

    async def _settle(self, request: ShopRequest, outcome: Outcome, *, message: str | None) -> None:
        def decide(session: Session) -> Sequence[ShopRequest]:
            words = tidy_message(message)
            settled = settle_request(session, request.id, outcome=outcome, message=words)
            return [settled] if settled else []

        await self._announcer.announce(decide)

    async def _put_off(self, request: ShopRequest, reason: str) -> None:
        facts = {"request_id": request.id, "reason": reason, "attempts": request.attempts}
        if request.attempts < self._pace.attempts:
            logger.warning("the shop did not take a request", extra=facts)
            later = now() + self._pace.pause(request.attempts)
            await asyncio.to_thread(self._update, request, next_attempt_at=later)
            return
        logger.error("the shop cannot be reached: its people take a request over", extra=facts)

        def decide(session: Session) -> Sequence[ShopRequest]:
            return _change(session, request, state="staff")

        await self._announcer.announce(decide)

    def _update(self, request: ShopRequest, **values: Any) -> None:
        with self._sessions.begin() as session:
            _change(session, request, **values)


def _is_being_answered() -> ColumnElement[bool]:
    """Whether the turn that made a request still runs: its answer comes before the shop's."""
    asked = select(Message.id).where(
        Message.conversation_id == ShopRequest.conversation_id,
        Message.role == "shopper",
        Message.answered_at.is_(None),
        Message.created_at > now() - LONGEST_TURN,
    )
    return asked.exists()


@asynccontextmanager
async def delivering(webhook: ShopWebhook, *, patience: float) -> AsyncIterator[None]:
    """Deliver in the background meanwhile.

    Args:
        patience: seconds for what is under way at the end; what is cut off is sent again later.
    """
    task = asyncio.create_task(webhook.run())
    try:
        yield
    finally:
        webhook.stop()
        await asyncio.wait([task], timeout=patience)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await webhook.aclose()


def _change(session: Session, request: ShopRequest, **values: Any) -> list[ShopRequest]:
    """Change the request unless it has been settled, or claimed anew, in the meantime."""
    acknowledged = values.get("state") == "received"
    mine = [] if acknowledged else [ShopRequest.attempts == request.attempts]
    changed = session.execute(
        update(ShopRequest)
        .where(ShopRequest.id == request.id, ShopRequest.state == "pending", *mine)
        .values(**values, updated_at=now())
        .returning(ShopRequest.id)
    )
    if changed.scalar_one_or_none() is None:
        return []
    return [session.get_one(ShopRequest, request.id, populate_existing=True)]


def _read_answer(response: httpx.Response) -> _Answer | None:
    """What the shop decided, None where it has not decided yet."""
    try:
        return _Answer.model_validate_json(response.content)
    except ValidationError:
        return None
