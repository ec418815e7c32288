"""Staff: accounts, sessions, audit, takeovers, notes, tags, corrections, ratings, rules."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
UNDER_WAY = sa.text("ended_at IS NULL")
TABLES = (
    "message_labels",
    "read_markers",
    "conversation_tags",
    "conversation_notes",
    "ratings",
    "handoffs",
    "handoff_rules",
    "canned_answers",
    "staff_audit",
    "staff_sessions",
    "staff",
)


def upgrade() -> None:
    op.add_column(
        "conversations", sa.Column("mood", sa.Double(), nullable=False, server_default="0")
    )
    op.add_column("conversations", sa.Column("heard_until", BIG_ID))
    op.add_column("messages", sa.Column("staff_id", sa.Text()))
    _create_staff()
    _create_handoffs()
    # Whoever waits already goes on waiting.
    op.execute(
        "INSERT INTO handoffs (conversation_id, reason, queued_at) "
        "SELECT id, 'asked', last_message_at FROM conversations WHERE state = 'queued'"
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("messages", "staff_id")
    op.drop_column("conversations", "heard_until")
    op.drop_column("conversations", "mood")


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("disabled_at", MOMENT),
        sa.Column("seen_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sessions")),
        _belongs_to("staff_sessions", "staff", "staff_id"),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])
    op.create_table(
        "staff_audit",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("staff_id", sa.Text()),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text()),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_audit")),
    )
    op.create_index("ix_staff_audit_staff_id_id", "staff_audit", ["staff_id", "id"])
    op.create_index("ix_staff_audit_conversation_id", "staff_audit", ["conversation_id"])
    op.create_table(
        "canned_answers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("shortcut", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text()),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_answers")),
        sa.UniqueConstraint("shortcut", name=op.f("uq_canned_answers_shortcut")),
    )
    op.create_table(
        "handoff_rules",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("conditions", JSON, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_rules")),
    )


def _create_handoffs() -> None:
    op.create_table(
        "handoffs",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text()),
        sa.Column("queued_at", MOMENT, nullable=False),
        *(
            sa.Column(name, MOMENT)
            for name in ("claimed_at", "first_response_at", "ended_at", "offered_at")
        ),
        sa.Column("left_message_at", MOMENT),
        sa.Column("ended_how", sa.Text()),
        sa.Column("contact", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
        _belongs_to("handoffs", "conversations", "conversation_id"),
    )
    op.create_index(
        "uq_handoffs_open_conversation_id",
        "handoffs",
        ["conversation_id"],
        unique=True,
        postgresql_where=UNDER_WAY,
        sqlite_where=UNDER_WAY,
    )
    op.create_index("ix_handoffs_conversation_id", "handoffs", ["conversation_id"])
    op.create_index("ix_handoffs_queued_at", "handoffs", ["queued_at"])
    op.create_index("ix_handoffs_staff_id_queued_at", "handoffs", ["staff_id", "queued_at"])
    op.create_table(
        "ratings",
        sa.Column("handoff_id", BIG_ID, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("handoff_id", name=op.f("pk_ratings")),
        _belongs_to("ratings", "handoffs", "handoff_id"),
    )
    op.create_table(
        "conversation_notes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_notes")),
        _belongs_to("conversation_notes", "conversations", "conversation_id"),
    )
    op.create_index(
        "ix_conversation_notes_conversation_id", "conversation_notes", ["conversation_id"]
    )
    op.create_table(
        "conversation_tags",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "tag", name=op.f("pk_conversation_tags")),
        _belongs_to("conversation_tags", "conversations", "conversation_id"),
    )
    op.create_index("ix_conversation_tags_tag", "conversation_tags", ["tag"])
    op.create_table(
        "read_markers",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "staff_id", name=op.f("pk_read_markers")),
        _belongs_to("read_markers", "conversations", "conversation_id"),
        _belongs_to("read_markers", "staff", "staff_id"),
    )
    op.create_table(
        "message_labels",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text()),
        sa.Column("entities", JSON),
        sa.Column("sentiment", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_labels")),
        _belongs_to("message_labels", "messages", "message_id"),
    )
    op.create_index("ix_message_labels_message_id", "message_labels", ["message_id"])


def _belongs_to(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )
