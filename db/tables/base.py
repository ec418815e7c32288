"""The base of all tables and the column types that SQLite and PostgreSQL share."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# SQLite numbers rows by itself only where the key is a plain INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")

CENT = Decimal("0.01")
_MONEY_UNIT = Decimal("0.0001")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, aware in Python on both databases.

    Raises:
        ValueError: a moment without a time zone was given.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: say which, for instance UTC.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """An exact amount, kept as whole ten-thousandths: SQLite has no decimal type of its own.

    Amounts compare, sort and add up in SQL. Wholesale lists do price below one cent.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else int(Decimal(value).quantize(_MONEY_UNIT) / _MONEY_UNIT)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        amount = value * _MONEY_UNIT
        cents = amount.quantize(CENT)
        return cents if cents == amount else amount


class Table(DeclarativeBase):
    """The base of every table; constraints are named alike on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
