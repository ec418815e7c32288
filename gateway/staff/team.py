"""The routes about colleagues: who is there, and their accounts."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import func, select

from common.errors import BadRequest, NotFound
from db.tables.conversations import Conversation
from db.tables.staff import StaffMember
from gateway.problems import problems
from gateway.staff import wire
from gateway.staff.feed import Feed
from gateway.staff.guard import Caller, Guard
from gateway.store import ConversationStore
from shop.staff import (
    add_member,
    disable_member,
    end_sessions,
    hash_password,
    list_members,
    note_act,
)


def team_routes(*, store: ConversationStore, guard: Guard, feed: Feed) -> APIRouter:
    """Everybody sees the team, admins change it."""
    routes = APIRouter(prefix="/api/staff", tags=["staff"])
    Admin = Annotated[Caller, Depends(guard.at_least("admin"))]  # noqa: N806

    @routes.get("/team", responses=problems(401, 422), dependencies=[Depends(guard.calling)])
    def read_team() -> wire.Team:
        """Every colleague, who is online, and how many conversations each has."""
        open_now = (
            select(Conversation.owner, func.count())
            .where(Conversation.state == "human")
            .group_by(Conversation.owner)
        )
        with store.sessions() as session:
            load = {row[0]: row[1] for row in session.execute(open_now)}
            members = list_members(session)
        return wire.Team(team=[show(member, load.get(member.id, 0)) for member in members])

    @routes.post("/team", status_code=201, responses=problems(400, 401, 403, 409, 413, 422))
    def add_colleague(request: wire.NewMember, caller: Admin) -> wire.Member:
        """Make an account."""
        hash_password(request.password)
        with store.writing() as session:
            member = add_member(session, **request.model_dump())
            note_act(session, "staff_added", by=caller.id, staff=member.id, role=member.role)
        return show(member, 0)

    @routes.patch("/team/{staff_id}", responses=problems(400, 401, 403, 404, 413, 422))
    def change_colleague(staff_id: str, request: wire.MemberChange, caller: Admin) -> wire.Member:
        """Change an account; a new password or role signs them out."""
        if staff_id == caller.id and (request.disabled or request.role not in (None, "admin")):
            raise BadRequest("Another admin must do this: you would lock yourself out.")
        hashed = hash_password(request.password) if request.password is not None else None
        with store.writing() as session:
            member = session.get(StaffMember, staff_id)
            if member is None:
                raise NotFound("There is no such colleague.")
            member.name = request.name or member.name
            member.role = request.role or member.role
            member.password_hash = hashed or member.password_hash
            if request.disabled:
                disable_member(session, member)
            elif request.disabled is False:
                member.disabled_at = None
            if staff_id != caller.id and (hashed or request.role):
                end_sessions(session, staff_id)
            changed = sorted(request.model_fields_set)
            note_act(session, "staff_changed", by=caller.id, staff=staff_id, of=changed)
        return show(member, 0)

    def show(member: StaffMember, load: int) -> wire.Member:
        return wire.Member.model_validate(
            {
                "id": member.id,
                "name": member.name,
                "email": member.email,
                "role": member.role,
                "disabled": member.disabled_at is not None,
                "online": member.id in feed.online,
                "open_conversations": load,
            }
        )

    return routes
