"""What the shop itself wants shown first, higher, lower or not at all."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import BigId, Table, UtcDateTime, now

ACTIONS = ("pin", "boost", "bury", "exclude")


class RankingRule(Table):
    """One rule over the goods that have a value in a field."""

    __tablename__ = "ranking_rules"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # One of ACTIONS.
    action: Mapped[str] = mapped_column(Text)
    # product, category, product_type, brand, color, material, features or an attribute.
    field: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    # From when until when it holds; always, where they are not given.
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
