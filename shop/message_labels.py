"""How staff said that messages are to be read: the newest label of a message holds."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from db.tables.handoffs import MessageLabel
from db.tables.staff import StaffMember


def newest_of_each(*conditions: ColumnElement[bool]) -> Select[int]:
    """The ids of the newest labels, one a message, among those of which the conditions hold."""
    return select(func.max(MessageLabel.id)).where(*conditions).group_by(MessageLabel.message_id)


def newest_labels(
    session: Session, message_ids: Sequence[int]
) -> dict[int, tuple[MessageLabel, str | None]]:
    """The newest label of each message that has any, with the name of who gave it."""
    rows = session.execute(
        select(MessageLabel, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == MessageLabel.staff_id)
        .where(MessageLabel.id.in_(newest_of_each(MessageLabel.message_id.in_(message_ids))))
    )
    return {label.message_id: (label, name) for label, name in rows}
