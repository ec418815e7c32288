"""What staff said of messages."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "message_labels",
        sa.Column("discarded", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("message_labels", sa.Column("act", sa.Text()))
    op.create_index(
        "uq_message_labels_act_message_id", "message_labels", ["act", "message_id"], unique=True
    )
    op.create_index("ix_message_labels_created_at", "message_labels", ["created_at"])
    op.create_table(
        "wanted_intents",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_wanted_intents")),
    )


def downgrade() -> None:
    op.drop_table("wanted_intents")
    op.drop_index("ix_message_labels_created_at", "message_labels")
    op.drop_index("uq_message_labels_act_message_id", "message_labels")
    op.drop_column("message_labels", "act")
    op.drop_column("message_labels", "discarded")
