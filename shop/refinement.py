"""How a message changes what a shopper is looking for."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from shop.kinds import Kind, natural_word, read_kinds
from shop.reading import Mention, Reading
from shop.wishes import LASTING, LISTS, Wishes, merge, without

LETTER_SIZES = ("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl")
_MAX_WORDS = 12


def begin(reading: Reading, before: Wishes, *, shown: Sequence[Decimal] = ()) -> Wishes:
    """The wishes after a message that looks for goods.

    The same kind of goods again means the same search with further wishes; another kind starts
    a new one, which keeps for whom and for what occasion it is.

    Args:
        shown: the prices of what the shopper has before them.
    """
    kinds, purposes = read_kinds(reading)
    on = not (kinds or reading.leftover() or reading.named("occasion")) and before.kinds
    if on or (kinds and _same(kinds, before.kinds)):
        return _change(reading, before, purposes=purposes, shown=shown)
    return _start(reading, before, kinds=kinds, purposes=purposes)


def refine(reading: Reading, before: Wishes, *, shown: Sequence[Decimal] = ()) -> Wishes:
    """The wishes after a message that changes them; other goods still start a new search.

    Args:
        shown: the prices of what the shopper has before them, or of the one they point at.
    """
    kinds, purposes = read_kinds(reading, under_way=bool(before.kinds))
    if kinds and not _same(kinds, before.kinds):
        return _start(reading, before, kinds=kinds, purposes=purposes)
    return _change(reading, before, purposes=purposes, shown=shown)


def _same(kinds: Sequence[Kind], others: Sequence[Kind]) -> bool:
    return {kind.value for kind in kinds} == {kind.value for kind in others}


def _start(reading: Reading, before: Wishes, *, kinds: list[Kind], purposes: list[str]) -> Wishes:
    """A new search. The person and the occasion stay unless others are named."""
    kept = {field: getattr(before, field) for field in LASTING}
    if any(reading.named(LISTS[field]) for field in LASTING):
        kept = {}
    elif kinds and not before.kinds and any(kept.values()):
        # Goods named while looking for a gift narrow that down: the budget holds.
        return _apply(reading, before.with_changes(kinds=kinds, purpose=purposes, words=[]))
    wishes = _apply(reading, Wishes(kinds=kinds, purpose=purposes, **kept))
    return wishes.with_changes(words=reading.leftover()[:_MAX_WORDS])


def _change(
    reading: Reading, before: Wishes, *, purposes: list[str], shown: Sequence[Decimal]
) -> Wishes:
    """The search under way with changed wishes."""
    after = _apply(reading, before)
    if purposes:
        after = after.with_changes(purpose=purposes)
    if "cheaper" in reading.signals and reading.number("price_max") is None and shown:
        after = _cheaper(after, shown)
    if "dearer" in reading.signals and reading.number("price_min") is None and shown:
        floor = float(sorted(shown)[len(shown) // 2])
        after = after.with_changes(price_min=floor, price_max=None, price_below=False)
    for signal, step in (("bigger", 1), ("smaller", -1)):
        if signal in reading.signals and not reading.named("size"):
            after = _resize(after, step=step)
    if not reading.names_anything():
        # Nothing was recognised: better to search by the words than to change nothing.
        after = after.with_changes(hints=merge(after.hints, reading.leftover())[-_MAX_WORDS:])
    return after


def _apply(reading: Reading, before: Wishes) -> Wishes:
    """Take over every wish that the message states; what it does not mention stays."""
    after = without(before, sorted(reading.dropped))
    changes: dict[str, Any] = {}
    for field, entity in LISTS.items():
        values = [_text(mention) for mention in reading.named(entity)]
        # "Cheap" is a wish about the price, whatever the NLU calls it.
        values = [value for value in values if not reading.phrases.signals(value)]
        if values:
            adds = field == "features" or "also" in reading.signals
            changes[field] = merge(getattr(after, field) if adds else [], values)
    changes |= _prices(reading, after)
    if (rating := reading.number("rating")) is not None:
        changes["rating_min"] = min(rating, 5.0)
    if "cheap" in reading.signals and "price_max" not in changes and after.price_max is None:
        changes["cheap"] = True
    return _refuse(reading, after.with_changes(**changes))


def _prices(reading: Reading, before: Wishes) -> dict[str, Any]:
    low, high = reading.number("price_min"), reading.number("price_max")
    changes: dict[str, Any] = {}
    if low is not None:
        changes["price_min"] = low
    if high is not None:
        changes |= {"price_max": high, "price_below": False, "cheap": False}
    # Of two prices that contradict each other the one just said holds.
    if low is not None and high is not None and low > high:
        changes |= {"price_min": high, "price_max": low}
    elif low is not None and before.price_max is not None and low > before.price_max:
        changes["price_max"] = high
    elif high is not None and before.price_min is not None and high < before.price_min:
        changes["price_min"] = low
    return changes


def _refuse(reading: Reading, before: Wishes) -> Wishes:
    """Add what the message refuses; a thing is never wished for and refused at once."""
    changes: dict[str, Any] = {}
    exclude = {field: list(values) for field, values in before.exclude.items()}
    for field, entity in {**LISTS, "category": "category"}.items():
        refused = [_text(mention) for mention in reading.refused(entity)]
        named = [_text(mention) for mention in reading.named(entity)]
        if field in LASTING or not (refused or named):
            continue
        gone = _lower(refused) - _lower(named)
        left = [v for v in exclude.get(field, []) if v.lower() not in _lower(named)]
        exclude[field] = merge(left, [v for v in refused if v.lower() in gone])
        if field == "category":
            words = {_text(m): natural_word(m) for m in reading.refused("category")}
            changes["said"] = {**before.said, **words}
            changes["kinds"] = [k for k in before.kinds if k.value.lower() not in gone]
        else:
            changes[field] = [v for v in getattr(before, field) if v.lower() not in gone]
    changes["exclude"] = {field: values for field, values in exclude.items() if values}
    return before.with_changes(**changes)


def _cheaper(wishes: Wishes, shown: Sequence[Decimal]) -> Wishes:
    """Cheaper than most of what was shown, or than all of it where it cost the same."""
    prices = sorted(shown)
    middle = prices[len(prices) // 2]
    ceiling = float(middle)
    if wishes.price_max is not None:
        ceiling = min(ceiling, wishes.price_max)
    low = None if wishes.price_min is not None and wishes.price_min >= ceiling else wishes.price_min
    return wishes.with_changes(price_max=ceiling, price_below=True, price_min=low, cheap=False)


def _resize(wishes: Wishes, *, step: int) -> Wishes:
    """One size up or down where sizes are known; else by the word."""
    sizes = [_next_size(size, step=step) for size in wishes.size]
    if sizes and all(sizes):
        return wishes.with_changes(size=sizes)
    word, other = ("large", "small") if step > 0 else ("small", "large")
    hints = [hint for hint in wishes.hints if hint != other]
    return wishes.with_changes(hints=merge(hints, [word]))


def _next_size(size: str, *, step: int) -> str | None:
    lower = size.lower()
    if lower in LETTER_SIZES:
        place = LETTER_SIZES.index(lower) + step
        return LETTER_SIZES[place].upper() if 0 <= place < len(LETTER_SIZES) else None
    number = re.fullmatch(r"(\d+(?:\.\d+)?)(.*)", size)
    return f"{float(number[1]) + step:g}{number[2]}" if number else None


def _text(mention: Mention) -> str:
    return str(mention.value)


def _lower(values: Sequence[str]) -> set[str]:
    return {value.lower() for value in values}
