"""Personal data in what shoppers write, put out of sight before anything is exported."""

import re
from collections.abc import Iterable, Sequence

from nlu.masking.goods import Brands
from nlu.masking.numbers import find_numbers
from nlu.masking.people import find_names
from nlu.masking.places import find_addresses
from nlu.masking.spans import Kind, Personal, keep_first
from nlu.wire import Entity

_ASKED_FOR = re.compile(
    r"\b(?:have|stock|sell|carry|show me|looking for|look for|buy|want|need)\s*"
    r"(?:an?|the|some|any)?\s*$",
    re.IGNORECASE,
)
_KINDS: dict[str, Kind] = {"person": "name", "address": "address"}
# What the shop sells: a name in it is a brand's.
_GOODS = frozenset({"brand", "category", "color", "material", "feature", "size"})


def find_personal(
    text: str, entities: Sequence[Entity] = (), *, brands: Brands | None = None
) -> list[Personal]:
    """E-mails, phones, cards, orders, names and addresses, left to right.

    Args:
        entities: how the model read the text. Names and addresses of its are taken as well, and
            what it takes for goods is a name only where the words around say so.
        brands: the shop's own; many are called like people.
    """
    goods = [(e.start, e.end) for e in entities if e.entity in _GOODS]
    ours = brands.find(text) if brands else []
    model = [
        Personal(entity.start, entity.end, _KINDS[entity.entity])
        for entity in entities
        if entity.entity in _KINDS
        and not any(start <= entity.start and entity.end <= end for start, end in ours)
        and not _before_goods(text, entity, goods)
    ]
    addresses = find_addresses(text)
    numbers = find_numbers(text)
    names = find_names(text, brands=ours, goods=goods, beside=bool(addresses or numbers))
    # A post code or a house may look like a phone; an e-mail or a card never like an address.
    firm = [each for each in numbers if each.kind in ("email", "card")]
    return keep_first([*firm, *addresses, *numbers, *names, *_fitting(text, model)])


def mask(text: str, entities: Sequence[Entity] = (), *, brands: Brands | None = None) -> str:
    """The text with a placeholder for everything personal: [email], [phone], [card], [order],
    [name], [address]."""
    return replace(text, find_personal(text, entities, brands=brands))


def replace(text: str, found: Iterable[Personal]) -> str:
    """The text with the name of its kind in the place of each of these."""
    parts, done = [], 0
    for each in sorted(found, key=lambda each: each.start):
        parts += [text[done : each.start], f"[{each.kind}]"]
        done = each.end
    return "".join([*parts, text[done:]])


def _before_goods(text: str, entity: Entity, goods: Sequence[tuple[int, int]]) -> bool:
    """Whether a person's name stands for goods: "Karl Lagerfeld bag", "do you have Stan Smith"."""
    if entity.entity != "person":
        return False
    before, after = text[: entity.start], text[entity.end :]
    followed = any(
        entity.end < start and not text[entity.end : start].strip() for start, _ in goods
    )
    alone = not before.strip() and re.fullmatch(r"\s+[a-z]+\W*", after)
    return followed or bool(alone) or bool(_ASKED_FOR.search(before))


def _fitting(text: str, found: Iterable[Personal]) -> list[Personal]:
    return [each for each in found if text[each.start : each.end].strip()]
