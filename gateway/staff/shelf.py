"""The routes of what staff keep: canned answers, and rules for when to call a person."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common.errors import NotFound
from db.tables.staff import CannedAnswer, HandoffRule
from gateway.problems import problems
from gateway.staff import wire
from gateway.staff.guard import Caller, Guard
from gateway.store import ConversationStore
from shop.handoff_rules import Conditions
from shop.staff import Taken, note_act

_CHANGES = problems(400, 401, 403, 404, 409, 413, 422)
_REMOVES = problems(401, 403, 404, 422)


def canned_routes(*, store: ConversationStore, guard: Guard) -> APIRouter:
    """Everybody reads canned answers; supervisors write them."""
    routes = APIRouter(prefix="/api/staff/canned", tags=["staff"])
    Supervisor = Annotated[Caller, Depends(guard.at_least("supervisor"))]  # noqa: N806

    @routes.get("", responses=problems(401, 422), dependencies=[Depends(guard.calling)])
    def list_canned(
        locale: Annotated[str | None, Query(max_length=35)] = None,
    ) -> wire.CannedAnswers:
        """All of them, by shortcut; those of a language and those of any, where one is named."""
        query = select(CannedAnswer).order_by(CannedAnswer.shortcut)
        if locale:
            query = query.where(or_(CannedAnswer.locale.is_(None), CannedAnswer.locale == locale))
        with store.sessions() as session:
            return wire.CannedAnswers(canned=[_show(row) for row in session.scalars(query)])

    @routes.post("", status_code=201, responses=_CHANGES)
    def add_canned(request: wire.CannedRequest, caller: Supervisor) -> wire.Canned:
        """Keep words under a shortcut. 409 where it is taken."""
        return write(CannedAnswer(), request, caller)

    @routes.put("/{canned_id}", responses=_CHANGES)
    def change_canned(
        canned_id: int, request: wire.CannedRequest, caller: Supervisor
    ) -> wire.Canned:
        """Change what is kept."""
        return write(canned_id, request, caller)

    @routes.delete("/{canned_id}", status_code=204, responses=_REMOVES)
    def remove_canned(canned_id: int, caller: Supervisor) -> None:
        """Keep it no longer."""
        with store.writing() as session:
            row = _find(session, CannedAnswer, canned_id)
            session.delete(row)
            note_act(session, "canned_removed", by=caller.id, shortcut=row.shortcut)

    def write(
        target: CannedAnswer | int, request: wire.CannedRequest, caller: Caller
    ) -> wire.Canned:
        try:
            with store.writing() as session:
                row = _find(session, CannedAnswer, target) if isinstance(target, int) else target
                for name, value in request.model_dump().items():
                    setattr(row, name, value)
                session.add(row)
                note_act(session, "canned_kept", by=caller.id, shortcut=request.shortcut)
                session.flush()
        except IntegrityError as error:
            raise Taken(f"/{request.shortcut} is taken: choose another shortcut.") from error
        return _show(row)

    return routes


def rule_routes(*, store: ConversationStore, guard: Guard) -> APIRouter:
    """Supervisors' rules."""
    supervisor = guard.at_least("supervisor")
    routes = APIRouter(prefix="/api/staff/rules", tags=["staff"])
    Supervisor = Annotated[Caller, Depends(supervisor)]  # noqa: N806

    @routes.get("", responses=problems(401, 403, 422), dependencies=[Depends(supervisor)])
    def list_rules() -> wire.Rules:
        """All of them."""
        with store.sessions() as session:
            rows = session.scalars(select(HandoffRule).order_by(HandoffRule.id))
            return wire.Rules(rules=[_show_rule(row) for row in rows])

    @routes.post("", status_code=201, responses=_CHANGES)
    def add_rule(request: wire.RuleRequest, caller: Supervisor) -> wire.Rule:
        """Call a person from now on where all conditions that are given hold."""
        return write(HandoffRule(), request, caller)

    @routes.put("/{rule_id}", responses=_CHANGES)
    def change_rule(rule_id: int, request: wire.RuleRequest, caller: Supervisor) -> wire.Rule:
        """Change a rule, or switch it off and on."""
        return write(rule_id, request, caller)

    @routes.delete("/{rule_id}", status_code=204, responses=_REMOVES)
    def remove_rule(rule_id: int, caller: Supervisor) -> None:
        """Forget a rule."""
        with store.writing() as session:
            row = _find(session, HandoffRule, rule_id)
            session.delete(row)
            note_act(session, "rule_removed", by=caller.id, rule=row.name)

    def write(target: HandoffRule | int, request: wire.RuleRequest, caller: Caller) -> wire.Rule:
        with store.writing() as session:
            row = _find(session, HandoffRule, target) if isinstance(target, int) else target
            row.name, row.active = request.name, request.active
            row.conditions = request.model_dump(mode="json", include=set(Conditions.model_fields))
            session.add(row)
            note_act(session, "rule_kept", by=caller.id, rule=request.name)
            session.flush()
        return _show_rule(row)

    return routes


def _find(session: Session, table: Any, key: int) -> Any:
    row = session.get(table, key) if 0 < key < 2**31 else None
    if row is None:
        raise NotFound("There is no such thing; it may have been removed.")
    return row


def _show(row: CannedAnswer) -> wire.Canned:
    return wire.Canned.model_validate(row, from_attributes=True)


def _show_rule(row: HandoffRule) -> wire.Rule:
    return wire.Rule(id=row.id, name=row.name, active=row.active, **row.conditions)
