"""How a message changes what a shopper is looking for."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from shop.kinds import Kind, are_among, natural_word, read_kinds, stem
from shop.reading import Mention, Reading
from shop.wishes import LASTING, LISTS, PRICE, Wishes, merge, without

LETTER_SIZES = ("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl")
_MAX_WORDS = 12
_WELL_RATED = 4.0


def begin(reading: Reading, before: Wishes, *, shown: Sequence[Decimal] = ()) -> Wishes:
    """The wishes after a message that looks for goods.

    The same goods again, or some of them, mean the same search with further wishes. Other goods
    start a new one; while a gift is looked for, for whom and for how much stays. "Forget that" ends
    what was before.

    Args:
        shown: the prices of what the shopper has before them.
    """
    before = Wishes() if "anew" in reading.signals else before
    kinds, purposes = read_kinds(reading, interests=before.gift)
    news = bool(kinds or reading.leftover() or reading.named("occasion"))
    # "Real ones" are what is looked for already.
    same = bool(before.kinds) and not kinds and "same_kind" in reading.signals
    on = not ((news and not same) or _turns_to_another(reading, before) or before.is_empty())
    if on or _goes_on(reading, kinds, before):
        return _change(reading, before, kinds=kinds, purposes=purposes, shown=shown)
    return _start(reading, before, kinds=kinds, purposes=purposes)


def refine(reading: Reading, before: Wishes, *, shown: Sequence[Decimal] = ()) -> Wishes:
    """The wishes after a message that changes them; other goods still start a new search.

    Args:
        shown: the prices of what the shopper has before them, or of the one they point at.
    """
    before = Wishes() if "anew" in reading.signals else before
    kinds, purposes = read_kinds(reading, under_way=bool(before.kinds), interests=before.gift)
    other_goods = bool(kinds) and not _goes_on(reading, kinds, before)
    if other_goods or _turns_to_another(reading, before):
        return _start(reading, before, kinds=kinds, purposes=purposes)
    return _change(reading, before, kinds=kinds, purposes=purposes, shown=shown)


def _turns_to_another(reading: Reading, before: Wishes) -> bool:
    """Whether "now for my brother" is the next gift, and no correction of the last one.

    Who has looked for sneakers and asks for "a gift for my sister" wants no sneakers for her, if it
    is not said of these ("it's a gift").
    """
    if before.gift:
        return "onward" in reading.signals and _names_another(reading, before)
    gift = "gift" in reading.signals and "as_gift" not in reading.signals
    return gift and _names_another(reading, before)


def resume(reading: Reading, before: Wishes) -> Wishes:
    """A former search that the message goes back to, with what else it says."""
    return _change(reading, before, kinds=[], purposes=[], shown=())


def _goes_on(reading: Reading, kinds: Sequence[Kind], before: Wishes) -> bool:
    """Whether these goods are what is looked for already, or were meant all along."""
    if not kinds or not before.kinds:
        return False
    return are_among(kinds, before.kinds) or "correction" in reading.signals


def _names_another(reading: Reading, before: Wishes) -> bool:
    named = _lower([_text(mention) for mention in reading.named("recipient")])
    return bool(named) and named != _lower(before.recipient)


def _start(reading: Reading, before: Wishes, *, kinds: list[Kind], purposes: list[str]) -> Wishes:
    """A new search, with what stays of the one before."""
    if before.price_below:
        # "Cheaper" was said of other goods.
        before = without(before, ["price_max"])
    kept = _kept(reading, before, kinds)
    if kinds and not before.kinds and kept:
        # Goods named while looking for a gift, or for an occasion, narrow that down.
        return _apply(reading, before.with_changes(kinds=kinds, purpose=purposes, words=[]))
    wishes = _apply(reading, Wishes(kinds=kinds, purpose=purposes, **kept))
    wishes = wishes.with_changes(words=reading.leftover()[:_MAX_WORDS])
    return wishes.with_changes(gift=wishes.gift or _is_gift(reading, wishes))


def _kept(reading: Reading, before: Wishes, kinds: Sequence[Kind]) -> dict[str, Any]:
    """What outlives a change of goods.

    Who buys a sofa after earrings for a sister buys it for themselves; who looks for a gift has
    other goods in mind for the same person.
    """
    person = bool(reading.named("recipient"))
    occasion = bool(reading.named("occasion"))
    if "own" in reading.signals or (person and occasion):
        return {}
    if person:
        return {"gift": True} if before.gift else {}
    lasting = {field: getattr(before, field) for field in LASTING}
    lasting = {} if occasion or not any(lasting.values()) else lasting
    price = {field: getattr(before, field) for field in PRICE}
    if before.gift and kinds and lasting:
        return {**lasting, **price, "gift": True}
    if "instead" in reading.signals and any(map(reading.phrases.relative, before.recipient)):
        # "Or maybe a book?": for the same nephew, and for as much.
        return {**lasting, **price}
    return lasting if {"along", "instead"} & reading.signals or not before.kinds else {}


def _is_gift(reading: Reading, wishes: Wishes) -> bool:
    """Whether the goods are for somebody else: it is said, or it is plain from the occasion."""
    theirs = any(reading.phrases.relative(person) for person in wishes.recipient)
    return "gift" in reading.signals or (theirs and bool(wishes.occasion or not wishes.kinds))


def _change(
    reading: Reading,
    before: Wishes,
    *,
    kinds: list[Kind],
    purposes: list[str],
    shown: Sequence[Decimal],
) -> Wishes:
    """The search under way with changed wishes."""
    after = _apply(reading, before)
    if kinds:
        # In the shopper's latest words; of several goods perhaps only some.
        after = after.with_changes(kinds=kinds)
    after = after.with_changes(gift=after.gift or _is_gift(reading, after))
    if purposes:
        after = after.with_changes(purpose=purposes)
    if "cheaper" in reading.signals and reading.number("price_max") is None and shown:
        after = _cheaper(after, shown, much="much" in reading.signals)
    if "dearer" in reading.signals and reading.number("price_min") is None and shown:
        floor = float(sorted(shown)[len(shown) // 2])
        after = after.with_changes(price_min=floor, price_max=None, price_below=False)
    for signal, step in (("bigger", 1), ("smaller", -1)):
        if signal in reading.signals and after.size == before.size:
            after = _resize(after, step=step)
    if not reading.names_anything():
        # Nothing was recognised: better to search by the words than to change nothing.
        refused = reading.refused_words()
        hints = [word for word in reading.leftover() if word not in refused]
        after = after.with_changes(hints=merge(after.hints, hints)[-_MAX_WORDS:])
        if refused:
            without_them = merge(after.exclude.get("features", []), refused)
            after = after.with_changes(exclude={**after.exclude, "features": without_them})
    return after


def _apply(reading: Reading, before: Wishes) -> Wishes:
    """Take over every wish that the message states; what it does not mention stays."""
    after = without(before, sorted(reading.dropped))
    changes: dict[str, Any] = {}
    for field, entity in LISTS.items():
        values = [_text(mention) for mention in reading.named(entity)]
        # "Cheap" is a wish about the price, whatever the NLU calls it; "a size up" is no size.
        values = [
            v for v in values if not reading.phrases.signals(v) and not _is_carrier(v, reading)
        ]
        if "allowed" in reading.signals:
            values = _allow(values, field, after)
        if values:
            adds = field == "features" or bool({"also", "allowed"} & reading.signals)
            changes[field] = merge(getattr(after, field) if adds else [], values)
    changes |= _prices(reading, after)
    if (rating := reading.number("rating")) is not None:
        changes["rating_min"] = min(rating, 5.0)
    elif "well_rated" in reading.signals:
        changes["rating_min"] = _WELL_RATED
    if "cheap" in reading.signals and "price_max" not in changes and after.price_max is None:
        changes["cheap"] = True
    if "on_sale" in reading.signals:
        changes["on_sale"] = True
    if order := reading.order():
        changes["order"] = order
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
    # Said of both in one breath ("not grey, my last one was grey"), the refusal counts.
    for field, entity in {**LISTS, "category": "category"}.items():
        refused = [_refused_value(m, before) for m in reading.refused(entity)]
        named = [_text(mention) for mention in reading.named(entity)]
        if field in LASTING or not (refused or named):
            continue
        if field == "category" and refused and any(map(reading.refused, LISTS.values())):
            # "No blue cheese" to who looks for cheese: the blue ones are refused.
            refused = [v for v in refused if v not in [kind.value for kind in before.kinds]]
        gone = _lower(refused)
        left = [v for v in exclude.get(field, []) if v.lower() not in _lower(named)]
        exclude[field] = merge(left, refused)
        if field == "category":
            words = {_refused_value(m, before): natural_word(m) for m in reading.refused(entity)}
            changes["said"] = {**before.said, **words}
            changes["kinds"] = [k for k in before.kinds if k.value.lower() not in gone]
        else:
            changes[field] = [v for v in getattr(before, field) if v.lower() not in gone]
    changes["exclude"] = {field: values for field, values in exclude.items() if values}
    return before.with_changes(**changes)


def _refused_value(mention: Mention, before: Wishes) -> str:
    """What is refused: of clocks perhaps only the alarm clocks, though the shop calls both so."""
    value = _text(mention)
    for kind in before.kinds:
        own = {stem(kind.value), stem(kind.word)}
        if kind.value.lower() == value.lower() and stem(mention.word) not in own:
            return mention.word
    return value


def _allow(values: list[str], field: str, before: Wishes) -> list[str]:
    """Of the values that are fine too, those that say what is wished for.

    That leather is fine after all lifts the refusal, and does not make it a demand.
    """
    refused = _lower(before.exclude.get(field, []))
    return [value for value in values if value.lower() not in refused]


def _cheaper(wishes: Wishes, shown: Sequence[Decimal], *, much: bool) -> Wishes:
    """Cheaper than most of what was shown, or than all of it where it cost the same."""
    prices = sorted(shown)
    middle = prices[len(prices) // 2]
    # "Way too expensive": a step down would be an answer to another question.
    ceiling = float(middle / 2 if much else middle)
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


def _is_carrier(value: str, reading: Reading) -> bool:
    """Whether this is a word for values of its kind, like "size"; letters may be sizes."""
    return len(value) > 2 and value.lower() in reading.phrases.carriers


def _text(mention: Mention) -> str:
    return str(mention.value)


def _lower(values: Sequence[str]) -> set[str]:
    return {value.lower() for value in values}
