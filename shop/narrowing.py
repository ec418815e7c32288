"""Goods that the shop keeps under a wider name: tents are "camping", kettles are "kitchen"."""

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from db.tables.catalog import Product
from shop.kinds import Kind, stem
from shop.phrases import load_phrases

# So many goods called by the word make it a kind of its own; fewer may be chance.
_ENOUGH = 3
# Where nearly all goods of the type are called so, the word is the type's other name.
_NEARLY_ALL = 0.8
_WORD = re.compile(r"\w+")
# What follows in a title is about the goods: "Table Lamp, Teal", "Boots with Fur".
_NOUN_ENDS = re.compile(r"\s*[,(]|\s(?:with|for|in)\s", re.IGNORECASE)


def narrow_kinds(session: Session, kinds: Sequence[Kind]) -> list[Kind]:
    """The kinds by the shopper's own word where the shop's goods are called by it too.

    Who asks for cheaper tents wants no camping mugs, though both are of the type camping. Words
    that no goods bear, like "trainers" for sneakers, stay the shop's name; but of tents and
    sleeping bags, both camping, those that no goods are called by are what the shop lacks.
    """
    narrowed = [_narrowed(session, kind) if kind.known else kind for kind in kinds]
    parted = {kind.value for kind, one in zip(kinds, narrowed, strict=True) if one != kind}
    return [
        one.model_copy(update={"known": one.known and not (one == kind and one.value in parted)})
        for kind, one in zip(kinds, narrowed, strict=True)
    ]


def _narrowed(session: Session, kind: Kind) -> Kind:
    word = _stems(kind.word)
    if word in ([], _stems(kind.value)):
        return kind
    value = kind.value.lower()
    of_type = func.lower(Product.product_type) == value
    kept = (Product.active, or_(of_type, func.lower(Product.category) == value))
    total, typed = session.execute(
        select(func.count(), func.count().filter(of_type)).where(*kept)
    ).one()
    broad = _named_whole(word)
    if broad is not None and (typed or stem(value) in broad):
        return kind
    bearing = select(Product.title).where(*kept, *_may_bear(word[-1]))
    called = sum(_is_called(title, word) for title in session.scalars(bearing))
    if called >= _ENOUGH and called <= _NEARLY_ALL * total:
        return kind.model_copy(update={"value": kind.word})
    # A department is no name for one kind of its goods.
    near = broad is None and not called and not typed
    return kind.model_copy(update={"near": near and bool(total)})


def _named_whole(word: list[str]) -> set[str] | None:
    """The stems of the departments that such a broad word names whole; None for other words."""
    for name, departments in load_phrases().broad.items():
        if word == [stem(name)]:
            return {stem(department) for department in departments}
    return None


def _may_bear(stemmed: str) -> list[ColumnElement[bool]]:
    """What holds of every title with a word of this stem, so that few need be read."""
    root = stemmed.removesuffix("f")  # Of knives and knife.
    # SQLite knows the capitals of no other letters.
    return [Product.title.icontains(root, autoescape=True)] if root.isascii() else []


def _is_called(title: str, word: list[str]) -> bool:
    """Whether a title's noun is the word: a camping tent is a tent, a tent lamp is none."""
    return _stems(_NOUN_ENDS.split(title)[0])[-len(word) :] == word


def _stems(words: str) -> list[str]:
    return [stem(part) for part in _WORD.findall(words)]
