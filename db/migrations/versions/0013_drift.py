"""What the catalogue looked like, day by day."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalog_days",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("goods", sa.Integer(), nullable=False),
        sa.Column("out_of_stock", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_catalog_days")),
    )


def downgrade() -> None:
    op.drop_table("catalog_days")
