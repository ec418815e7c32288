"""Indexes for what every chat turn asks of a large catalogue: brands by name, prices in order."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_products_lower_brand", "products", [sa.text("lower(brand)")])
    op.create_index("ix_products_active_price", "products", ["active", "price"])
