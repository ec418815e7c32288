"""Product cards one at a time: a photo, its caption, and buttons that turn the page in place."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from gateway import wire
from gateway.channels.telegram.markup import MOST_CAPTION, caption, public_address, shorten
from gateway.channels.telegram.offers import Offers
from gateway.words import Words
from shop.money import format_money

# What a button for another page carries; everything else is a token.
_TURN = re.compile(r"page:(\d{1,18}):(\d{1,3})")
STAY = "stay"
_BUYABLE = frozenset({"in_stock", "preorder", "backorder"})
_MOST_TITLE, _SHORT_TITLE = 60, 16
_MOST_IN_A_PAYLOAD = 80


@dataclass(frozen=True, slots=True)
class Page:
    """One card of a message as Telegram shows it.

    Attributes:
        plain: the caption without tags.
    """

    image_url: str
    caption: str
    plain: str
    keyboard: InlineKeyboardMarkup


@dataclass(frozen=True, slots=True)
class Turning:
    """A tap that asks for another page of a message."""

    message_id: int
    index: int


def read_turning(data: str) -> Turning | None:
    """What a button asks for, None where it is no page."""
    found = _TURN.fullmatch(data)
    return Turning(int(found[1]), int(found[2])) if found else None


def reply_rows(replies: Sequence[wire.QuickReply]) -> list[list[InlineKeyboardButton]]:
    """Quick replies as buttons, short ones two in a row."""
    rows: list[list[InlineKeyboardButton]] = []
    room = False
    for reply in replies:
        button = InlineKeyboardButton(
            shorten(reply.title, _MOST_TITLE) or "…", callback_data=reply.payload
        )
        short = len(reply.title) <= _SHORT_TITLE
        if short and room:
            rows[-1].append(button)
            room = False
        else:
            rows.append([button])
            room = short
    return rows


class CardPages:
    """Draws the cards of messages.

    Args:
        base: where the shop's own addresses begin.
    """

    def __init__(self, *, words: Words, offers: Offers, base: str | None) -> None:
        self._words = words
        self._offers = offers
        self._base = base

    def draw(self, message: wire.Message, index: int, *, conversation_id: str, locale: str) -> Page:
        """One card of a message that has cards, with all its buttons. Blocks."""
        card = message.cards[index]
        rows = []
        if len(message.cards) > 1:
            rows.append(self._turns(message, index))
        rows.append(self._choices(card, conversation_id=conversation_id, locale=locale))
        address = public_address(card.url, base=self._base)
        if address is not None:
            view = self._words.say("telegram.card.view", locale=locale)
            rows.append([InlineKeyboardButton(view, url=address)])
        rows += reply_rows(message.quick_replies)
        return Page(
            card.image_url,
            caption=self._caption(card, locale=locale),
            plain=f"{shorten(card.title, MOST_CAPTION // 2)}\n{_money(card.price)}",
            keyboard=InlineKeyboardMarkup(rows),
        )

    def _turns(self, message: wire.Message, index: int) -> list[InlineKeyboardButton]:
        count = len(message.cards)
        back, on = (index - 1) % count, (index + 1) % count
        return [
            InlineKeyboardButton("◀", callback_data=f"page:{message.id}:{back}"),
            InlineKeyboardButton(f"{index + 1} / {count}", callback_data=STAY),
            InlineKeyboardButton("▶", callback_data=f"page:{message.id}:{on}"),
        ]

    def _choices(
        self, card: wire.ProductCard, *, conversation_id: str, locale: str
    ) -> list[InlineKeyboardButton]:
        about = json.dumps({"product_id": card.product_id})
        names = [("similar", "/find_similar")]
        if card.availability in _BUYABLE:
            names.insert(0, ("add", "/add_to_cart"))
        else:
            names.insert(0, ("alert", "/subscribe_alert"))
        title = shorten(card.title, _MOST_IN_A_PAYLOAD)
        # What staff and the shopper's history read names the product; the button need not.
        choices = [
            (
                self._words.say(f"telegram.card.{name}_said", locale=locale, title=title),
                f"{command}{about}",
            )
            for name, command in names
        ]
        tokens = self._offers.offer(conversation_id, choices)
        return [
            InlineKeyboardButton(
                self._words.say(f"telegram.card.{name}", locale=locale), callback_data=token
            )
            for (name, _), token in zip(names, tokens, strict=True)
        ]

    def _caption(self, card: wire.ProductCard, *, locale: str) -> str:
        stock = None
        if card.availability != "in_stock":
            stock = self._words.say(f"telegram.stock.{card.availability}", locale=locale)
        return caption(
            card,
            price=_money(card.price),
            was=_money(card.list_price) if card.list_price else None,
            stock=stock,
        )


def _money(amount: wire.Amount) -> str:
    return format_money(Decimal(amount.amount), amount.currency)
