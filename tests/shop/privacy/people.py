"""People who have left a row in every table there is, also in tables that are made later."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Engine, Float, Table, insert
from sqlalchemy.types import Integer, TypeDecorator

from db.engine import make_engine
from db.tables.base import Money, UtcDateTime, now
from db.tables.base import Table as Base
from db.tracker import EVENTS, TRACKER
from shop.privacy.coverage import IMPERSONAL

# Neither is written by the shopper's doings; the tests write them themselves.
OWN_BOOKS = frozenset({"erasures", "exported_copies"})


def _is_personal(table: Table, name: str) -> bool:
    # What staff did is theirs; to whom, is not.
    return table.name not in IMPERSONAL and name not in {
        "staff_audit.action",
        "staff_audit.staff_id",
    }


class Somebody:
    """One customer with one conversation, and words that only they use."""

    def __init__(self, name: str, number: int) -> None:
        self.word = f"{name}ophon"
        self.customer = f"customer-{name}"
        self.conversation = f"{name}{number}".encode().hex().ljust(32, "7")
        self.number = number
        self.chat = 7_100_000_000 + number

    @property
    def traces(self) -> tuple[str, ...]:
        """What nobody must find after an erasure."""
        return self.word, self.customer, self.conversation, str(self.chat)

    def live(self, engine: Engine, tracker_url: str, logs: Path, *, at: datetime | None) -> None:
        """Leave a row in every table, Rasa's own and a line in a log."""
        at = at or now()
        keys: dict[str, dict[str, Any]] = {}
        with engine.begin() as connection:
            for table in Base.metadata.sorted_tables:
                if table.name in OWN_BOOKS:
                    continue
                values = self._row(table, keys, at)
                result = connection.execute(insert(table).values(values))
                names = [column.name for column in table.primary_key.columns]
                made = dict(zip(names, result.inserted_primary_key or (), strict=True))
                keys[table.name] = {**values, **made}
        self._talk_to_rasa(tracker_url, at)
        logs.mkdir(exist_ok=True)
        with (logs / "gateway.log").open("a") as log:
            log.write(f'{{"message": "answered", "conversation_id": "{self.conversation}"}}\n')

    def _row(self, table: Table, keys: dict[str, Any], at: datetime) -> dict[str, Any]:
        return {
            column.name: self._value(table, column, keys, at)
            for column in table.columns
            if not self._numbered_by_itself(table, column)
        }

    def _numbered_by_itself(self, table: Table, column: Column[Any]) -> bool:
        return (
            column.primary_key
            and not column.foreign_keys
            and len(table.primary_key) == 1
            and isinstance(column.type, Integer)
            and column.autoincrement is not False
        )

    def _value(self, table: Table, column: Column[Any], keys: dict[str, Any], at: datetime) -> Any:
        for key in column.foreign_keys:
            return keys[key.column.table.name][key.column.name]
        name = f"{table.name}.{column.name}"
        match name.split("."):
            case ["customers", "id"] | [_, "customer_id"]:
                return self.customer
            case ["conversations", "id"] | [_, "conversation_id" | "session_id"]:
                return self.conversation
            case [_, "subject"]:
                return f"customer:{self.customer}"
            case ["conversations", "state"]:
                return "bot"
            case ["shop_requests", "state"]:
                return "confirmed"
        return self._plain_value(column, name, at, personal=_is_personal(table, name))

    def _plain_value(self, column: Column[Any], name: str, at: datetime, *, personal: bool) -> Any:
        word = self.word if personal else f"shop{self.number}"
        kind = column.type
        if isinstance(kind, UtcDateTime):
            return at
        if isinstance(kind, Money):
            return Decimal("9.90")
        if isinstance(kind, JSON) or hasattr(kind, "none_as_null"):
            return {"said": word}
        if isinstance(kind, TypeDecorator):
            raise AssertionError(f"{name}: teach people.py this type")
        if isinstance(kind, Boolean):
            return True
        if isinstance(kind, Float):
            return 0.5
        if isinstance(kind, BigInteger):
            return self.chat if personal else self.number
        if isinstance(kind, Integer):
            return self.number
        return f"{word} {name}"

    def _talk_to_rasa(self, tracker_url: str, at: datetime) -> None:
        engine = make_engine(tracker_url, pool_size=1)
        TRACKER.create_all(engine)
        with engine.begin() as connection:
            for number in range(3):
                connection.execute(
                    insert(EVENTS).values(
                        sender_id=self.conversation,
                        type_name="user",
                        timestamp=at.timestamp() + number,
                        data=f'{{"text": "{self.word}"}}',
                    )
                )
        engine.dispose()
