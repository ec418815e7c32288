"""The route of the audit log."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select

from db.tables.staff import AuditEntry, StaffMember
from gateway.problems import problems
from gateway.staff import wire
from gateway.staff.guard import Guard
from gateway.store import ConversationStore

MOST_LINES = 200


def audit_routes(*, store: ConversationStore, guard: Guard) -> APIRouter:
    """Supervisors read who did what."""
    routes = APIRouter(prefix="/api/staff", tags=["staff"])

    @routes.get(
        "/audit",
        responses=problems(401, 403, 422),
        dependencies=[Depends(guard.at_least("supervisor"))],
    )
    def read_audit(
        before: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
        staff_id: Annotated[str | None, Query(max_length=100)] = None,
        action: Annotated[str | None, Query(max_length=100)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = 100,
    ) -> wire.AuditLog:
        """Who did what, newest first."""
        query = select(AuditEntry, StaffMember.name).outerjoin(
            StaffMember, StaffMember.id == AuditEntry.staff_id
        )
        if before is not None:
            query = query.where(AuditEntry.id < before)
        if staff_id is not None:
            query = query.where(AuditEntry.staff_id == staff_id)
        if action is not None:
            query = query.where(AuditEntry.action == action)
        with store.sessions() as session:
            rows = session.execute(query.order_by(AuditEntry.id.desc()).limit(limit + 1)).all()
        lines = [
            wire.AuditLine(
                id=entry.id,
                at=entry.created_at,
                who=(wire.Person(id=entry.staff_id, name=name or "") if entry.staff_id else None),
                action=entry.action,
                conversation_id=entry.conversation_id,
                detail=entry.detail,
            )
            for entry, name in rows[:limit]
        ]
        more = str(lines[-1].id) if len(rows) > limit else None
        return wire.AuditLog(entries=lines, next=more)

    return routes
