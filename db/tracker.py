"""Rasa's own table, as Rasa 3.6 makes it: nothing of ours writes to it but a restore."""

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text

TRACKER = MetaData()

EVENTS = Table(
    "events",
    TRACKER,
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255), nullable=False, index=True),
    Column("type_name", String(255), nullable=False),
    Column("timestamp", Float),
    Column("intent_name", String(255)),
    Column("action_name", String(255)),
    Column("data", Text),
)
