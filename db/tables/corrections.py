"""What staff want told apart beyond what the model knows."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Table, UtcDateTime, now


class WantedIntent(Table):
    """An intent that staff have begun to label with; it serves once the dialogue knows it."""

    __tablename__ = "wanted_intents"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    # What shoppers want who mean it, in a sentence.
    description: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
