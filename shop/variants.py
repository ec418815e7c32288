"""The same product in another colour, size or material."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.catalog import Product
from shop.reading import Mention, Reading

_AXES = ("color", "size", "material")


def unmet_wishes(reading: Reading, product: Product) -> list[Mention]:
    """What a message asks a product to be like that the shop says it is not like.

    Where the shop does not say (a shoe without sizes), nothing is unmet.
    """
    unmet: list[Mention] = []
    for axis in _AXES:
        mentions = reading.named(axis) if getattr(product, axis) else []
        if not any(_is_like(product, axis, mention) for mention in mentions):
            unmet += mentions
    return unmet


def unstated_wishes(reading: Reading, product: Product) -> list[tuple[str, Mention]]:
    """What a message asks a product to be like, of which the shop says nothing: a shoe's size."""
    return [
        (axis, mention)
        for axis in _AXES
        if not getattr(product, axis)
        for mention in reading.named(axis)
        if not _is_like(product, axis, mention)
    ]


def chosen_later(reading: Reading, product: Product) -> list[Mention]:
    """The sizes asked for of a product that is sold in several under one id."""
    several = len((product.size or "").split(",")) > 1
    return [m for m in reading.named("size") if several and _is_like(product, "size", m)]


def find_variant(session: Session, reading: Reading, product: Product) -> Product | None:
    """The product as the message wants it: itself where it fits, or one of its item group."""
    if not unmet_wishes(reading, product):
        return product
    if product.item_group_id is None:
        return None
    siblings = session.scalars(
        select(Product)
        .where(Product.item_group_id == product.item_group_id, Product.active)
        .order_by(Product.id)
    )
    return next((p for p in siblings if not unmet_wishes(reading, p)), None)


def _is_like(product: Product, axis: str, mention: Mention) -> bool:
    text = f"{getattr(product, axis)} {product.title}"
    return any(
        re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE)
        for value in (str(mention.value), mention.word)
        if value
    )
