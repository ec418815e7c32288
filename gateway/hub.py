"""Who is listening to which conversation, within this process."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

Frame = dict[str, Any]
# None tells the listener that it has fallen too far behind and is let go.
Frames = asyncio.Queue[Frame | None]
# What happened in which conversation.
Happenings = asyncio.Queue[tuple[str, Frame]]


class PassOn(Protocol):
    """Tells the other gateways of a frame; never waits."""

    def __call__(self, conversation_id: str, frame: Frame, *, for_staff: bool) -> None: ...


class Hub:
    """Passes a conversation's frames on to every socket that listens to it.

    Args:
        most_behind: frames that may wait for one slow listener before it is let go; it finds what
            it missed in the history when it connects again.

    Attributes:
        relay: is told of every frame, and whether it is for staff alone, where there are other
            gateways to pass it on to.
    """

    def __init__(self, *, most_behind: int = 1000) -> None:
        self._most_behind = most_behind
        self._listeners: defaultdict[str, set[Frames]] = defaultdict(set)
        self._overseers: set[Happenings] = set()
        self.relay: PassOn | None = None

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

    @contextmanager
    def oversee(self) -> Iterator[Happenings]:
        """A queue that receives every frame of every conversation, and what only staff are told.

        Whoever opens it must keep up: it has no end.
        """
        happenings: Happenings = asyncio.Queue()
        self._overseers.add(happenings)
        try:
            yield happenings
        finally:
            self._overseers.discard(happenings)

    @property
    def listened_to(self) -> list[str]:
        """The conversations that somebody listens to."""
        return list(self._listeners)

    def publish(self, conversation_id: str, frame: Frame) -> None:
        """Pass a frame to every listener of the conversation; never waits."""
        self.deliver(conversation_id, frame, for_staff=False)
        if self.relay is not None:
            self.relay(conversation_id, frame, for_staff=False)

    def tell_staff(self, conversation_id: str, frame: Frame) -> None:
        """Pass a frame to those alone who oversee all conversations; never waits."""
        self.deliver(conversation_id, frame, for_staff=True)
        if self.relay is not None:
            self.relay(conversation_id, frame, for_staff=True)

    def deliver(self, conversation_id: str, frame: Frame, *, for_staff: bool) -> None:
        """Pass a frame to those who listen in this process."""
        for happenings in self._overseers:
            happenings.put_nowait((conversation_id, frame))
        if for_staff:
            return
        for frames in list(self._listeners.get(conversation_id, ())):
            if frames.qsize() < self._most_behind:
                frames.put_nowait(frame)
            else:
                self._listeners[conversation_id].discard(frames)
                frames.put_nowait(None)
