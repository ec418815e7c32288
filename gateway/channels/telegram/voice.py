"""What the channel itself says in a conversation: help, thanks, that something did not work."""

import asyncio

from gateway.answers import MENU
from gateway.channels.telegram.outbox import Outbox
from gateway.drafts import Draft
from gateway.hub import Hub
from gateway.speaker import Speaker
from gateway.store import ConversationStore
from gateway.words import Words

_MENU = ("recommend", "order", "help", "person")


class Voice:
    """Says it in the conversation, so that it is kept, and goes out in its turn."""

    def __init__(self, *, store: ConversationStore, words: Words, hub: Hub, outbox: Outbox) -> None:
        self._store = store
        self._words = words
        self._hub = hub
        self._outbox = outbox

    async def say(
        self,
        chat_id: int,
        speaker: Speaker,
        sentence: str,
        *,
        menu: bool = False,
        **params: object,
    ) -> None:
        """Say a sentence by its name.

        Args:
            menu: offer what the bot can do.
        """
        draft = Draft(
            text=self._words.say(f"telegram.{sentence}", locale=speaker.locale, **params),
            quick_replies=[
                (self._words.say(f"menu.{name}", locale=speaker.locale), MENU[name])
                for name in (_MENU if menu else ())
            ],
        )
        here = speaker.conversation_id
        for conversation_id, message in await asyncio.to_thread(
            self._store.announce, lambda _: [(here, draft)]
        ):
            frame = {"type": "message", "message": message.model_dump(mode="json")}
            self._hub.publish(conversation_id, frame)
        self._outbox.wake(chat_id)
