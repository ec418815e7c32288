"""Who is listening to which conversation, within this process."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Frame = dict[str, Any]
# None tells the listener that it has fallen too far behind and is let go.
Frames = asyncio.Queue[Frame | None]


class Hub:
    """Passes a conversation's frames on to every socket that listens to it.

    Args:
        most_behind: frames that may wait for one slow listener before it is let go; it finds what
            it missed in the history when it connects again.
    """

    def __init__(self, *, most_behind: int = 1000) -> None:
        self._most_behind = most_behind
        self._listeners: defaultdict[str, set[Frames]] = defaultdict(set)

    @contextmanager
    def listen(self, conversation_id: str) -> Iterator[Frames]:
        """A queue that receives every frame of the conversation from now on."""
        frames: Frames = asyncio.Queue()
        self._listeners[conversation_id].add(frames)
        try:
            yield frames
        finally:
            self._listeners[conversation_id].discard(frames)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]

    def publish(self, conversation_id: str, frame: Frame) -> None:
        """Pass a frame to every listener of the conversation; never waits."""
        for frames in list(self._listeners.get(conversation_id, ())):
            if frames.qsize() < self._most_behind:
                frames.put_nowait(frame)
            else:
                self._listeners[conversation_id].discard(frames)
                frames.put_nowait(None)
