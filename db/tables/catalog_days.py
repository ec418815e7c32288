"""What the catalogue looked like, day by day: its own rows only say how it is now."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Table


class CatalogDay(Table):
    """Active goods at the last count of a day, in UTC."""

    __tablename__ = "catalog_days"

    # As in 2026-05-04.
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    goods: Mapped[int]
    out_of_stock: Mapped[int]
