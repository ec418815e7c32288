"""A conversation as text, for the shopper to keep."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.conversations import Message
from gateway.words import Words


def write_transcript(session: Session, conversation_id: str, *, words: Words, locale: str) -> str:
    """All that was said, in order, each with its moment (UTC), its speaker and its goods."""
    rows = session.scalars(
        select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id)
    )
    lines = [line for row in rows for line in _tell(row, words=words, locale=locale)]
    return "\n".join(lines) + "\n"


def _tell(message: Message, *, words: Words, locale: str) -> list[str]:
    """One message as lines of text."""
    who = message.author or words.say(f"transcript.{message.role}", locale=locale)
    moment = message.created_at.strftime("%Y-%m-%d %H:%M UTC")
    goods = [
        f"  - {card['title']} ({card['price']['amount']} {card['price']['currency']})"
        for card in message.cards or ()
    ]
    return [f"[{moment}] {who}: {message.text}".rstrip(), *goods]
