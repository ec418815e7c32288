"""What a shopper may do around a person's help: leave a message, say how it was, take it home."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select

from common.errors import Conflict
from db.tables.base import now
from db.tables.handoffs import Handoff, Rating
from gateway import wire
from gateway.admission import Admission
from gateway.lobby import Lobby
from gateway.problems import problems
from gateway.speaker import Speaker
from gateway.standing import state_frame
from gateway.store import ConversationStore
from gateway.text import CleanText, ShopperText
from gateway.transcript import write_transcript
from gateway.words import Words

Contact = Annotated[
    CleanText, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)
]


class LeftMessage(BaseModel):
    """What staff are to read when they are in."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "Do you repair zips?", "email": "m@example.com"}]}
    )

    text: ShopperText
    email: Contact | None = None


class CsatRequest(BaseModel):
    """How content the shopper was with a person's help."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"score": 5, "comment": "Quick!"}]})

    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[CleanText, StringConstraints(max_length=2000)] | None = None


def aftercare_routes(
    *, store: ConversationStore, admission: Admission, lobby: Lobby, words: Words
) -> APIRouter:
    """Routes under /api/chat beside the talk itself."""
    routes = APIRouter(prefix="/api/chat", tags=["chat"])
    Acting = Annotated[Speaker, Depends(admission.acting)]  # noqa: N806
    Talking = Annotated[Speaker, Depends(admission.talking)]  # noqa: N806

    @routes.post("/leave-message", responses=problems(400, 401, 413, 422))
    async def leave_message(request: LeftMessage, speaker: Talking) -> wire.Messages:
        """Leave a message for staff, who answer in this conversation."""
        here = speaker.conversation_id
        said = await asyncio.to_thread(lobby.leave, speaker, request.text, contact=request.email)
        lobby.publish(here, said)
        standing = await asyncio.to_thread(store.standing, here)
        lobby.tell(here, state_frame(standing))
        return wire.Messages(**standing.model_dump(), messages=said)

    @routes.post("/csat", status_code=204, responses=problems(400, 401, 409, 413, 422))
    def rate(request: CsatRequest, speaker: Acting) -> None:
        """Say how it was, once the conversation is closed; a second score replaces the first."""
        with store.writing() as session:
            helped = session.scalars(
                select(Handoff)
                .where(
                    Handoff.conversation_id == speaker.conversation_id,
                    Handoff.ended_how == "closed",
                    Handoff.claimed_at.is_not(None),
                )
                .order_by(Handoff.id.desc())
                .limit(1)
            ).one_or_none()
            if helped is None:
                raise Conflict("No person has helped here and closed the conversation yet.")
            session.merge(
                Rating(
                    handoff_id=helped.id,
                    score=request.score,
                    comment=request.comment or None,
                    created_at=now(),
                )
            )
        lobby.stir(speaker.conversation_id)

    @routes.get(
        "/transcript",
        response_class=PlainTextResponse,
        responses={
            200: {"content": {"text/plain": {}}, "description": "The conversation."},
            **problems(401),
        },
    )
    def download(speaker: Acting) -> PlainTextResponse:
        """The whole conversation as text, to keep."""
        with store.sessions() as session:
            text = write_transcript(
                session, speaker.conversation_id, words=words, locale=speaker.locale
            )
        return PlainTextResponse(
            text,
            headers={"Content-Disposition": 'attachment; filename="conversation.txt"'},
        )

    return routes
