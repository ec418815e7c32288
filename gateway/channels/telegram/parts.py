"""A message of a conversation as the parts that go out to a chat, one call each."""

from dataclasses import dataclass, replace
from html import escape

from telegram import InlineKeyboardMarkup

from gateway import wire
from gateway.channels.telegram.cards import CardPages, Page, reply_rows
from gateway.channels.telegram.grading import Grading
from gateway.channels.telegram.markup import MOST_TEXT, as_html, shorten, split, table
from gateway.words import Words

# Room for the name of who speaks.
_ROOM = 100


@dataclass(frozen=True, slots=True)
class TextPart:
    """Words.

    Attributes:
        plain: the same without tags, for when Telegram cannot read them.
    """

    html: str
    plain: str
    keyboard: InlineKeyboardMarkup | None = None


Part = TextPart | Page


class Parts:
    """Takes messages apart: text of any length, cards, a comparison, what may be tapped."""

    def __init__(
        self, *, words: Words, pages: CardPages, grading: Grading, base: str | None
    ) -> None:
        self._words = words
        self._pages = pages
        self._grading = grading
        self._base = base

    def of(self, message: wire.Message, *, conversation_id: str, locale: str) -> list[Part]:
        """The parts in order, at least one where there is anything to show. Blocks."""
        texts = split(message.text, MOST_TEXT - _ROOM)
        if message.comparison:
            texts += split(table(message.comparison), MOST_TEXT - _ROOM)
        if not texts and message.quick_replies and not message.cards:
            texts = ["…"]
        said = [self._text(message, text, locale=locale) for text in texts]
        if message.cards:
            page = self._pages.draw(message, 0, conversation_id=conversation_id, locale=locale)
            return [*said, page]
        if message.quick_replies:
            keyboard = InlineKeyboardMarkup(reply_rows(message.quick_replies))
            said[-1] = replace(said[-1], keyboard=keyboard)
        question = self._grading.question(message, conversation_id=conversation_id, locale=locale)
        if question is not None:
            asked, stars = question
            said.append(TextPart(escape(asked, quote=False), asked, stars))
        return [*said]

    def _text(self, message: wire.Message, text: str, *, locale: str) -> TextPart:
        html = as_html(text, base=self._base)
        match message.role:
            case "agent":
                somebody = self._words.say("telegram.person", locale=locale)
                name = shorten(message.author or somebody, _ROOM // 2)
                return TextPart(f"👤 <b>{escape(name, quote=False)}</b>\n{html}", f"{name}: {text}")
            case "system":
                return TextPart(f"<i>{html}</i>", text)
            case _:
                return TextPart(html, text)
