"""Links that join a chat with the shop's customer: signed, good once, and not for long.

Everything here blocks.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.customers import Customer, Identity
from db.tables.telegram import TelegramLink
from gateway.channels.telegram.chats import CHANNEL, TelegramChats
from gateway.speaker import Speaker
from gateway.store import ConversationStore
from shop.joined import hand_conversation_on
from shop.outreach_wishes import hand_on, name_subject

GOOD_FOR = timedelta(minutes=15)
_ID_BYTES, _TAG_BYTES = 12, 16
_WHEN = struct.Struct(">Q")
# No customer's id holds a NUL: a signature of an id is none of a link.
_PURPOSE = b"telegram-link\0"


@dataclass(frozen=True, slots=True)
class Joined:
    """Who speaks in the chat from now on."""

    speaker: Speaker
    name: str | None


class Joining:
    """Makes links and redeems them.

    Args:
        key: signs them; IDENTITY_KEY.
    """

    def __init__(self, *, store: ConversationStore, chats: TelegramChats, key: str) -> None:
        self._store = store
        self._chats = chats
        self._key = key.encode()

    def make_token(self, customer_id: str, conversation_id: str) -> tuple[str, datetime]:
        """A token for a link, and until when it is good."""
        until = (now() + GOOD_FOR).replace(microsecond=0)
        key = secrets.token_bytes(_ID_BYTES)
        with self._store.writing() as session:
            session.add(
                TelegramLink(
                    id=key.hex(),
                    customer_id=customer_id,
                    conversation_id=conversation_id,
                    expires_at=until,
                )
            )
        body = key + _WHEN.pack(int(until.timestamp()))
        token = base64.urlsafe_b64encode(body + self._tag(body)).decode().rstrip("=")
        return token, until

    def look_up(self, token: str) -> Customer | None:
        """Whose link it is, None where it can join nobody."""
        link_id = self._read(token)
        if link_id is None:
            return None
        with self._store.sessions() as session:
            link = session.get(TelegramLink, link_id)
            if link is None or link.used_at is not None:
                return None
            return session.get(Customer, link.customer_id)

    def join(self, chat_id: int, guest: Speaker, token: str) -> Joined | None:
        """Let the chat go on with the customer's conversation.

        Returns:
            Who speaks now; None where the token is not ours, too old, or used before.
        """
        link_id = self._read(token)
        if link_id is None:
            return None
        with self._store.writing() as session:
            link = _redeem(session, link_id)
            if link is None:
                return None
            conversation_id, customer_id = link.conversation_id, link.customer_id
            session.merge(
                Identity(channel=CHANNEL, external_id=str(chat_id), customer_id=customer_id)
            )
            if guest.conversation_id != conversation_id:
                # Another customer's conversation stays theirs.
                if guest.customer_id in (None, customer_id):
                    hand_conversation_on(
                        session,
                        guest.conversation_id,
                        to=conversation_id,
                        customer_id=customer_id,
                    )
                    hand_on(
                        session,
                        guest=name_subject(conversation_id=guest.conversation_id, customer_id=None),
                        customer=name_subject(
                            conversation_id=conversation_id, customer_id=customer_id
                        ),
                    )
                self._chats.move(session, chat_id, conversation_id)
            name = session.get_one(Customer, customer_id).name
        speaker = self._chats.find(chat_id)
        return None if speaker is None else Joined(speaker, name)

    def _read(self, token: str) -> str | None:
        """The id of the link, None where we did not sign it or its time is over."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        body, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
        if len(body) != _ID_BYTES + _WHEN.size or not hmac.compare_digest(tag, self._tag(body)):
            return None
        (until,) = _WHEN.unpack(body[_ID_BYTES:])
        if datetime.fromtimestamp(until, UTC) < now():
            return None
        return body[:_ID_BYTES].hex()

    def _tag(self, body: bytes) -> bytes:
        return hmac.new(self._key, _PURPOSE + body, hashlib.sha256).digest()[:_TAG_BYTES]


def _redeem(session: Session, link_id: str) -> TelegramLink | None:
    moment = now()
    used = session.execute(
        update(TelegramLink)
        .where(
            TelegramLink.id == link_id,
            TelegramLink.used_at.is_(None),
            TelegramLink.expires_at >= moment,
        )
        .values(used_at=moment)
        .returning(TelegramLink.id)
    )
    if used.scalar_one_or_none() is None:
        return None
    return session.get_one(TelegramLink, link_id, populate_existing=True)
