"""What the shop writes unasked, in words, each with a button that ends it."""

import json
from dataclasses import replace

from sqlalchemy.orm import Session

from gateway.answers import MENU, Composer
from gateway.drafts import Draft
from gateway.text import clean
from gateway.words import Words
from shop.alerts import News
from shop.cards import find_products
from shop.outreach import LeftCart, Notice, OrderNews
from shop.outreach_wishes import STOPS, Topic

_MOST_TITLES = 3


class NoticeWriter:
    """Words notices. It reads the database and blocks."""

    def __init__(self, *, composer: Composer, words: Words) -> None:
        self._composer = composer
        self._words = words

    def write(self, session: Session, notice: Notice, *, locale: str) -> Draft:
        """What is told, and how to hear no more of its kind."""
        match notice:
            case News():
                draft = self._composer.news(session, notice, locale=locale)
                return self._with_stop(draft, "alerts", locale=locale)
            case OrderNews():
                draft = self._order(notice, locale=locale)
                return self._with_stop(draft, "orders", locale=locale)
            case LeftCart():
                draft = self._cart(session, notice, locale=locale)
                return self._with_stop(draft, "carts", locale=locale)

    def _order(self, news: OrderNews, *, locale: str) -> Draft:
        about = json.dumps({"order_id": news.order_id})
        return Draft(
            text=self._words.say(
                f"outreach.order.{news.status}", locale=locale, order=clean(news.order_id)
            ),
            quick_replies=[
                (self._words.say("menu.order", locale=locale), f"{MENU['order']}{about}")
            ],
        )

    def _cart(self, session: Session, cart: LeftCart, *, locale: str) -> Draft:
        goods = find_products(session, cart.product_ids)
        named = self._words.say("list.separator", locale=locale).join(
            f"**{clean(product.title)}**" for product in goods[:_MOST_TITLES]
        )
        return Draft(
            text=self._words.say("outreach.cart", locale=locale, titles=named),
            quick_replies=[(self._words.say("outreach.view_cart", locale=locale), "/view_cart")],
        )

    def _with_stop(self, draft: Draft, topic: Topic, *, locale: str) -> Draft:
        stop = f"/subscribe_alert{json.dumps({'any': STOPS[topic]})}"
        title = self._words.say(f"outreach.stop.{topic}", locale=locale)
        return replace(draft, quick_replies=[*draft.quick_replies, (title, stop)])
