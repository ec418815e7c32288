"""When trainings are asked for by themselves: at an hour, and after so many corrections."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Self
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, sessionmaker

from common.settings import Settings
from db.tables.base import now
from db.tables.jobs import Job
from learning.fresh import count_corrections, count_fresh
from learning.jobs import TRAININGS, JobUnderWay, Kind, ask_for, last_asked, open_jobs

# The night to Monday: what was corrected in a week is learnt before the next begins.
_WEEKLY_ON = 0


@dataclass(frozen=True, slots=True)
class Timetable:
    """What the shop has set.

    Attributes:
        hour: of the day by the shop's clock.
        after: corrections that call for a training at any hour; 0 for no such number.
        promote: what passes the gate goes into use by itself.
        since: hours before this one were nobody's: it was not set yet.
    """

    every: Literal["off", "daily", "weekly"]
    hour: int
    after: int
    promote: bool
    zone: ZoneInfo
    since: datetime

    @classmethod
    def of(cls, settings: Settings, *, since: datetime | None = None) -> Self:
        """By the settings, from now on."""
        return cls(
            every=settings.retrain,
            hour=settings.retrain_hour,
            after=settings.retrain_after,
            promote=settings.retrain_promote,
            zone=ZoneInfo(settings.staff_timezone),
            since=since or now(),
        )

    def last_hour(self, moment: datetime) -> datetime | None:
        """The last one up to this moment at which trainings were to be asked for, if any ever."""
        if self.every == "off":
            return None
        here = moment.astimezone(self.zone)
        hour = here.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        if hour > here:
            hour -= timedelta(days=1)
        if self.every == "weekly":
            hour -= timedelta(days=(hour.weekday() - _WEEKLY_ON) % 7)
        return hour.astimezone(UTC)

    def next_hour(self, moment: datetime) -> datetime | None:
        """The first one after this moment, if any ever."""
        last = self.last_hour(moment)
        if last is None:
            return None
        days = 7 if self.every == "weekly" else 1
        here = last.astimezone(self.zone) + timedelta(days=days)
        return here.astimezone(UTC)


def ask_by_schedule(
    sessions: sessionmaker[Session], timetable: Timetable, *, moment: datetime | None = None
) -> list[Job]:
    """Ask for the trainings that are due; none where nothing new could be learnt.

    An hour that passed while no learner ran is made up for.
    """
    moment = moment or now()
    with sessions() as session:
        due = find_due(session, timetable, moment=moment)
    asked = []
    for kind in due:
        try:
            with sessions.begin() as session:
                job = ask_for(session, kind, origin="schedule", promote=timetable.promote)
        except JobUnderWay:
            # Somebody was faster: it comes to the same.
            continue
        asked.append(job)
    return asked


def find_due(session: Session, timetable: Timetable, *, moment: datetime) -> list[Kind]:
    """The trainings that are to be asked for at this moment."""
    under_way = {job.kind for job in open_jobs(session)}
    return [
        kind
        for kind in TRAININGS
        if kind not in under_way and _is_due(session, kind, timetable, moment=moment)
    ]


def _is_due(session: Session, kind: Kind, timetable: Timetable, *, moment: datetime) -> bool:
    asked = last_asked(session, kind)
    # Since it was last asked for, not learnt: what fails must not be tried without end.
    counted = kind == "train_nlu" and timetable.after > 0
    if counted and count_corrections(session, since=asked) >= timetable.after:
        return True
    hour = timetable.last_hour(moment)
    if hour is None or hour <= max(timetable.since, asked or timetable.since):
        return False
    return count_fresh(session, kind) > 0
