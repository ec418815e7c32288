"""Intake of behaviour: POST /api/events, each event judged by itself."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import ValidationError
from sqlalchemy.orm import Session, sessionmaker

from common.errors import BadRequest, Unauthorized
from common.settings import Settings
from gateway.admission import Admission, Bearer
from gateway.event_wire import EventsAnswer, EventsRequest, Rejected, ShopEvent
from gateway.intake import store_events, store_review
from gateway.keys import EventsKey, is_key
from gateway.problems import problems
from gateway.speaker import Speaker


def event_routes(
    *, settings: Settings, admission: Admission, sessions: sessionmaker[Session]
) -> APIRouter:
    """The route /api/events."""
    routes = APIRouter(prefix="/api", tags=["events"])

    async def reporter(
        request: Request,
        bearer: Bearer,
        key: EventsKey,
    ) -> Speaker | None:
        """The shopper who reports; None for the shop's own server, which may speak for any."""
        # An empty key is a wrong one, and not as good as none.
        if key is not None or "X-Events-Key" in request.headers:
            if not is_key(key or "", settings.events_key):
                raise Unauthorized("X-Events-Key is wrong: it is SHOPKEEPER_EVENTS_KEY.")
            return None
        if bearer is None:
            raise Unauthorized("Send X-Events-Key, or a session's token as Bearer.")
        return await admission.acting(bearer)

    @routes.post("/events", status_code=202, responses=problems(400, 401, 413, 422))
    def take_events(
        request: EventsRequest, speaker: Annotated[Speaker | None, Depends(reporter)]
    ) -> EventsAnswer:
        """Take what shoppers did. A session's token speaks for its own shopper alone."""
        accepted: list[ShopEvent] = []
        rejected: list[Rejected] = []
        with sessions.begin() as session:
            for index, given in enumerate(request.events):
                try:
                    event = ShopEvent.model_validate(given)
                    _check_reporter(event, speaker)
                    if event.name == "review":
                        _take_review(session, event, speaker, locale=settings.locale)
                    accepted.append(event)
                except ValidationError as error:
                    rejected.append(Rejected(index=index, reason=_reason(error)))
                except (BadRequest, Unauthorized) as error:
                    rejected.append(Rejected(index=index, reason=error.detail))
            store_events(session, accepted, speaker=speaker)
        return EventsAnswer(accepted=len(accepted), rejected=rejected)

    return routes


def _check_reporter(event: ShopEvent, speaker: Speaker | None) -> None:
    if speaker and event.customer_id not in (None, speaker.customer_id):
        raise Unauthorized("customer_id: a session's token speaks for its own shopper alone")


def _take_review(
    session: Session, event: ShopEvent, speaker: Speaker | None, *, locale: str
) -> None:
    author = speaker.customer_id if speaker else event.customer_id
    if author is None:
        raise Unauthorized("review: only a signed-in customer's review is taken")
    store_review(session, event, customer_id=author, locale=locale)


def _reason(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in problem["loc"])
    message = problem["msg"].removeprefix("Value error, ")
    return f"{field}: {message}" if field else message
