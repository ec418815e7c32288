"""Wishes and products as phrases: codes and facts that the domain has words for."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from db.tables.catalog import Product
from recommender.wire import Relaxed
from shop.facts import rating_facts, stock_state
from shop.money import format_money
from shop.phrases import Phrases
from shop.wishes import Wishes


def describe_wishes(wishes: Wishes, *, currency: str, phrases: Phrases) -> dict[str, Any] | None:
    """The wishes as one phrase ("red sneakers under $60"); None when there are none."""
    if wishes.is_empty():
        return None
    kind = _kind(wishes)
    one_word = [feature for feature in wishes.features if " " not in feature]
    several = [phrases.bare(feature) for feature in wishes.features if " " in feature]
    return {
        "say": "utter_wishes",
        "kind": kind,
        "unnamed": kind.get("say") == "utter_wish_anything",
        "color": _any(wishes.color),
        "material": _any(wishes.material),
        "adjectives": " ".join(one_word),
        "details": _phrase("utter_wish_details", _all(several)),
        "brand": _phrase("utter_wish_brand", _any(wishes.brand)),
        "size": _phrase("utter_wish_size", _any(wishes.size)),
        "hints": _phrase("utter_wish_hints", " ".join(wishes.hints)),
        "purpose": _phrase("utter_wish_purpose", _all(wishes.purpose)),
        "recipient": _recipient(wishes, phrases),
        "occasion": _occasion(wishes, phrases),
        "price": _price(wishes, currency),
        "rating": _phrase("utter_wish_rating", wishes.rating_min and f"{wishes.rating_min:g}"),
        "sale": {"say": "utter_wish_sale"} if wishes.on_sale else None,
        "order": {"say": f"utter_wish_order_{wishes.order}"} if wishes.order else None,
        "excluded": _phrase("utter_wish_excluded", _any(_excluded(wishes))),
    }


def describe_relaxed(relaxed: Relaxed, wishes: Wishes, *, currency: str) -> dict[str, Any]:
    """What had to give, as a phrase in the words of the wishes."""
    asked, given = relaxed.asked, relaxed.given
    phrase = f"utter_relaxed_{relaxed.constraint}"
    if relaxed.constraint == "material" and wishes.material:
        # "Wooden", and not all the woods that were looked for.
        asked = wishes.material
    if relaxed.constraint == "price_max" and wishes.price_below:
        # The price itself, and not a cent less.
        asked = wishes.price_max
        if given is not None and Decimal(str(given)) == Decimal(str(asked)):
            # "Cheaper", said of the cheapest.
            phrase = "utter_relaxed_price_lowest"
    if relaxed.constraint == "rating_min":
        asked = f"{asked:g}"
    if relaxed.constraint in ("price_min", "price_max"):
        asked = format_money(Decimal(str(asked)), currency)
        given = None if given is None else format_money(Decimal(str(given)), currency)
    return {
        "say": phrase,
        "asked": _any(asked) if isinstance(asked, list) else asked,
        "given": _any(given) if isinstance(given, list) else given,
    }


def describe_rating(product: Product) -> dict[str, Any] | None:
    """Stars and how many gave them; None without reviews."""
    facts = rating_facts(product)
    return {"say": "utter_fact_rating", **facts} if facts else None


def describe_stock(product: Product) -> dict[str, Any]:
    """Whether it can be had."""
    return {"say": "utter_fact_availability", "state": stock_state(product), "count": product.stock}


def _kind(wishes: Wishes) -> dict[str, Any]:
    if wishes.kinds and not wishes.like:
        return {"all": [kind.word for kind in wishes.kinds]}
    if wishes.words:
        return {"say": "utter_wish_words", "words": " ".join(wishes.words)}
    if wishes.like_title:
        return {"say": "utter_wish_like", "title": wishes.like_title}
    return {"say": "utter_wish_anything"}


def _recipient(wishes: Wishes, phrases: Phrases) -> dict[str, Any] | None:
    parts = []
    for person in wishes.recipient:
        relative, group = phrases.relative(person), phrases.group(person)
        one = "own" if relative else "one" if phrases.audience(person) and not group else None
        say = f"utter_wish_recipient_{one}" if one else "utter_wish_recipient"
        parts.append({"say": say, "recipient": relative or group or person})
    return {"all": parts} if parts else None


def _occasion(wishes: Wishes, phrases: Phrases) -> dict[str, Any] | None:
    if not wishes.occasion:
        return None
    last_word = wishes.occasion[-1].lower().split()[-1]
    the = "_the" if last_word in phrases.feasts else ""
    return {"say": f"utter_wish_occasion{the}", "value": _all(wishes.occasion)}


def _price(wishes: Wishes, currency: str) -> dict[str, Any] | None:
    low = None if wishes.price_min is None else format_money(wishes.price_min, currency)
    high = None if wishes.price_max is None else format_money(wishes.price_max, currency)
    if low and high:
        return {"say": "utter_wish_price_between", "low": low, "high": high}
    if high:
        bound = "below" if wishes.price_below else "max"
        return {"say": f"utter_wish_price_{bound}", "price": high}
    if low:
        return {"say": "utter_wish_price_min", "price": low}
    return {"say": "utter_wish_cheap"} if wishes.cheap else None


def _excluded(wishes: Wishes) -> list[str]:
    refused = [value for values in wishes.exclude.values() for value in values]
    return [wishes.said.get(value, value) for value in refused]


def _phrase(say: str, value: Any) -> dict[str, Any] | None:
    return {"say": say, "value": value} if value else None


def _any(values: Sequence[Any]) -> dict[str, Any] | None:
    return {"any": [str(value) for value in values]} if values else None


def _all(values: Sequence[str]) -> dict[str, Any] | None:
    return {"all": list(values)} if values else None
