"""Keeps what foresees in step with the shop: the promoted model, or neighbours counted anew."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from common.errors import ShopkeeperError
from common.model_shelf import Trial, current_model, current_trial
from db.behaviour import each_shoppers_events, latest_event_at
from recommender.catalogue import Catalogue
from recommender.foresight import IN_SHOP, Foresight
from recommender.newcomers import find_newcomers
from recommender.sequence.histories import from_steps
from recommender.sequence.neighbours import Neighbours
from recommender.shelf import Shelf
from recommender.weights import load_weights

logger = logging.getLogger(__name__)

_LOOK_S = 2.0
# Neighbours are counted anew this often at most; a model is laid out over new goods.
_COUNT_S, _LAY_OUT_S = 600.0, 30.0
_FAILED_S = 60.0
# Work in the background takes no more than this share of the time.
_SHARE = 20
_COUNTED_DAYS = 365


class ForesightWatch:
    """A thread that replaces `now` whole; requests under way end with what they began with.

    Attributes:
        now: what foresees; None until it is there, and in a shop where nobody did anything yet.
        problem: why the promoted model is not in use; None where it is or there is none.
        tried: what foresees for the shoppers of a trial; None where none is under way.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        catalogue: Catalogue,
        models: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare to watch.

        Args:
            sessions: of the shop's database.
            catalogue: whose goods are foreseen.
            models: the folder that the recommender's models lie in.
            clock: seconds; tests bring one of their own.
        """
        self._sessions = sessions
        self._catalogue = catalogue
        self._models = models
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="foresight", daemon=True)
        self._folder: Path | None = None
        self._trial: Trial | None = None
        self._shelf: Shelf | None = None
        self._due = 0.0
        self.now: Foresight | None = None
        self.tried: Foresight | None = None
        self.problem: str | None = None

    def foresight_for(self, shopper: str | None) -> Foresight | None:
        """What foresees for a shopper, the same for as long as a trial lasts."""
        trial, tried = self._trial, self.tried
        if trial and tried and shopper and trial.takes(shopper):
            return tried
        return self.now

    def start(self) -> None:
        """Begin watching."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                self.refresh()
            except Exception:
                # Without foresight the rest of the score still ranks.
                logger.exception("what shoppers do next is not foreseen; trying again")
                self._due = self._clock() + _FAILED_S
            self._stopping.wait(_LOOK_S)

    def refresh(self) -> None:
        """Take up a model that was promoted or rolled back, new goods, or new behaviour."""
        shelf = self._catalogue.shelf
        if self._catalogue.problem is not None or not len(shelf):
            return
        folder, trial = current_model(self._models), current_trial(self._models)
        if (folder, trial) == (self._folder, self._trial) and not self._is_due(shelf):
            return
        if folder is not None and not self._catalogue.encoder_failed and shelf.vectors is None:
            # Its items are known by their texts: soon.
            return
        started = self._clock()
        self._folder, self._shelf = folder, shelf
        self.problem, before = None, self.problem
        loaded = self._load(folder, shelf, known=before) if folder else None
        self.now = loaded or self._count(shelf) or self.now
        self.tried = self._load(self._models / trial.model, shelf, known=before) if trial else None
        self._trial = trial
        took = self._clock() - started
        usual = _LAY_OUT_S if loaded else _COUNT_S
        self._due = self._clock() + max(usual, _SHARE * took)

    def _is_due(self, shelf: Shelf) -> bool:
        if self._clock() < self._due:
            return False
        # A model knows all it will know until goods come in; counting goes on.
        serving_model = self._folder is not None and self.problem is None
        return not serving_model or shelf is not self._shelf

    def _load(self, folder: Path, shelf: Shelf, *, known: str | None) -> Foresight | None:
        """A model over the goods of today; None where it does not serve here.

        Args:
            folder: the model's.
            shelf: the goods.
            known: the problem that was logged already.
        """
        # torch takes seconds to import: this thread does it, while others answer.
        from recommender.sequence.intent import load_intent
        from recommender.sequence.storage import load, load_neighbours, read_card

        encoder = self._catalogue.encoder
        try:
            if encoder is None or shelf.vectors is None:
                raise ShopkeeperError("The products' texts are not embedded.")
            ids = [good.id for good in shelf.goods]
            texts = shelf.vectors.rows(np.arange(len(shelf)))
            sequence = load(folder, item_ids=ids, texts=texts, encoder=encoder.name)
            found = Foresight(
                shelf,
                name=folder.name,
                neighbours=load_neighbours(folder, item_ids=ids),
                sequence=sequence,
                share=read_card(folder).share,
                intent=load_intent(folder, width=sequence.width),
                weights=load_weights(folder),
            )
        except ShopkeeperError as error:
            self.problem = error.detail
            if known != self.problem:
                logger.error(
                    "model not in use; neighbours counted here foresee instead",
                    extra={"model": folder.name, "reason": error.detail},
                )
            return None
        logger.info("model in use", extra={"model": folder.name, "products": len(shelf)})
        return found

    def _count(self, shelf: Shelf) -> Foresight | None:
        try:
            with self._sessions() as session:
                latest = latest_event_at(session)
                if latest is None:
                    return None
                since = latest - timedelta(days=_COUNTED_DAYS)
                steps = self._catalogue.courtesy.paced(each_shoppers_events(session, since=since))
                histories = from_steps(steps, shelf.row)
        except SQLAlchemyError as error:
            logger.warning("behaviour not counted", extra={"error": type(error).__name__})
            return None
        neighbours = Neighbours.count(histories, items=len(shelf), nearness=IN_SHOP)
        links = len(neighbours.links.to)
        logger.info("neighbours counted", extra={"shoppers": len(histories), "links": links})
        newcomers = find_newcomers(shelf, neighbours.links.had)
        return Foresight(shelf, name="counted", neighbours=neighbours, newcomers=newcomers)
