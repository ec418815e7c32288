"""Which products have what a shopper names: one field and one value in, one mask out.

The same function serves a wish and an exclusion, so that what is shown for "red" is what "not red"
hides.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np

from recommender.lexical import Mask
from recommender.shelf import Rows, Shelf

# "mat" ends format.
_SHORTEST_END = 4
_SPLIT_KIND = re.compile(r"\s*(?:[/>&,|]|\band\b)\s*")
_Finder = Callable[[Shelf, str], Mask]


@dataclass(frozen=True, slots=True)
class Category:
    """How a category's name was understood.

    Attributes:
        mask: the products meant.
        given: what was found in its stead; None where the name itself was found.
        spare: words of the name that say more than what was found, for the query.
    """

    mask: Mask
    given: str | None = None
    spare: str = ""


def find_category(shelf: Shelf, name: str) -> Category | None:
    """The products that a category's name means; None where nothing on sale goes by it.

    The shop's own names come first (a category or a type, then a part of one: "wraps" of
    "sandwiches/wraps", "shoes" of "running shoes"); then other names for the same ("flowers" for
    "floral"); then the words of the titles ("unicorn lamp" where the type is "lighting"); last the
    name's own head ("lamp", sparing "unicorn").
    """
    key = shelf.lexicon.key(name)
    if not key:
        return None
    if (mask := _named(shelf, key)).any():
        return Category(mask)
    first, _, head = key.rpartition(" ")
    if first and (mask := _named(shelf, head)).any():
        return Category(mask, given=head, spare=first)
    return None


def with_value(shelf: Shelf, field: str, value: str) -> Mask:
    """The products that have this value in this field.

    Args:
        shelf: the catalogue.
        field: category, product_type, brand, color, size, material, features, or an attribute.
        value: as the shopper or the shop writes it; case and plural do not matter.
    """
    key = shelf.lexicon.key(value)
    if not key:
        return shelf.mask([])
    find = _FINDERS.get(field) or partial(_with_attribute, field)
    return shelf.remembered(field, key, lambda: find(shelf, key))


def ruled_out(shelf: Shelf, field: str, value: str) -> Mask:
    """The products that somebody does not want who does not want this value in this field.

    Who wants no book wants no cookbook: a kind goes with what its name ends with.
    """
    mask = with_value(shelf, field, value)
    key = shelf.lexicon.key(value)
    if field != "category" or len(key) < _SHORTEST_END:
        return mask
    return mask | shelf.remembered("ended by", key, lambda: _ended_by(shelf, key))


def _ended_by(shelf: Shelf, key: str) -> Mask:
    ended = [
        row
        for kind, rows in shelf.kinds.items()
        if kind.endswith(key) and kind.rpartition(" ")[2] != key
        for row in rows
    ]
    return shelf.mask(ended)


def union(masks: Iterable[Mask]) -> Mask:
    """Products in any of at least one mask."""
    return reduce(np.logical_or, masks)


def intersection(masks: Iterable[Mask]) -> Mask:
    """Products in all of at least one mask."""
    return reduce(np.logical_and, masks)


def _named(shelf: Shelf, key: str) -> Mask:
    return shelf.remembered("named", key, lambda: _find_named(shelf, key))


def _find_named(shelf: Shelf, key: str) -> Mask:
    exact: Mask = shelf.mask(shelf.kinds.get(key, [])) & shelf.active
    if exact.any():
        return exact
    partly = [
        row
        for kind, rows in shelf.kinds.items()
        if kind.endswith(f" {key}") or key in _parts(shelf, kind, rows[0])
        for row in rows
    ]
    part: Mask = shelf.mask(partly) & shelf.active
    if part.any():
        return part
    others = shelf.lexicon.means.get(key, ())
    meant: Mask = union(shelf.mask(shelf.kinds.get(other, [])) for other in (key, *others))
    meant = meant & shelf.active
    if meant.any():
        return meant
    titled: Mask = shelf.index.holding(key, title_only=True) & shelf.active
    return titled


def _parts(shelf: Shelf, kind: str, row: int) -> list[str]:
    # The key has lost the signs between the parts; the product still has them.
    good = shelf.goods[row]
    names = (good.product_type or "", good.category)
    name = next((name for name in names if shelf.lexicon.key(name) == kind), "")
    return [shelf.lexicon.key(part) for part in _SPLIT_KIND.split(name)]


def _with_kind(shelf: Shelf, key: str) -> Mask:
    mask = shelf.mask(shelf.kinds.get(key, []))
    return mask if mask.any() else _named(shelf, key)


def _with_brand(shelf: Shelf, key: str) -> Mask:
    """By the field; by the title where the shop left the field empty."""
    in_title = shelf.index.holding(key, title_only=True, among=_silent(shelf, "brands"))
    return shelf.mask(shelf.brands.get(key, [])) | in_title


def _with_color(shelf: Shelf, key: str) -> Mask:
    """By the field; where the shop left it empty, by the words of the text.

    A plain colour takes in its shades. Shades that are more often something else (ruby, olive)
    count in the field alone.
    """
    shades = {key} | shelf.lexicon.shades.get(key, frozenset())
    named = shades | shelf.lexicon.named_shades.get(key, frozenset())
    in_field = _saying(shelf, "colors", lambda color: any(_holds(color, name) for name in named))
    silent = _silent(shelf, "colors")
    return in_field | _telling(shelf, shades, among=silent) | _showing(shelf, key, among=silent)


def _showing(shelf: Shelf, color: str, *, among: Mask) -> Mask:
    """Those whose picture shows the colour, where the text names none."""
    if not shelf.pictured:
        return shelf.mask([])
    wordless = shelf.remembered("colorless", "", lambda: among & ~_naming_a_color(shelf, among))
    pictured, goods = shelf.pictured, shelf.goods
    silent = np.flatnonzero(wordless).tolist()
    return shelf.mask([at for at in silent if color in pictured.get(goods[at].image_url or "", ())])


def _naming_a_color(shelf: Shelf, among: Mask) -> Mask:
    shades = shelf.lexicon.shades
    every = {*shades, *(shade for some in shades.values() for shade in some)}
    return _telling(shelf, every, among=among)


def _with_size(shelf: Shelf, key: str) -> Mask:
    """By the field; where it is empty, by a text that says "size" or by a size's full name."""
    full = shelf.lexicon.key(shelf.lexicon.sizes.get(key, key))
    short = (k for k, v in shelf.lexicon.sizes.items() if shelf.lexicon.key(v) == full)
    names = {key, full, *short}
    in_field = _saying(shelf, "sizes", lambda size: any(_is_size(size, name) for name in names))
    phrases = {f"size {name}" for name in names}
    phrases |= {name for name in names if len(name) > 3 and not name.isdigit()}
    return in_field | _telling(shelf, phrases, among=_silent(shelf, "sizes"))


def _is_size(size: str, name: str) -> bool:
    # "extra large" holds "large" and is not it.
    longer = not name.startswith("extra") and f"extra {name}" in size
    return _holds(size, name) and not longer


def _with_material(shelf: Shelf, key: str) -> Mask:
    """By the field or the title; by the rest of the text where the field is empty."""
    in_field = _saying(shelf, "materials", lambda material: _holds(material, key))
    in_title = shelf.index.holding(key, title_only=True)
    return in_field | in_title | _telling(shelf, [key], among=_silent(shelf, "materials"))


def _with_feature(shelf: Shelf, key: str) -> Mask:
    """Every word that says something must stand in the text; their order may differ."""
    terms = [word for word in key.split() if word not in shelf.lexicon.stop] or [key]
    return intersection(shelf.index.holding(term) for term in terms)


def _with_attribute(field: str, shelf: Shelf, key: str) -> Mask:
    name = shelf.lexicon.key(field)
    word = shelf.lexicon.audience.get(key, key) if "gender" in name else key
    values = [good.attribute_keys.get(name, "") for good in shelf.goods]
    fitting = {value for value in set(values) if _holds(value, word)}
    return shelf.mask([row for row, value in enumerate(values) if value in fitting])


def _saying(shelf: Shelf, group: str, fits: Callable[[str], bool]) -> Mask:
    """Products whose own word in this group fits; each word is looked at once."""
    groups: Rows = getattr(shelf, group)
    return shelf.mask([row for word, rows in groups.items() if fits(word) for row in rows])


def _silent(shelf: Shelf, group: str) -> Mask:
    """Products that have no word in this group."""
    return shelf.remembered("silent", group, lambda: ~_saying(shelf, group, lambda _: True))


def _telling(shelf: Shelf, phrases: Iterable[str], *, among: Mask) -> Mask:
    """Those among them whose text holds one of the phrases."""
    return union(shelf.index.holding(phrase, among=among) for phrase in phrases)


def _holds(text: str, phrase: str) -> bool:
    return f" {phrase} " in f" {text} "


_FINDERS: dict[str, _Finder] = {
    "category": _with_kind,
    "product_type": _with_kind,
    "brand": _with_brand,
    "color": _with_color,
    "size": _with_size,
    "material": _with_material,
    "features": _with_feature,
    "feature": _with_feature,
}
