"""The routes of the inbox for corrections: what is worth a look, and what staff say of it."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from gateway.problems import problems
from gateway.staff import corrections_wire as shapes
from gateway.staff.corrections_desk import CorrectionDesk
from gateway.staff.corrections_view import Filter, show_board
from gateway.staff.guard import Caller, Guard
from gateway.store import ConversationStore
from gateway.text import CleanText
from learning.corrections_board import Curator

logger = logging.getLogger(__name__)

MOST_LISTED = 60
# Nobody looks any more: nothing is weighed and embedded for nobody.
_LOOKED_AT_S = 1800.0
_PAUSE_S = 2.0
_IDLE_PAUSE_S = 5.0
_CHANGES = problems(400, 401, 403, 409, 413, 422)


def correction_routes(
    *, store: ConversationStore, guard: Guard, desk: CorrectionDesk, curator: Curator
) -> APIRouter:
    """Every member of staff labels; all of it is noted in the audit log."""
    routes = APIRouter(prefix="/api/staff/corrections", tags=["staff"])
    Calling = Annotated[Caller, Depends(guard.calling)]  # noqa: N806

    @routes.get("", responses=problems(401, 422))
    def list_corrections(
        caller: Calling,
        reason: shapes.Reason | None = None,
        intent: Annotated[CleanText | None, Query(max_length=60)] = None,
        q: Annotated[CleanText, Query(max_length=200)] = "",
        since: datetime | None = None,
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 30,
        offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
    ) -> shapes.Corrections:
        """Messages worth a look first, those alike in groups. Only where shoppers agreed."""
        moment = since.replace(tzinfo=UTC) if since and since.tzinfo is None else since
        board = curator.board()
        with store.sessions() as session:
            return show_board(
                session,
                board,
                Filter(reason=reason, intent=intent, since=moment, q=q),
                offset=offset,
                limit=limit,
                staff_id=caller.id,
            )

    @routes.post("", responses=_CHANGES)
    def correct(request: shapes.CorrectionRequest, caller: Calling) -> shapes.CorrectionAnswer:
        """Label messages in one act, or discard them. Sent again, it does nothing twice."""
        return desk.correct(request, by=caller.member)

    @routes.post("/undo", responses=_CHANGES)
    def undo(request: shapes.UndoRequest, caller: Calling) -> shapes.UndoAnswer:
        """Take back an act of one's own; what was said before it holds again."""
        restored = desk.undo(request.act, by=caller.member)
        return shapes.UndoAnswer(restored=[str(key) for key in restored])

    @routes.get("/intents", responses=problems(401, 422), dependencies=[Depends(guard.calling)])
    def list_intents() -> shapes.KnownIntents:
        """What messages may be labelled with: what the model knows, and what staff want."""
        return desk.intents()

    @routes.post("/intents", status_code=201, responses=_CHANGES)
    def add_intent(request: shapes.NewIntent, caller: Calling) -> shapes.KnownIntent:
        """Label with a new intent from now on; it serves once model and dialogue know it."""
        return desk.add_intent(request, by=caller.member)

    return routes


async def keep_curating(curator: Curator) -> None:
    """Keep the board fresh for as long as somebody looks at it, until cancelled."""
    while True:
        more = False
        if curator.looked_at_within(_LOOKED_AT_S):
            try:
                more = await asyncio.to_thread(curator.look_after)
            except Exception:
                # The next look sees to it.
                logger.exception("what is worth a look could not be weighed")
        await asyncio.sleep(_PAUSE_S if more else _IDLE_PAUSE_S)
