"""Every table: who imports one has them all, so that foreign keys always resolve."""

from db.tables import (  # noqa: F401 - to have them is the purpose
    alerts,
    behaviour,
    catalog,
    catalog_days,
    conversations,
    corrections,
    customers,
    effects,
    handoffs,
    jobs,
    orders,
    outreach,
    portrait,
    privacy,
    ranking_rules,
    recommendations,
    shop_requests,
    staff,
    telegram,
)
