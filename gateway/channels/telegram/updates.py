"""What an update from Telegram means to a shop; most kinds of them mean nothing."""

import re
from dataclasses import dataclass
from typing import Any

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from gateway.text import clean

# Edits are not asked for: what was said and answered stays said.
KINDS = ("message", "callback_query", "my_chat_member")
COMMANDS = ("start", "help", "settings", "transcript", "stop")
_COMMAND = re.compile(r"/([a-z]+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)
_GONE = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, in a private chat."""

    chat_id: int
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Words; None where the message has none that can be read."""

    writer: Writer
    text: str | None


@dataclass(frozen=True, slots=True)
class Commanded:
    """One of our commands, and what follows it."""

    writer: Writer
    name: str
    argument: str


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button.

    Attributes:
        message_id: Telegram's own number of the message that it is under.
    """

    writer: Writer
    query_id: str
    data: str
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Met:
    """The shopper has blocked the bot, or let it in again."""

    writer: Writer
    blocked: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Somebody wants the bot in a group, where others would read what is private."""

    writer: Writer
    added: bool


News = Said | Commanded | Tapped | Met | Elsewhere


def read_update(raw: dict[str, Any]) -> tuple[int, News | None]:
    """An update's number, and what it means; None: nothing to us.

    Raises:
        ValueError: it is no update.
    """
    try:
        update = Update.de_json(raw, None)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no update of Telegram's") from error
    if not isinstance(update.update_id, int):
        raise ValueError("no update of Telegram's")
    if update.message is not None:
        return update.update_id, _read_message(update.message)
    if update.callback_query is not None:
        return update.update_id, _read_tap(update.callback_query)
    if update.my_chat_member is not None:
        return update.update_id, _read_membership(update.my_chat_member)
    return update.update_id, None


def _read_message(message: Message) -> News | None:
    sender = message.from_user
    if sender is None or sender.is_bot:
        return None
    writer = Writer(message.chat.id, sender.language_code)
    said = clean(message.text or message.caption or "")
    command = _COMMAND.fullmatch(said.strip())
    if message.chat.type != ChatType.PRIVATE:
        # In groups bots hear commands alone, and what Telegram says about the group.
        return Elsewhere(writer, added=False) if command else None
    if command and command[1].lower() in COMMANDS:
        return Commanded(writer, command[1].lower(), (command[2] or "").strip())
    return Said(writer, said if said.strip() else None)


def _read_tap(query: CallbackQuery) -> Tapped | None:
    # In a private chat the chat has the person's own number.
    private = query.message is None or query.message.chat.type == ChatType.PRIVATE
    if not private:
        return None
    return Tapped(
        Writer(query.from_user.id, query.from_user.language_code),
        query.id,
        query.data or "",
        query.message.message_id if query.message else None,
    )


def _read_membership(change: ChatMemberUpdated) -> News | None:
    writer = Writer(change.chat.id, change.from_user.language_code)
    gone = change.new_chat_member.status in _GONE
    if change.chat.type == ChatType.PRIVATE:
        return Met(writer, blocked=gone)
    return None if gone else Elsewhere(writer, added=True)
