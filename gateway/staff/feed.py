"""What happens in all conversations, as the consoles that are open are told of it."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from gateway.hub import Frame, Frames, Hub
from gateway.staff import wire
from gateway.staff.inbox import count_conversations
from gateway.staff.summaries import count_unread, read_summaries
from gateway.staff.transcript import show_understood
from gateway.store import ConversationStore

logger = logging.getLogger(__name__)

# A burst of changes in one conversation is told of once.
GATHER_S = 0.05
# Frames that may wait for one slow console before it is let go.
MOST_BEHIND = 2000
MOST_AT_ONCE = 100


class Feed:
    """Passes everything on to every console, and reads anew what has changed."""

    def __init__(self, *, store: ConversationStore, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._consoles: dict[Frames, str] = {}
        self._changed: dict[str, None] = {}
        self._stirred = asyncio.Event()

    @contextmanager
    def attend(self, staff_id: str) -> Iterator[Frames]:
        """A queue that receives what this member of staff is told from now on."""
        frames: Frames = asyncio.Queue()
        self._consoles[frames] = staff_id
        try:
            yield frames
        finally:
            self._consoles.pop(frames, None)

    @property
    def online(self) -> set[str]:
        """Who has a console open."""
        return set(self._consoles.values())

    async def run(self) -> None:
        """Pass on until cancelled."""
        with self._hub.oversee() as happenings:
            reading = asyncio.create_task(self._read_changes())
            try:
                while True:
                    conversation_id, frame = await happenings.get()
                    if self._consoles:
                        self._take(conversation_id, frame)
            finally:
                reading.cancel()
                with suppress(asyncio.CancelledError):
                    await reading

    def _take(self, conversation_id: str, frame: Frame) -> None:
        """Tell at once what needs no look at the database."""
        match frame["type"]:
            case "message" | "labelled":
                told = {"type": "message", "message": _as_staff_see(frame["message"])}
                self._tell(conversation_id, told)
            case "understood":
                shown = show_understood(frame["message"], frame["parse"])
                told = {"type": "message", "message": shown.model_dump(mode="json")}
                self._tell(conversation_id, told)
            case "typing" | "note" | "corrected":
                self._tell(conversation_id, frame)
                return
        self._changed[conversation_id] = None
        self._stirred.set()

    def _tell(self, conversation_id: str, frame: Frame) -> None:
        told = {**frame, "conversation_id": conversation_id}
        for console in list(self._consoles):
            self._send(console, told)

    def _send(self, console: Frames, frame: Frame) -> None:
        if console.qsize() < MOST_BEHIND:
            console.put_nowait(frame)
        elif self._consoles.pop(console, None):
            console.put_nowait(None)

    async def _read_changes(self) -> None:
        while True:
            await self._stirred.wait()
            await asyncio.sleep(GATHER_S)
            self._stirred.clear()
            changed = list(self._changed)[:MOST_AT_ONCE]
            for conversation_id in changed:
                del self._changed[conversation_id]
            if self._changed:
                self._stirred.set()
            try:
                await self._tell_changes(changed)
            except Exception:
                # The next change, or the console's next look, tells it.
                logger.exception("changes could not be read")

    async def _tell_changes(self, changed: list[str]) -> None:
        staff = self.online
        if not staff or not changed:
            return
        summaries, unread, counts = await asyncio.to_thread(self._read, changed, staff)
        for console, staff_id in list(self._consoles.items()):
            for summary in summaries:
                mine = unread.get(staff_id, {}).get(summary.id, 0)
                told = {**summary.model_dump(mode="json"), "unread": mine}
                self._send(console, {"type": "conversation", "conversation": told})
            if staff_id in counts:
                told = counts[staff_id].model_dump()
                self._send(console, {"type": "counts", "counts": told})

    def _read(
        self, changed: list[str], staff: set[str]
    ) -> tuple[list[wire.Summary], dict[str, dict[str, int]], dict[str, wire.Counts]]:
        with self._store.sessions() as session:
            return (
                read_summaries(session, changed),
                {one: count_unread(session, changed, staff_id=one) for one in staff},
                {one: count_conversations(session, staff_id=one) for one in staff},
            )


def _as_staff_see(message: dict[str, Any]) -> dict[str, Any]:
    """A message as it was told to the shopper, in the console's shape."""
    return wire.StaffMessage.model_validate(message).model_dump(mode="json")
