"""Each message answered once, whichever process dies: who has it in hand, and what it changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UNANSWERED = sa.text("role = 'shopper' AND answered_at IS NULL")


def upgrade() -> None:
    op.add_column("messages", sa.Column("payload", sa.Text()))
    op.add_column("messages", sa.Column("taken_by", sa.Text()))
    op.add_column("messages", sa.Column("taken_until", sa.DateTime(timezone=True)))
    op.add_column(
        "messages", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_index(
        "ix_messages_unanswered_taken_until",
        "messages",
        ["taken_until"],
        postgresql_where=UNANSWERED,
        sqlite_where=UNANSWERED,
    )
    op.create_table(
        "effects",
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_effects_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", "kind", name=op.f("pk_effects")),
    )


def downgrade() -> None:
    op.drop_table("effects")
    op.drop_index("ix_messages_unanswered_taken_until", "messages")
    for column in ("attempts", "taken_until", "taken_by", "payload"):
        op.drop_column("messages", column)
