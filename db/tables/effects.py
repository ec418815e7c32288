"""What shoppers' messages have brought about, so that none of it is done twice."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Json, Table, UtcDateTime, now


class Effect(Table):
    """One thing that one message changed, and what came of it.

    A turn that is run again, since a process died before it had answered, finds it here.
    """

    __tablename__ = "effects"

    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    # What was done: cart, checkout, an order request's kind, ...
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    # The facts that its answer tells.
    result: Mapped[Any] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
