"""What was recommended to whom, in which order and why."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Json, Table, UtcDateTime, now


class Ranking(Table):
    """One answer of the recommender."""

    __tablename__ = "rankings"
    __table_args__ = (Index(None, "session_id", "created_at"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(Text, index=True)
    session_id: Mapped[str | None] = mapped_column(Text)
    model_version: Mapped[str] = mapped_column(Text)
    # The request without the shopper's words: constraints, anchor, place.
    request: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    relaxed: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    degraded: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Impression(Table):
    """One product of a ranking. Clicks and purchases join it by ranking_id and product_id."""

    __tablename__ = "impressions"
    __table_args__ = (Index(None, "product_id"),)

    ranking_id: Mapped[str] = mapped_column(
        ForeignKey("rankings.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(Text)
    score: Mapped[float]
    # The chance that the policy put this product at this place.
    propensity: Mapped[float]
    reason: Mapped[dict[str, Any]] = mapped_column(Json)
