"""Indexes for what the shop keeps under a name, and for the colours and sizes of one thing.

None begins with whether goods are active: nearly all are, and SQLite would go through them all.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_products_lower_category", "products", [sa.text("lower(category)")])
    op.create_index("ix_products_lower_product_type", "products", [sa.text("lower(product_type)")])
    op.create_index("ix_products_item_group_id", "products", ["item_group_id"])
    op.drop_index("ix_products_active_category", "products")
    op.drop_index("ix_products_active_price", "products")
    op.create_index("ix_products_category_active", "products", ["category", "active"])
    op.create_index("ix_products_price_active", "products", ["price", "active"])
