"""What a message wants done to a cart: with which lines, and how many there are to be."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from db.tables.catalog import Product
from shop.cart import Contents, Line
from shop.kinds import natural_word
from shop.reading import Mention, Reading
from shop.reference import find_meant

T = TypeVar("T")
_ATTRIBUTES = ("color", "material", "brand", "size")


@dataclass(frozen=True, slots=True)
class Pointed:
    """The lines that a message points at.

    Attributes:
        sure: all of these are meant; otherwise one of them, nobody knows which.
        missing: the name of something that is not in the cart.
    """

    lines: tuple[Line, ...] = ()
    sure: bool = True
    missing: str | None = None


def cart_signals(reading: Reading) -> frozenset[str]:
    """What the message says about the cart; a button's words are our own and say nothing."""
    return (
        frozenset() if reading.named("product_id") else reading.phrases.cart_signals(reading.text)
    )


def fits_kind(reading: Reading, product: Product) -> bool:
    """Whether a product is of a kind that the message names; also where it names none."""
    kinds = reading.named("category")
    return not kinds or any(
        _is_kind(product, name) for kind in kinds for name in (kind.word, str(kind.value))
    )


def names_goods(reading: Reading) -> bool:
    """Whether the message says which goods, by their place or by what they are."""
    return bool(reading.ordinals()) or _named(reading)


def point_at_lines(
    reading: Reading,
    cart: Contents,
    *,
    shown: Sequence[Product] = (),
    focus: Product | None = None,
) -> Pointed:
    """Which lines of a cart that is not empty are meant.

    Args:
        shown: the list that the shopper has before them, in order.
        focus: the product spoken of last.
    """
    if ids := [str(mention.value) for mention in reading.named("product_id")]:
        return Pointed(tuple(line for line in cart.lines if line.product.id in ids))
    signals = cart_signals(reading)
    if reading.ordinals():
        return _by_place(reading, cart, shown=() if "in_cart" in signals else shown)
    if _named(reading):
        return _by_name(reading, cart)
    if "each" in signals or ("both" in signals and len(cart.lines) == 2):
        return Pointed(cart.lines)
    lines = _narrowed(reading, cart.lines)
    if len(lines) > 1 and focus is not None and (line := cart.line(focus.id)):
        return Pointed((line,))
    return Pointed(tuple(lines), sure=len(lines) == 1)


def wanted_quantity(reading: Reading, line: Line) -> int:
    """How many of a line there are to be, 0 for none."""
    signals = cart_signals(reading)
    number = reading.number("quantity")
    if number is None:
        return max(line.quantity - 1, 0) if "fewer" in signals else 0
    if "exactly" in signals or not signals & {"fewer", "more", "take_out"}:
        return int(number)
    by = int(number) if not signals & {"fewer", "take_out"} else -int(number)
    return max(line.quantity + by, 0)


def states_the_number(reading: Reading) -> bool:
    """Whether the number in a message is how many there are to be, not how many more."""
    signals = cart_signals(reading)
    if "exactly" in signals:
        return True
    return "instead_of_that" in signals and "more" not in signals and bool(_numbers(reading))


def pieces(reading: Reading, *, otherwise: int = 1) -> int:
    """How many of a product a message wants; `otherwise` where it does not say."""
    numbers = _numbers(reading)
    return max(numbers[-1][1], 1) if numbers else otherwise


def pieces_of(reading: Reading, products: Sequence[Product]) -> Mapping[str, int]:
    """How many of each product a message wants, by id: "one of the third and two of the fourth".

    Args:
        products: what it points at, in the order it names them.
    """
    numbers = _numbers(reading)
    places = [mention.start for mention in reading.named("ordinal")]
    wanted = dict.fromkeys((product.id for product in products), pieces(reading))
    if len(numbers) > 1 and len(places) == len(products):
        end = 0
        for product, place in zip(products, places, strict=True):
            before = [number for start, number in numbers if end <= start < place]
            wanted[product.id] = before[-1] if before else 1
            end = place
    return wanted


def _numbers(reading: Reading) -> list[tuple[int, int]]:
    """The quantities of a message and where they stand. "Both" says which, and not how many."""
    places = [mention.start for mention in reading.named("ordinal")]
    # "100 of the first one" reads like a price.
    prices = [
        m
        for field in ("price_min", "price_max")
        for m in reading.named(field)
        if places and m.start < places[0] and m.word.isdigit()
    ]
    return [
        (mention.start, int(float(mention.value)))
        for mention in reading.named("quantity") or prices
        if "both" not in reading.phrases.cart_signals(mention.word)
    ]


def _by_place(reading: Reading, cart: Contents, *, shown: Sequence[Product]) -> Pointed:
    """Places in the list before the shopper, where that is in the cart, else in the cart."""
    on_list = _at(shown, reading.ordinals())
    held = [line for product in on_list if (line := cart.line(product.id))]
    if held and len(held) == len(on_list):
        return Pointed(tuple(held))
    if lines := _at(cart.lines, reading.ordinals()):
        return Pointed(tuple(lines))
    return Pointed(cart.lines, sure=False)


def _narrowed(reading: Reading, lines: Sequence[Line]) -> Sequence[Line]:
    """The one of these whose title, rank or colour alone fits, if there is one."""
    meant = find_meant(reading, [line.product for line in lines])
    return [line for line in lines if line.product is meant[0]] if len(meant) == 1 else lines


def _by_name(reading: Reading, cart: Contents) -> Pointed:
    """The lines that the names fit; each kind of goods stands for lines of its own."""
    kinds = [*reading.named("category"), *reading.refused("category")]
    kinds.sort(key=lambda kind: kind.start)
    if not kinds:
        lines = _narrowed(reading, [line for line in cart.lines if _has(line, _likes(reading))])
        missing = None if lines else _name(_likes(reading))
        return Pointed(tuple(lines), sure=len(lines) == 1, missing=missing)
    found: list[Line] = []
    sure = True
    for position, kind in enumerate(kinds):
        # In "the red mug and the lamp" only the mug is red.
        likes = _likes(reading)
        if len(kinds) > 1:
            start = kinds[position - 1].end if position else 0
            likes = {m: f for m, f in likes.items() if start <= m.start < kind.end}
        lines = [line for line in cart.lines if _has(line, likes)]
        fitting = [line for line in lines if _is_kind(line.product, kind.word)]
        # "The lamp" may be read as furniture: then the shelf is not meant.
        fitting = fitting or [line for line in lines if _is_kind(line.product, str(kind.value))]
        if not fitting:
            return Pointed(missing=_name([*likes, kind]))
        fitting = list(_narrowed(reading, fitting))
        sure = sure and len(fitting) == 1
        found += [line for line in fitting if line not in found]
    return Pointed(tuple(found), sure=sure)


def _named(reading: Reading) -> bool:
    """Whether the message says which goods, or what they are like."""
    fields = ("category", *_ATTRIBUTES)
    return any(reading.named(field) or reading.refused(field) for field in fields)


def _likes(reading: Reading) -> dict[Mention, str]:
    """What the goods are said to be like: each mention with its field."""
    return {mention: field for field in _ATTRIBUTES for mention in reading.named(field)}


def _name(mentions: Iterable[Mention]) -> str:
    """What the message calls the goods, in its own words."""
    return " ".join(natural_word(m) for m in sorted(mentions, key=lambda mention: mention.start))


def _is_kind(product: Product, name: str) -> bool:
    kinds = {product.category.lower(), (product.product_type or "").lower()}
    return name.lower() in kinds or _mentions(product.title, name)


def _has(line: Line, likes: Mapping[Mention, str]) -> bool:
    product = line.product
    return all(
        any(
            _mentions(f"{getattr(product, field) or ''} {product.title}", name)
            for name in (str(mention.value), mention.word)
        )
        for mention, field in likes.items()
    )


def _mentions(text: str, name: str) -> bool:
    singular = name.removesuffix("s") or name
    return re.search(rf"(?<!\w){re.escape(singular)}s?(?!\w)", text, re.IGNORECASE) is not None


def _at(items: Sequence[T], places: Sequence[int]) -> list[T]:
    indexes = (place - 1 if place > 0 else len(items) + place for place in places)
    return [items[index] for index in dict.fromkeys(indexes) if 0 <= index < len(items)]
