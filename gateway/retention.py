"""Old conversations and behaviour go by themselves, and erasures that were cut off are finished."""

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine

from common.errors import ShopkeeperError
from common.settings import Settings
from db.tables.base import now
from gateway.background import again_and_again
from gateway.store import ConversationStore
from shop.privacy.dialogues import Dialogues
from shop.privacy.erasure import Eraser
from shop.privacy.retention import Purge, Purged

logger = logging.getLogger(__name__)

# Days are what counts; and a gateway that starts has better things to do at first.
EVERY_S = 3600.0
FIRST_AFTER_S = 120.0
# Somebody's command may still be at it.
_CUT_OFF_AFTER = timedelta(minutes=10)


class Retention:
    """Deletes what the settings do not want kept."""

    def __init__(self, settings: Settings, *, store: ConversationStore, engine: Engine) -> None:
        self._settings = settings
        dialogues = Dialogues(settings.rasa_database_url)
        key = settings.secret_key
        self._purge = Purge(engine=engine, writing=store.writing, dialogues=dialogues, key=key)
        self._eraser = Eraser(
            engine=engine,
            writing=store.writing,
            dialogues=dialogues,
            logs=settings.logs,
            key=key,
            orders=settings.erase_orders,
        )

    async def run(self, *, first_after: float = FIRST_AFTER_S, every: float = EVERY_S) -> None:
        """Delete until cancelled."""
        await asyncio.sleep(first_after)
        failing = "could not delete what was kept long enough"
        enforce = partial(asyncio.to_thread, self.enforce)
        await again_and_again(enforce, every=every, failing=failing, where=logger)

    def enforce(self) -> Purged:
        """Finish what was cut off and delete what is too old, once."""
        try:
            for receipt in self._eraser.finish_all(older_than=_CUT_OFF_AFTER):
                logger.info("finished an erasure", extra={"rows": sum(receipt.counts.values())})
        except ShopkeeperError as error:
            # A file in the way, for instance: somebody must see to it, and the rest goes on.
            logger.warning("an erasure is not finished", extra={"reason": error.code})
        days, events_days = self._settings.retention_days, self._settings.retention_events_days
        if not (days or events_days):
            return Purged()
        purged = self._purge.purge(
            conversations_before=_days_ago(days), events_before=_days_ago(events_days)
        )
        if purged:
            logger.info(
                "deleted what was kept long enough",
                extra={"conversations": purged.conversations, "events": purged.events},
            )
        return purged


def _days_ago(days: int) -> datetime | None:
    return now() - timedelta(days=days) if days else None
