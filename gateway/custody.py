"""What this process has in hand, and a look now and then for what others have dropped."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from gateway.background import again_and_again
from gateway.unanswered import Stranded, Unanswered

logger = logging.getLogger(__name__)

# A third of the lease: one look may fail.
EVERY_S = 1.5


class Custody:
    """Keeps the leases of messages in hand, and takes up those whose process has gone."""

    def __init__(self, unanswered: Unanswered) -> None:
        self._unanswered = unanswered
        self._held: Counter[int] = Counter()

    @contextmanager
    def holding(self, message_id: int) -> Iterator[None]:
        """The message is in hand for as long as this is open."""
        self._held[message_id] += 1
        try:
            yield
        finally:
            self._held[message_id] -= 1
            if not self._held[message_id]:
                del self._held[message_id]

    async def look(self, resume: Callable[[Stranded], None]) -> None:
        """Renew what is held, and hand on what is stranded."""
        if self._held:
            await asyncio.to_thread(self._unanswered.renew, list(self._held))
        for stranded in await asyncio.to_thread(self._unanswered.find_stranded):
            if stranded.stored.id not in self._held:
                logger.info(
                    "taking up a message without an answer",
                    extra={
                        "message_id": stranded.stored.id,
                        "conversation_id": stranded.speaker.conversation_id,
                    },
                )
                resume(stranded)

    async def run(self, resume: Callable[[Stranded], None], *, every: float = EVERY_S) -> None:
        """Look until cancelled."""
        failing = "could not look for messages without an answer"
        await again_and_again(
            partial(self.look, resume), every=every, failing=failing, where=logger
        )
