"""An index for goods that a shopper names in full."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_products_lower_title", "products", [sa.text("lower(substr(title, 1, 200))")]
    )
