"""Long work that staff, the command line or the clock asked for: who works at it, how far it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import BigId, Json, Table, UtcDateTime, now

_RUNNING = text("state = 'running'")
_OPEN = text("state IN ('queued', 'running')")


class Job(Table):
    """One training with the judgement of what came of it, or a judgement alone."""

    __tablename__ = "jobs"
    __table_args__ = (
        # One at a time, whatever two learners think.
        Index(
            "uq_jobs_running_state",
            "state",
            unique=True,
            postgresql_where=_RUNNING,
            sqlite_where=_RUNNING,
        ),
        # Asked twice is asked once.
        Index("uq_jobs_open_kind", "kind", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # One of: train_nlu, train_recommender, and judge_ of both, where the model is there already.
    kind: Mapped[str] = mapped_column(Text)
    # One of: queued, running, done, failed, cancelled.
    state: Mapped[str] = mapped_column(Text, default="queued")
    # One of: staff, command, schedule.
    origin: Mapped[str] = mapped_column(Text)
    # The account; None but for staff.
    asked_by: Mapped[str | None] = mapped_column(Text)
    # {promote}: whether what passes goes into use by itself.
    settings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    # {step, part, done, total}: the step under way, and how far it is where that is known.
    progress: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    # {model, trained, verdict, promoted, error}: what is done already and need not be done again.
    result: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    # Whoever works at it says so again and again; once the lease is over another may take it.
    holder: Mapped[str | None] = mapped_column(Text)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How often it was taken up after its holder had gone.
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
