"""Work that goes on beside the requests, for as long as the gateway serves."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any


@asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do this work in the background until the block ends, then cancel it."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def again_and_again(
    look: Callable[[], Awaitable[object]], *, every: float, failing: str, where: logging.Logger
) -> None:
    """Look until cancelled. What one look could not do must be there for the next.

    Args:
        look: one look.
        every: seconds between two looks.
        failing: what to log, with the traceback, of a look that failed.
        where: the logger of whoever looks.
    """
    while True:
        try:
            await look()
        except Exception:
            where.exception(failing)
        await asyncio.sleep(every)
