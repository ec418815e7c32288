"""What the shop may write to a shopper unasked: GET and POST /api/chat/outreach."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator
from sqlalchemy.orm import Session

from gateway.admission import Admission
from gateway.problems import problems
from gateway.speaker import Speaker
from gateway.store import ConversationStore
from gateway.text import Identifier
from shop.outreach_wishes import (
    TOPICS,
    OutreachWishes,
    name_subject,
    read_wishes,
    set_quiet_hours,
    set_time_zone,
    set_topic,
)

Hour = Annotated[StrictInt, Field(ge=0, le=23)]


class Outreach(BaseModel):
    """What a shopper wants to be told unasked, and when not. A customer's holds everywhere."""

    alerts: bool = Field(description="Goods that they asked to be told of, product by product.")
    orders: bool = Field(description="News of their orders; for signed-in customers.")
    carts: bool = Field(description="A reminder of a cart that they left.")
    quiet_from: int | None = Field(description="From this hour of their clock nobody writes.")
    quiet_to: int | None = Field(description="Until this hour.")
    time_zone: str | None = Field(description="Whose clock: an IANA name. UTC where not known.")


class OutreachChange(BaseModel):
    """What is to change; what is not named stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"orders": True, "quiet_hours": {"from": 22, "to": 8}}]}
    )

    class QuietHours(BaseModel):
        """From an hour to an hour of their clock, past midnight too."""

        model_config = ConfigDict(populate_by_name=True)

        since: Hour = Field(alias="from")
        until: Hour = Field(alias="to")

        @model_validator(mode="after")
        def _some_hours(self) -> Self:
            if self.since == self.until:
                raise ValueError("Two different hours: null where there are no quiet hours.")
            return self

    alerts: StrictBool | None = None
    orders: StrictBool | None = None
    carts: StrictBool | None = None
    quiet_hours: QuietHours | None = Field(default=None, description="null: none.")
    time_zone: Identifier | None = None


def outreach_routes(*, admission: Admission, store: ConversationStore) -> APIRouter:
    """The routes /api/chat/outreach."""
    routes = APIRouter(prefix="/api/chat", tags=["chat"])
    Acting = Annotated[Speaker, Depends(admission.acting)]  # noqa: N806 - a type

    @routes.get("/outreach", responses=problems(401))
    def read_outreach(speaker: Acting) -> Outreach:
        """What this shopper lets the shop write to them."""
        with store.sessions() as session:
            return _on_the_wire(read_wishes(session, _subject(speaker)))

    @routes.post("/outreach", responses=problems(400, 401, 413, 422))
    def change_outreach(change: OutreachChange, speaker: Acting) -> Outreach:
        """Change it. Nothing is written to anyone who did not ask for it."""
        with store.writing() as session:
            _apply(session, _subject(speaker), change)
            return _on_the_wire(read_wishes(session, _subject(speaker)))

    return routes


def _apply(session: Session, subject: str, change: OutreachChange) -> None:
    for topic in TOPICS:
        wanted = getattr(change, topic)
        if wanted is not None:
            set_topic(session, subject, topic, on=wanted)
    if change.time_zone is not None:
        set_time_zone(session, subject, change.time_zone)
    if "quiet_hours" in change.model_fields_set:
        hours = change.quiet_hours
        set_quiet_hours(
            session,
            subject,
            quiet_from=hours.since if hours else None,
            quiet_to=hours.until if hours else None,
        )


def _subject(speaker: Speaker) -> str:
    return name_subject(conversation_id=speaker.conversation_id, customer_id=speaker.customer_id)


def _on_the_wire(wishes: OutreachWishes) -> Outreach:
    return Outreach.model_validate(wishes, from_attributes=True)
