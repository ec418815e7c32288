"""What the shop knows about the shopper, for them to see and to correct."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from gateway.admission import Admission
from gateway.pictures import PLACEHOLDER, safe_address
from gateway.problems import problems
from gateway.speaker import Speaker
from gateway.store import ConversationStore
from gateway.text import CleanText
from shop.portrait import Change, Line, Topic, draw_portrait
from shop.portrait_changes import LONGEST, change_portrait
from shop.shopper import Shopper


class PortraitLine(BaseModel):
    """One thing known; topic and key name it."""

    topic: Topic
    key: str
    name: str = Field(description="As the shopper reads it.")
    image_url: str | None = None
    url: str | None = None
    at: datetime | None = None
    steps: list[Change] = Field(description="What may be done with it.")


class Portrait(BaseModel):
    """All that is stored of a shopper beside what they wrote."""

    lines: list[PortraitLine]
    orders: int = Field(description="How many are theirs; 0 for guests.")


class PortraitChange(BaseModel):
    """What to do with one line."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"topic": "brand", "key": "Northbay", "step": "avoid"}]}
    )

    topic: Topic
    key: Annotated[CleanText, StringConstraints(min_length=1, max_length=300)]
    step: Change
    value: Annotated[CleanText, StringConstraints(max_length=LONGEST)] | None = Field(
        default=None, description="What is right, where a line is corrected."
    )


def portrait_routes(*, admission: Admission, store: ConversationStore) -> APIRouter:
    """The route /api/chat/portrait."""
    routes = APIRouter(prefix="/api/chat/portrait", tags=["chat"])

    # A type, made here for its store.
    Acting = Annotated[Speaker, Depends(admission.acting)]  # noqa: N806

    @routes.get("", responses=problems(401))
    def read_portrait(speaker: Acting) -> Portrait:
        """What is known about the shopper, besides what they wrote."""
        with store.sessions() as session:
            return _draw(session, speaker)

    @routes.post("", responses=problems(400, 401, 404, 413, 422))
    def correct_portrait(change: PortraitChange, speaker: Acting) -> Portrait:
        """Forget, avoid or correct one line; the next recommendation goes by it."""
        with store.writing() as session:
            change_portrait(
                session,
                shopper=_shopper(speaker),
                topic=change.topic,
                key=change.key,
                change=change.step,
                value=change.value,
            )
            return _draw(session, speaker)

    return routes


def _shopper(speaker: Speaker) -> Shopper:
    return Shopper(
        session_id=speaker.conversation_id,
        customer_id=speaker.customer_id,
        locale=speaker.locale,
        country=speaker.country,
    )


def _draw(session: Session, speaker: Speaker) -> Portrait:
    portrait = draw_portrait(session, shopper=_shopper(speaker))
    return Portrait(lines=[_on_the_wire(line) for line in portrait.lines], orders=portrait.orders)


def _on_the_wire(line: Line) -> PortraitLine:
    product = line.product
    return PortraitLine(
        topic=line.topic,
        key=line.key,
        name=line.name,
        image_url=product and (safe_address(product.image_url) or PLACEHOLDER),
        url=product and (safe_address(product.url) or f"/products/{quote(product.id, safe='')}"),
        at=line.at,
        steps=list(line.changes),
    )
