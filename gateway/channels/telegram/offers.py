"""What a card's buttons stand for: short tokens, known to the server, good in one conversation."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from sqlalchemy.dialects import postgresql, sqlite

from db.tables.base import now
from db.tables.conversations import PayloadToken
from gateway.drafts import PAYLOAD_BYTES
from gateway.store import ConversationStore


class Offers:
    """Makes tokens. The same offer has the same one, so that a card drawn again adds none.

    Args:
        key: without it nobody can tell a token from what it stands for; SECRET_KEY.
    """

    def __init__(self, store: ConversationStore, *, key: str) -> None:
        self._store = store
        self._key = key.encode()

    def offer(self, conversation_id: str, choices: Sequence[tuple[str, str]]) -> list[str]:
        """The tokens of these choices, each a title and what it stands for. Blocks."""
        rows = [
            {
                "token": self._token(conversation_id, title, payload),
                "conversation_id": conversation_id,
                "title": title,
                "payload": payload,
                "created_at": now(),
            }
            for title, payload in choices
        ]
        tokens = [str(row["token"]) for row in rows]
        with self._store.sessions() as session:
            known = {token for token in tokens if session.get(PayloadToken, token) is not None}
        new = [row for row in rows if row["token"] not in known]
        if new:
            with self._store.writing() as session:
                is_sqlite = session.get_bind().dialect.name == "sqlite"
                insert = sqlite.insert if is_sqlite else postgresql.insert
                session.execute(insert(PayloadToken).values(new).on_conflict_do_nothing())
        return tokens

    def _token(self, conversation_id: str, title: str, payload: str) -> str:
        about = "\0".join(("telegram-offer", conversation_id, title, payload))
        digest = hmac.new(self._key, about.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:PAYLOAD_BYTES]).decode().rstrip("=")
