"""A recommender over a small shop, with an encoder that any reader can follow."""

import zlib
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from db.engine import session_factory
from db.tables.base import now
from db.tables.catalog import Product
from recommender.catalogue import Catalogue
from recommender.foresight_watch import ForesightWatch
from recommender.goods import read_good
from recommender.impressions import ImpressionLog
from recommender.lexicon import load_lexicon, surface_words
from recommender.picture_shelf import PictureShelf
from recommender.popularity import PopularityWatch
from recommender.recommender import Recommender
from recommender.rules import RuleBook
from recommender.shelf import Shelf
from recommender.vectors import Encoder, Nearest
from recommender.wire import Recommendation, RecommendRequest
from tests.builders import a_product

Floats = NDArray[np.float32]


class ListedVectors:
    """Vectors in plain numpy."""

    def __init__(self, matrix: Floats) -> None:
        self._matrix = matrix

    def similar(self, directions: Floats, *, among: NDArray[np.bool_] | None = None) -> Floats:
        return self._matrix @ directions.T

    def nearest(
        self, directions: Floats, k: int, *, among: NDArray[np.bool_] | None = None
    ) -> Nearest:
        scores = self.similar(directions).T
        shown = np.arange(scores.shape[1]) if among is None else np.flatnonzero(among)
        order = np.argsort(-scores[:, shown], kind="stable")[:, :k]
        rows = shown[order]
        return Nearest(rows, np.take_along_axis(scores, rows, axis=1))

    def rows(self, at: NDArray[np.intp]) -> Floats:
        return self._matrix[at]


class WordEncoder:
    """Each word is a direction of its own, so texts are as alike as the words they share."""

    name = "words-of-a-text"
    dimension = 256

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_query(self, text: str) -> Floats:
        return self.encode_texts([text])[0]

    def encode_texts(self, texts: list[str]) -> Floats:
        self.encoded.extend(texts)
        vectors = np.full((len(texts), self.dimension), 1e-6, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in surface_words(text):
                vectors[row, zlib.crc32(word.encode()) % self.dimension] += 1
        unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def place(self, matrix: Floats) -> ListedVectors:
        return ListedVectors(matrix)


def a_shelf(*products: Product) -> Shelf:
    """A shelf of these products, searched by words alone; none need be in a database."""
    lexicon = load_lexicon()
    for product in products:
        product.active = product.active is not False
        product.created_at = product.created_at or now()
        product.updated_at = product.updated_at or product.created_at
    return Shelf([read_good(product, lexicon) for product in products], lexicon)


def titles(shelf: Shelf, mask: NDArray[np.bool_]) -> set[str]:
    """The titles of the products in a mask."""
    return {shelf.goods[row].title for row in np.flatnonzero(mask)}


class Counter:
    """A shop's counter: stock it, tell it what happened, ask it."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        home: Path,
        load_encoder: Callable[[], Encoder],
        *,
        pictures: PictureShelf | None = None,
    ) -> None:
        self.sessions = sessions
        self.media = home / "media"
        self.catalogue = Catalogue(
            sessions,
            load_lexicon(),
            load_encoder=load_encoder,
            vector_file=home / "vectors.db",
            media=self.media,
            pictures=pictures,
        )
        self.popularity = PopularityWatch(sessions)
        self.impressions = ImpressionLog(sessions)
        # Rules are read anew for every answer.
        self._ticks = count(step=60)
        self.models = home / "models" / "recommender"
        self.foresight = ForesightWatch(sessions, self.catalogue, self.models)
        self.recommender = Recommender(
            sessions,
            self.catalogue,
            self.popularity,
            self.impressions,
            self.foresight,
            RuleBook(sessions, clock=lambda: next(self._ticks)),
        )

    def stock(self, *rows: object) -> None:
        """Put products and events into the database and bring everything up to date."""
        with self.sessions.begin() as session:
            session.add_all(rows)
        self.bring_up_to_date()

    def bring_up_to_date(self) -> None:
        """What the threads do in their own time."""
        self.catalogue.refresh()
        if self.catalogue.encoder is None and not self.catalogue.encoder_failed:
            self.catalogue.load()
        self.catalogue.encode_missing()
        self.catalogue.look_at_pictures()
        self.catalogue.see_pictures()
        self.popularity.refresh()

    def ask(self, query: str | None = None, **fields: object) -> Recommendation:
        """Recommend, by keyword."""
        return self.recommender.recommend(
            RecommendRequest.model_validate({"query": query, **fields})
        )

    def titles(self, answer: Recommendation) -> list[str]:
        """The titles of an answer, in order."""
        shelf = self.catalogue.shelf
        return [shelf.goods[shelf.row[item.product_id]].title for item in answer.items]


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def counter(database: Engine, tmp_path: Path, encoder: WordEncoder) -> Iterator[Counter]:
    """An empty counter on SQLite and on PostgreSQL."""
    opened = Counter(session_factory(database), tmp_path, lambda: encoder)
    yield opened
    opened.catalogue.stop()
    opened.impressions.close()


@pytest.fixture
def shoe_shop(counter: Counter) -> Counter:
    """Five kinds of things that are easily told apart."""
    counter.stock(
        a_product(id="red", title="Red Runner", color="red", price="79.90"),
        a_product(id="crimson", title="Crimson Court", color="crimson", price="119.00"),
        a_product(id="blue", title="Blue Breeze", color="blue", price="49.50", stock=0),
        a_product(
            id="boot",
            title="Trail Boot",
            description="Waterproof leather for wet hills.",
            product_type="boot",
            brand="Fellside",
            color="brown",
            material="leather",
            price="149.00",
        ),
        a_product(
            id="lamp",
            title="Unicorn Lamp",
            description="A soft pink glow at night.",
            category="home",
            product_type="lighting",
            brand=None,
            color=None,
            price="25.00",
        ),
        a_product(id="old", title="Retired Red Runner", color="red", price="10.00", active=False),
    )
    return counter
