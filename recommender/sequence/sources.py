"""What a shop's own database has to train from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from common.settings import Settings
from db.behaviour import each_shoppers_events
from db.engine import make_engine, session_factory
from recommender.catalogue import Catalogue
from recommender.encoders import load_encoder
from recommender.lexical import Floats
from recommender.lexicon import load_lexicon
from recommender.sequence.errors import TrainingDataError
from recommender.sequence.histories import Histories, from_steps
from recommender.sequence.intent import LearntIntent, learn_intent
from recommender.sequence.training import Trained
from recommender.shelf import Shelf
from recommender.vectors import Encoder


@dataclass(frozen=True)
class Shop:
    """A catalogue and what shoppers did with it.

    Attributes:
        item_ids: of the catalogue's rows.
        texts: their text embeddings [n, t].
        encoder: the name of what made these.
        shelf: the catalogue itself.
        reads: what made the embeddings.
    """

    item_ids: list[str]
    texts: Floats
    encoder: str
    histories: Histories
    shelf: Shelf
    reads: Encoder


def read_shop(settings: Settings, *, load: Callable[[], Encoder] | None = None) -> Shop:
    """Read the catalogue, embed what is not embedded yet, and read all behaviour.

    Args:
        settings: where the database is and which model encodes.
        load: makes the encoder; the one of the settings by default.

    Raises:
        TrainingDataError: there are no products, or they cannot be read or embedded.
    """
    engine = make_engine(settings.database_url)
    sessions = session_factory(engine)
    catalogue = Catalogue(
        sessions,
        load_lexicon(),
        load_encoder=load or (lambda: load_encoder(settings)),
        vector_file=settings.home / "recommender" / "vectors.db",
    )
    try:
        catalogue.refresh()
        if not len(catalogue.shelf):
            raise TrainingDataError(
                catalogue.problem
                or "The shop has no products: import some with `shopkeeper import catalog`."
            )
        catalogue.load()
        catalogue.encode_missing()
        shelf = catalogue.shelf
        if catalogue.encoder is None or shelf.vectors is None:
            raise TrainingDataError(
                "The products' texts were not embedded: `shopkeeper doctor` says why."
            )
        with sessions() as session:
            histories = from_steps(each_shoppers_events(session), shelf.row)
        return Shop(
            item_ids=[good.id for good in shelf.goods],
            texts=shelf.vectors.rows(np.arange(len(shelf))),
            encoder=catalogue.encoder.name,
            histories=histories,
            shelf=shelf,
            reads=catalogue.encoder,
        )
    finally:
        catalogue.stop()
        engine.dispose()


def learn_shops_intent(settings: Settings, shop: Shop, trained: Trained) -> LearntIntent | None:
    """The head that foresees purchases, from all visits; None where these are too few."""
    engine = make_engine(settings.database_url)
    try:
        with session_factory(engine)() as session:
            return learn_intent(each_shoppers_events(session), trained.scorer(), shop.shelf.row)
    finally:
        engine.dispose()
