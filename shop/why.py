"""Why a shopper was shown what is before them: what was noted when it was recommended."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.tables.recommendations import Impression, Ranking
from shop.shopper import Shopper


def reasons_given(
    session: Session, product_ids: Iterable[str], *, shopper: Shopper
) -> Mapping[str, Mapping[str, Any]]:
    """The reason that each product was last recommended for, by id, as `code` and `params`.

    Products that were not recommended to this shopper are left out.
    """
    theirs = Ranking.session_id == shopper.session_id
    if shopper.customer_id is not None:
        theirs = or_(theirs, Ranking.customer_id == shopper.customer_id)
    rows = session.execute(
        select(Impression.product_id, Impression.reason)
        .join(Ranking, Ranking.id == Impression.ranking_id)
        .where(theirs, Impression.product_id.in_(list(product_ids)))
        .order_by(Ranking.created_at)
    )
    return {product_id: reason for product_id, reason in rows if reason.get("code")}
