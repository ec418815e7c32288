from db.tables.base import Table
from shop.privacy.coverage import IMPERSONAL, personal_tables


def test_every_table_is_about_somebody_or_said_to_be_about_nobody() -> None:
    personal = {table.name for table in personal_tables()}
    assert personal | IMPERSONAL == set(Table.metadata.tables), (
        "a new table needs customer_id, conversation_id or session_id, or a foreign key to a "
        "table with one; where it is about nobody, name it in shop/privacy/coverage.py"
    )
    assert not personal & IMPERSONAL


def test_what_hangs_on_a_table_is_erased_before_it() -> None:
    names = [table.name for table in personal_tables()]
    for table in personal_tables():
        for key in table.foreign_keys:
            if key.column.table.name in names:
                assert names.index(table.name) < names.index(key.column.table.name)
