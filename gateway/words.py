"""The words that the gateway itself says, in the shopper's language; they live in locales/."""

import json
import logging
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from shop.money import format_money

logger = logging.getLogger(__name__)

LOCALES = Path(__file__).parent / "locales"

# The parameters of reasons that are amounts.
MONEY = frozenset({"was", "now", "price_min", "price_max"})


class Words:
    """Every sentence by its dotted name (`apology.bot`), in each language there is a file for."""

    def __init__(self, *, default_locale: str, folder: Path = LOCALES) -> None:
        self._sentences = {
            path.stem: _flatten(json.loads(path.read_text(encoding="utf-8")))
            for path in sorted(folder.glob("*.json"))
        }
        self.default_locale = self._language(default_locale) or "en"

    @property
    def locales(self) -> list[str]:
        """The languages spoken."""
        return list(self._sentences)

    def names(self, locale: str) -> set[str]:
        """The sentences that this language has."""
        return set(self._sentences[locale])

    def choose_locale(self, wanted: str | None) -> str:
        """The spoken language nearest to a browser's tag: zh-CN -> zh; the shop's own if none."""
        return self._language(wanted or "") or self.default_locale

    def say(self, sentence: str, /, *, locale: str, **params: object) -> str:
        """The sentence of this name.

        Raises:
            KeyError: there is none, or it names a parameter that was not given.
        """
        return self._sentences[self.choose_locale(locale)][sentence].format(**params)

    def reason(self, code: str, params: Mapping[str, Any], *, locale: str, currency: str) -> str:
        """Why a product is shown, as a sentence; a plain one where the facts do not suffice."""
        facts = {
            name: self._fact(name, value, locale=locale, currency=currency)
            for name, value in params.items()
        }
        if code == "matches_query" and not facts.get("words"):
            # None of the words is in the product's text: its meaning is near.
            code = "matches_meaning"
        try:
            return self.say(f"reason.{code}", locale=locale, **facts)
        except (KeyError, IndexError, ValueError):
            logger.warning("reason without words", extra={"code": code, "params": sorted(params)})
            return self.say("reason.other", locale=locale)

    def _fact(self, name: str, value: Any, *, locale: str, currency: str) -> str:
        if isinstance(value, Mapping) and "amount" in value:
            value = value["amount"]
        if name in MONEY:
            return _price(value, currency=currency)
        if name == "month" and str(value) in {str(number) for number in range(1, 13)}:
            return self.say(f"month.{int(value)}", locale=locale)
        if name == "rating" and isinstance(value, int | float):
            return f"{value:.1f}"
        if isinstance(value, list):
            return self.say("list.separator", locale=locale).join(str(item) for item in value)
        return str(value)

    def _language(self, tag: str) -> str | None:
        language = tag.replace("_", "-").split("-")[0].lower()
        return language if language in self._sentences else None


def _price(amount: object, *, currency: str) -> str:
    try:
        return format_money(Decimal(str(amount)), currency)
    except InvalidOperation:
        # Written out by the recommender already.
        return str(amount)


def _flatten(tree: Mapping[str, Any], *, prefix: str = "") -> dict[str, str]:
    sentences: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            sentences |= _flatten(value, prefix=f"{prefix}{name}.")
        else:
            sentences[f"{prefix}{name}"] = str(value)
    return sentences
