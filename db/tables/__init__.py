"""Every table: who imports one has them all, so that foreign keys always resolve."""

from db.tables import (  # noqa: F401 - to have them is the purpose
    alerts,
    behaviour,
    catalog,
    conversations,
    customers,
    effects,
    orders,
    recommendations,
    shop_requests,
)
