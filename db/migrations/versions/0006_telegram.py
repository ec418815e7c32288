"""Shoppers' chats on Telegram, what was told there, and what shoppers want to hear unasked."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "telegram_chats",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("since_id", BIG_ID, nullable=False),
        sa.Column("look_at", MOMENT),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.Text()),
        sa.Column("taken_until", MOMENT),
        sa.Column("blocked_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_telegram_chats")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_telegram_chats_conversation_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_telegram_chats_look_at"), "telegram_chats", ["look_at"])
    op.create_index(
        op.f("ix_telegram_chats_conversation_id"), "telegram_chats", ["conversation_id"]
    )

    op.create_table(
        "telegram_deliveries",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("done_at", MOMENT),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name=op.f("pk_telegram_deliveries")),
        sa.ForeignKeyConstraint(
            ["chat_id"],
            ["telegram_chats.chat_id"],
            name=op.f("fk_telegram_deliveries_chat_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_telegram_deliveries_message_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        op.f("ix_telegram_deliveries_message_id"), "telegram_deliveries", ["message_id"]
    )

    op.create_table(
        "telegram_updates",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("taken_until", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("handled_at", MOMENT),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_telegram_updates")),
    )
    op.create_index(op.f("ix_telegram_updates_handled_at"), "telegram_updates", ["handled_at"])

    op.create_table(
        "telegram_leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text()),
        sa.Column("until", MOMENT),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_telegram_leases")),
    )

    op.create_table(
        "telegram_links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telegram_links")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_telegram_links_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_telegram_links_conversation_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_telegram_links_customer_id"), "telegram_links", ["customer_id"])
    op.create_index(
        op.f("ix_telegram_links_conversation_id"), "telegram_links", ["conversation_id"]
    )

    op.create_table(
        "outreach_preferences",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("alerts", sa.Boolean(), nullable=False),
        sa.Column("orders_since", MOMENT),
        sa.Column("carts_since", MOMENT),
        sa.Column("quiet_from", sa.Integer()),
        sa.Column("quiet_to", sa.Integer()),
        sa.Column("time_zone", sa.Text()),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_outreach_preferences")),
    )
    op.create_table(
        "outreach_notices",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outreach_notices")),
    )
    op.create_index(
        op.f("ix_outreach_notices_subject_created_at"),
        "outreach_notices",
        ["subject", "created_at"],
    )
    op.create_index(
        op.f("ix_outreach_notices_conversation_id"), "outreach_notices", ["conversation_id"]
    )
