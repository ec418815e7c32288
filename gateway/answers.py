"""From what Rasa says to what a channel shows: cards filled from the database, reasons in words."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from db.tables.conversations import Message
from gateway import wire
from gateway.bot_client import Reply
from gateway.drafts import Draft
from gateway.pictures import PLACEHOLDER, safe_address
from gateway.text import clean
from gateway.understanding import again_payload
from gateway.words import Words
from shop import cards
from shop.alerts import News
from shop.money import format_money

logger = logging.getLogger(__name__)

# What the gateway itself offers to tap, and what each stands for.
MENU: Mapping[str, str] = {
    "recommend": "/ask_recommendation",
    "order": "/track_order",
    "help": "/help",
    "person": "/human_handoff",
}

# After so many apologies in a row a person is called.
LET_DOWN = 2


class _Reason(BaseModel):
    code: str
    params: dict[str, Any] = Field(default_factory=dict)


class _Shown(BaseModel):
    product_id: str
    reason: _Reason


class _Row(BaseModel):
    label: str
    values: list[str | None]
    best: int | None = None


class _Comparison(BaseModel):
    product_ids: list[str]
    rows: list[_Row]


class _Custom(BaseModel):
    cards: list[_Shown] = Field(default_factory=list)
    ranking_id: str | None = None
    degraded: bool = False
    handoff: str | None = Field(default=None, description="Why a person is to take over.")
    comparison: _Comparison | None = None
    tell_reasons: bool = Field(default=False, description="The words are to end with the reasons.")


class Composer:
    """Composes answers. Its methods read the database and block."""

    def __init__(
        self, sessions: sessionmaker[Session], *, words: Words, shop_name: Callable[[], str]
    ) -> None:
        self._sessions = sessions
        self._words = words
        self._shop_name = shop_name

    def compose(self, replies: Sequence[Reply], *, locale: str) -> list[Draft]:
        """The answers that Rasa's messages make; empty where nothing of them can be shown.

        Cards or buttons without words of their own go under the words before them. A product that
        is no longer sold is left out.
        """
        customs = [_read_custom(reply) for reply in replies]
        ids = [shown.product_id for custom in customs for shown in custom.cards]
        goods: dict[str, cards.Card] = {}
        if ids:
            with self._sessions() as session:
                goods = cards.hydrate(session, ids)
        drafts: list[Draft] = []
        for reply, custom in zip(replies, customs, strict=True):
            draft = Draft(
                text=clean(reply.text or ""),
                cards=[
                    self._card(goods[shown.product_id], shown.reason, custom, locale=locale)
                    for shown in custom.cards
                    if shown.product_id in goods
                ],
                quick_replies=[
                    (clean(button.title), button.payload) for button in reply.buttons or ()
                ],
                degraded=custom.degraded,
            )
            draft = replace(draft, comparison=_compared(custom.comparison, draft.cards))
            if not draft.text.strip() and drafts:
                drafts[-1] = _joined(drafts[-1], draft)
            elif draft.text.strip() or draft.cards or draft.quick_replies:
                drafts.append(draft)
            if custom.tell_reasons and drafts:
                drafts[-1] = replace(drafts[-1], text=_with_reasons(drafts[-1]))
        reason = next((custom.handoff for custom in customs if custom.handoff), None)
        if drafts and reason:
            drafts[-1] = replace(drafts[-1], handoff=reason)
        return drafts

    def greeting(self, *, name: str | None, locale: str) -> Draft:
        """The first message: who answers here, and that it is a bot."""
        which = "greeting.customer" if name else "greeting.guest"
        return Draft(
            text=self._words.say(which, locale=locale, name=name, shop=self._shop_name()),
            quick_replies=self._menu("recommend", "order", "help", "person", locale=locale),
        )

    def news(self, session: Session, news: News, *, locale: str) -> Draft:
        """What a shopper asked to be told about a product."""
        product = news.product
        (card,) = cards.hydrate(session, [product.id]).values()
        shown = self._card(card, _Reason(code="other"), _Custom(), locale=locale)
        return Draft(
            text=self._words.say(
                f"news.{news.kind}",
                locale=locale,
                title=clean(product.title),
                price=format_money(product.price, product.currency),
                was=format_money(news.was, product.currency),
            ),
            cards=[shown],
            quick_replies=[
                (
                    self._words.say("menu.add_to_cart", locale=locale),
                    f"/add_to_cart{json.dumps({'product_id': product.id})}",
                )
            ],
        )

    def chosen(
        self, session: Session, product_ids: Sequence[str], *, locale: str
    ) -> list[wire.ProductCard]:
        """The cards of goods that a person chose; what is not sold is absent."""
        about = _Custom()
        return [
            self._card(card, _Reason(code="picked"), about, locale=locale)
            for card in cards.hydrate(session, product_ids).values()
        ]

    def ranked(
        self,
        session: Session,
        ranking: Sequence[tuple[str, str, Mapping[str, Any]]],
        *,
        ranking_id: str | None,
        locale: str,
    ) -> list[wire.ProductCard]:
        """Cards in this order, each with why it is there: product, code and facts of the reason."""
        goods = cards.hydrate(session, [product_id for product_id, _, _ in ranking])
        about = _Custom(ranking_id=ranking_id)
        return [
            self._card(
                goods[product_id], _Reason(code=code, params=dict(facts)), about, locale=locale
            )
            for product_id, code, facts in ranking
            if product_id in goods
        ]

    def not_understood(self, *, locale: str, message_id: int) -> Draft:
        """What is said while the NLU is down: buttons need none.

        Args:
            message_id: what was not understood, to be tried once more.
        """
        again = self._again(message_id, locale=locale)
        return Draft(
            text=self._words.say("apology.nlu", locale=locale),
            quick_replies=[again, *self._menu("recommend", "order", "person", locale=locale)],
            degraded=True,
        )

    def no_answer(self, *, locale: str, message_id: int) -> Draft:
        """What is said while the bot is down.

        Args:
            message_id: what has no answer, to be tried once more.
        """
        again = self._again(message_id, locale=locale)
        return Draft(
            text=self._words.say("apology.bot", locale=locale),
            quick_replies=[again, *self._menu("person", locale=locale)],
            degraded=True,
        )

    def was_let_down(self, conversation_id: str) -> bool:
        """Whether the last answers in a row were all given while a part was down."""
        latest = (
            select(Message.degraded)
            .where(
                Message.conversation_id == conversation_id,
                Message.role == "bot",
                Message.reply_to.is_not(None),
            )
            .order_by(Message.id.desc())
            .limit(LET_DOWN)
        )
        with self._sessions() as session:
            answers = session.scalars(latest).all()
        return len(answers) == LET_DOWN and all(answers)

    def handed_over(self, *, locale: str, degraded: bool) -> Draft:
        """What is said where a person was called and the bot's own answer does not say so.

        Args:
            degraded: the bot should have said it, and is down.
        """
        return Draft(text=self._words.say("handoff.queued", locale=locale), degraded=degraded)

    def _again(self, message_id: int, *, locale: str) -> tuple[str, str]:
        return self._words.say("menu.again", locale=locale), again_payload(message_id)

    def _menu(self, *names: str, locale: str) -> list[tuple[str, str]]:
        return [(self._words.say(f"menu.{name}", locale=locale), MENU[name]) for name in names]

    def _card(
        self, card: cards.Card, reason: _Reason, custom: _Custom, *, locale: str
    ) -> wire.ProductCard:
        sentence = self._words.reason(
            reason.code, reason.params, locale=locale, currency=card.price.currency
        )
        return wire.ProductCard.model_validate(
            {
                **card.model_dump(),
                "reason": sentence,
                "ranking_id": custom.ranking_id,
                "image_url": safe_address(card.image_url) or PLACEHOLDER,
                "url": safe_address(card.url) or f"/products/{quote(card.product_id, safe='')}",
            }
        )


def _with_reasons(draft: Draft) -> str:
    """An answer's words, then why its goods were recommended; a line for each of several."""
    if len(draft.cards) == 1:
        lines = [draft.cards[0].reason]
    else:
        lines = [f"• **{card.title}**: {card.reason}" for card in draft.cards]
    return "\n".join([draft.text, *lines])


def _read_custom(reply: Reply) -> _Custom:
    if not reply.custom:
        return _Custom()
    try:
        return _Custom.model_validate(reply.custom)
    except ValidationError as error:
        # The words of the answer are still worth showing.
        logger.error("cards of an unknown form", extra={"problems": error.error_count()})
        return _Custom()


def _compared(
    comparison: _Comparison | None, shown: Sequence[wire.ProductCard]
) -> wire.Comparison | None:
    """The table under the cards it is about; none where a product is gone or a row is uneven."""
    cards_by_id = {card.product_id: card for card in shown}
    if comparison is None or not set(comparison.product_ids) <= cards_by_id.keys():
        return None
    width = len(comparison.product_ids)
    rows = [row for row in comparison.rows if len(row.values) == width]
    if width < 2 or not rows:
        return None
    return wire.Comparison(
        columns=[
            wire.ComparedProduct.model_validate(cards_by_id[product_id].model_dump())
            for product_id in comparison.product_ids
        ],
        rows=[
            wire.ComparedRow(
                label=clean(row.label),
                values=[None if value is None else clean(value) for value in row.values],
                best=row.best if row.best is not None and 0 <= row.best < width else None,
            )
            for row in rows
        ],
    )


def _joined(before: Draft, extra: Draft) -> Draft:
    return Draft(
        text=before.text,
        cards=[*before.cards, *extra.cards],
        quick_replies=[*before.quick_replies, *extra.quick_replies],
        degraded=before.degraded or extra.degraded,
        comparison=before.comparison or extra.comparison,
    )
