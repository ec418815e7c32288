"""The routes with which staff take part in conversations."""

from typing import Annotated

from fastapi import APIRouter, Depends

from common.errors import NotFound
from gateway.problems import problems
from gateway.staff import wire
from gateway.staff.conversations import find_summary
from gateway.staff.corrections_desk import CorrectionDesk
from gateway.staff.desk import Desk
from gateway.staff.guard import Caller, Guard
from gateway.store import ConversationStore


def act_routes(
    *, store: ConversationStore, guard: Guard, desk: Desk, corrections: CorrectionDesk
) -> APIRouter:
    """The routes under /api/staff that change conversations."""
    routes = APIRouter(prefix="/api/staff", tags=["staff"])
    Calling = Annotated[Caller, Depends(guard.calling)]  # noqa: N806

    @routes.post(
        "/conversations/{conversation_id}/claim", responses=problems(401, 403, 404, 409, 422)
    )
    def claim(conversation_id: str, caller: Calling) -> wire.Summary:
        """Take a conversation. 409 names who has it."""
        desk.claim(conversation_id, by=caller.member)
        return find_summary(store, conversation_id, caller)

    @routes.post(
        "/conversations/{conversation_id}/release", responses=problems(401, 403, 404, 409, 422)
    )
    def release(conversation_id: str, caller: Calling) -> wire.Summary:
        """Give it back to the bot."""
        desk.release(conversation_id, by=caller.member)
        return find_summary(store, conversation_id, caller)

    @routes.post(
        "/conversations/{conversation_id}/close", responses=problems(401, 403, 404, 409, 422)
    )
    def close(conversation_id: str, caller: Calling) -> wire.Summary:
        """End it."""
        desk.close(conversation_id, by=caller.member)
        return find_summary(store, conversation_id, caller)

    @routes.post(
        "/conversations/{conversation_id}/assign",
        responses=problems(400, 401, 403, 404, 409, 413, 422),
    )
    def assign(conversation_id: str, request: wire.Assignment, caller: Calling) -> wire.Summary:
        """Give it to a colleague."""
        desk.assign(conversation_id, to=request.staff_id, by=caller.member)
        return find_summary(store, conversation_id, caller)

    @routes.post(
        "/conversations/{conversation_id}/messages",
        status_code=201,
        responses=problems(400, 401, 403, 404, 409, 413, 422),
    )
    def say(conversation_id: str, request: wire.AgentMessage, caller: Calling) -> wire.StaffMessage:
        """Say something to the shopper. 409 unless the conversation is the caller's."""
        return desk.say(conversation_id, request, by=caller.member)

    @routes.post(
        "/conversations/{conversation_id}/note",
        responses=problems(400, 401, 403, 404, 413, 422),
    )
    def note(conversation_id: str, request: wire.NoteRequest, caller: Calling) -> wire.Note:
        """Write a note for colleagues."""
        return desk.note(conversation_id, request.text, by=caller.member)

    @routes.put(
        "/conversations/{conversation_id}/tags",
        responses=problems(400, 401, 403, 404, 413, 422),
    )
    def tag(conversation_id: str, request: wire.Tags, caller: Calling) -> wire.Summary:
        """Let it have these tags and no others."""
        desk.tag(conversation_id, request.tags, by=caller.member)
        return find_summary(store, conversation_id, caller)

    @routes.post(
        "/conversations/{conversation_id}/read",
        status_code=204,
        responses=problems(400, 401, 403, 404, 413, 422),
    )
    def read(conversation_id: str, request: wire.ReadUpTo, caller: Calling) -> None:
        """Say how far one has read."""
        desk.mark_read(conversation_id, int(request.message_id), by=caller.member)

    @routes.post("/messages/{message_id}/label", responses=problems(400, 401, 403, 404, 413, 422))
    def label(message_id: str, request: wire.LabelRequest, caller: Calling) -> wire.Label:
        """Correct how a shopper's message was understood; the next model learns from it."""
        if not (message_id.isascii() and message_id.isdigit() and len(message_id) < 19):
            raise NotFound("No shopper has said anything under this id.")
        if request.intent is not None:
            corrections.check_intent(request.intent)
        return desk.label(int(message_id), request, by=caller.member)

    return routes
