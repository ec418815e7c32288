"""The takeover card's summary: a few sentences made from facts, in the reader's language."""

from gateway.staff import wire
from gateway.words import Words
from shop.money import format_money
from shop.wishes import Wishes

MOST_QUOTED = 120


class Narrator:
    """Words what is known."""

    def __init__(self, words: Words, *, currency: str) -> None:
        self._words = words
        self._currency = currency

    def name_wishes(self, wishes: Wishes, *, locale: str | None) -> list[str]:
        """What the shopper looks for, wish by wish."""
        named = [
            *wishes.color,
            *wishes.brand,
            *wishes.material,
            *(kind.word for kind in wishes.kinds),
            *wishes.features,
            *wishes.size,
            *wishes.purpose,
            *wishes.words,
        ]
        prices = [
            self._say(f"card.{name}", locale, price=format_money(price, self._currency))
            for name, price in (("price_min", wishes.price_min), ("price_max", wishes.price_max))
            if price is not None
        ]
        for_whom = [*wishes.occasion, *wishes.recipient]
        refused = [value for values in wishes.exclude.values() for value in values]
        return [
            *dict.fromkeys(named),
            *prices,
            *(self._say("card.for", locale, value=value) for value in for_whom),
            *(self._say("card.not", locale, value=value) for value in refused),
        ]

    def tell(self, detail: wire.Detail, *, locale: str | None) -> str:
        """Who it is, what they want, why a person was called, and how they feel."""
        here = detail.conversation
        separator = self._say("list.separator", locale)
        sentences = [
            self._say(
                "card.customer" if here.customer else "card.guest",
                locale,
                name=here.customer.name if here.customer else "",
                orders=len(detail.orders),
            )
        ]
        if here.reason:
            sentences.append(self._say(f"card.reason.{here.reason}", locale))
        if detail.looking_for:
            sentences.append(
                self._say("card.looking_for", locale, wishes=separator.join(detail.looking_for))
            )
        if detail.cart:
            sentences.append(
                self._say(
                    "card.cart",
                    locale,
                    goods=separator.join(line.product.title for line in detail.cart.lines[:3]),
                    total=separator.join(
                        format_money(float(total.amount), total.currency)
                        for total in detail.cart.totals
                    ),
                )
            )
        if detail.page and detail.page.title:
            sentences.append(self._say("card.page", locale, title=detail.page.title))
        sentences.append(self._say(f"card.mood.{here.sentiment}", locale))
        said = next((m.text for m in reversed(detail.messages) if m.role == "shopper"), "")
        if said:
            quoted = said if len(said) <= MOST_QUOTED else f"{said[:MOST_QUOTED]}…"
            sentences.append(self._say("card.last_said", locale, text=quoted))
        return self._say("card.gap", locale).join(sentences)

    def _say(self, sentence: str, locale: str | None, **facts: object) -> str:
        chosen = self._words.choose_locale(locale)
        return self._words.say(sentence, locale=chosen, **facts)
