"""The routes of trained models: what lies on the shelves, and what serves."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse
from sqlalchemy import select

from common.errors import NotFound
from common.model_shelf import end_trial, find_model
from common.settings import Settings
from db.tables.staff import StaffMember
from gateway.problems import problems
from gateway.staff import learning_wire as wire
from gateway.staff.errors import Forbidden
from gateway.staff.guard import Caller, Guard
from gateway.store import ConversationStore
from learning.registry import PAGE, SHIPPED, put_into_use, take_back, try_out
from learning.shelves import KINDS, Shelf, is_first, read_shelf
from shop.staff import note_act

# A report runs nothing and loads nothing, whatever is written in it.
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
_PERSON = "staff:"
_CHANGES = problems(400, 401, 403, 404, 409, 413, 422)


def shelf_routes(*, settings: Settings, store: ConversationStore, guard: Guard) -> APIRouter:
    """Everybody sees the models and their reports; supervisors decide what serves."""
    routes = APIRouter(prefix="/api/staff/models", tags=["staff"])
    Supervisor = Annotated[Caller, Depends(guard.at_least("supervisor"))]  # noqa: N806
    reading = [Depends(guard.calling)]

    @routes.get("", responses=problems(401, 422), dependencies=reading)
    def list_models() -> wire.Shelves:
        """Every model with its figures and the gate's verdict, the newest first."""
        with store.sessions() as session:
            read = {kind: read_shelf(session, settings.models, kind) for kind in KINDS}
            rows = session.execute(select(StaffMember.id, StaffMember.name))
            names = {row[0]: row[1] for row in rows}
        return wire.Shelves(shelves=[show(kind, shelf, names) for kind, shelf in read.items()])

    @routes.get(
        "/{kind}/{name}/report",
        response_class=FileResponse,
        responses=problems(401, 404, 422),
        dependencies=reading,
    )
    def read_report_page(kind: wire.ModelKind, name: wire.ModelName) -> FileResponse:
        """What the gate found of a model, as a page."""
        page = find_model(settings.models / kind, name) / PAGE
        if not page.is_file():
            raise NotFound(f"{name} has not been judged yet.")
        headers = {"Content-Security-Policy": REPORT_POLICY, "Cache-Control": "no-store"}
        return FileResponse(page, media_type="text/html; charset=utf-8", headers=headers)

    @routes.post("/{kind}/{name}/promote", responses=_CHANGES)
    def promote(
        kind: wire.ModelKind, name: wire.ModelName, request: wire.Promotion, caller: Supervisor
    ) -> wire.InUse:
        """Put a model into use that passed the gate beside the one that serves. 409 else.

        An admin may give a reason why it is to serve all the same.
        """
        if request.anyway and caller.member.role != "admin":
            raise Forbidden("Only an admin may put into use what the gate did not let pass.")
        by = f"{_PERSON}{caller.id}"
        put_into_use(settings.models / kind, name, by=by, anyway=request.anyway)
        with store.writing() as session:
            reason = {"reason": request.anyway} if request.anyway else {}
            note_act(session, "model_promoted", by=caller.id, kind=kind, model=name, **reason)
        return wire.InUse(in_use=name)

    @routes.post("/{kind}/rollback", responses=_CHANGES)
    def roll_back(kind: wire.ModelKind, caller: Supervisor) -> wire.InUse:
        """Put the model into use that was in use before. 404 where none was promoted."""
        before = take_back(settings.models / kind, by=f"{_PERSON}{caller.id}")
        now_in_use = before.name if before else SHIPPED
        with store.writing() as session:
            note_act(session, "model_rolled_back", by=caller.id, kind=kind, model=now_in_use)
        return wire.InUse(in_use=now_in_use)

    @routes.post("/{kind}/{name}/trial", status_code=204, responses=_CHANGES)
    def begin_trial(
        kind: wire.ModelKind, name: wire.ModelName, request: wire.TrialRequest, caller: Supervisor
    ) -> None:
        """Let a model that passed the gate answer some of the shoppers, always the same ones."""
        try_out(settings.models / kind, name, share=request.share)
        with store.writing() as session:
            facts: dict[str, Any] = {"kind": kind, "model": name, "share": request.share}
            note_act(session, "trial_started", by=caller.id, **facts)

    @routes.delete("/{kind}/trial", status_code=204, responses=problems(401, 403, 404, 422))
    def stop_trial(kind: wire.ModelKind, caller: Supervisor) -> None:
        """Let the model in use answer everybody again."""
        end_trial(settings.models / kind)
        with store.writing() as session:
            note_act(session, "trial_ended", by=caller.id, kind=kind)

    def show(kind: wire.ModelKind, shelf: Shelf, names: dict[str, str]) -> wire.ShelfView:
        return wire.ShelfView(
            kind=kind,
            in_use=shelf.in_use,
            can_go_back=not is_first(settings.models / kind),
            models=[
                wire.Model.model_validate(
                    {
                        **{field: getattr(each, field) for field in wire.Model.model_fields},
                        "by": _name_of(each.by, names),
                        "learnt": each.learnt or {},
                        "refused_by": list(each.refused_by),
                    }
                )
                for each in shelf.models
            ],
            history=[
                wire.Decision(
                    at=step.at,
                    model=step.model,
                    back=step.back,
                    by=_name_of(step.by, names),
                    passed=step.passed,
                    reason=step.reason,
                )
                for step in shelf.history
            ],
            trial=_show_trial(shelf),
        )

    return routes


def _show_trial(shelf: Shelf) -> wire.Trial | None:
    if shelf.trial is None:
        return None
    return wire.Trial(
        model=shelf.trial.model,
        share=shelf.trial.share,
        since=shelf.trial.since,
        outcomes=[
            wire.TrialOutcome(
                model=arm.version,
                on_trial=arm.on_trial,
                shoppers=arm.shoppers,
                rates=[
                    wire.TrialRate.model_validate(
                        {"name": name, **asdict(rate), "share": rate.share}
                    )
                    for name, rate in arm.rates.items()
                ],
            )
            for arm in shelf.arms
        ],
    )


def _name_of(by: str, names: dict[str, str]) -> str:
    """A colleague by their name; whatever else the registry holds as it stands."""
    kind, _, who = by.partition(":")
    if kind == "staff":
        return names.get(who, "")
    return who if kind == "command" and who else by
