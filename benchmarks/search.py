"""A hundred searches in shoppers' words over a real catalogue, graded by rule.

    python -m benchmarks.search [--each]

Each search of `searches.yml` names the kinds of goods that answer it, and sometimes a price or for
whom. A product of that kind is worth 3, one that is for everybody where somebody was named 2,
another of its department 1; the opposite sex and all else 0. A price is a filter for every
contender, as the NLU would have read it, so that only the order is compared. The contenders read
the same text of each product.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import torch
import yaml
from numpy.typing import NDArray

from benchmarks.recommender_sets import REAL
from common.settings import Settings
from db.engine import make_engine, session_factory
from db.imports.catalog import CatalogOptions, import_catalog
from db.migrate import upgrade
from recommender.catalogue import Catalogue
from recommender.encoders import load_encoder
from recommender.foresight_watch import ForesightWatch
from recommender.goods import Good
from recommender.impressions import ImpressionLog
from recommender.lexicon import load_lexicon
from recommender.popularity import PopularityWatch
from recommender.recommender import Recommender
from recommender.rules import RuleBook
from recommender.shelf import Shelf
from recommender.wire import Constraints, RecommendRequest

SEARCHES = Path(__file__).with_name("searches.yml")
GOALS = {"BM25": 1.10, "BM25 + MiniLM": 1.03}
_CUT = 10
_RRF = 60
Rank = Callable[["Search"], list[int]]


@dataclass(frozen=True)
class Search:
    """What somebody asks for, and what answers it."""

    query: str
    styles: frozenset[str]
    price_max: float | None = None
    recipient: str | None = None


def main() -> int:
    """Measure and print; 1 where the data is absent or a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--each", action="store_true", help="show every search")
    asked = parser.parse_args()
    if not REAL.is_dir():
        print(f"{REAL} is not there: name the folder of real data by SHOPKEEPER_DATA.")
        return 1
    torch.set_num_threads(1)
    searches = read_searches()
    with tempfile.TemporaryDirectory() as folder:
        catalogue, recommender = open_shop(Path(folder))
        contenders = rankings(catalogue, recommender)
        gains = {
            name: [ndcg(rank(search), search, catalogue.shelf) for search in searches]
            for name, rank in contenders.items()
        }
        catalogue.stop()
    if asked.each:
        for number, search in enumerate(searches):
            told = " ".join(f"{values[number]:.2f}" for values in gains.values())
            print(f"{told}  {search.query}")
    means = {name: statistics.fmean(values) for name, values in gains.items()}
    print("| ranking | NDCG@10 |\n|---|---|")
    for name, value in means.items():
        print(f"| {name} | {value:.4f} |")
    ours = means.pop("ours")
    # Of the two ways to fuse, the better one is the peer.
    peers = {"BM25": means["BM25"], "BM25 + MiniLM": max(means["fused"], means["ranks fused"])}
    for name, value in peers.items():
        print(f"over {name}: {ours / value:.2f}x")
    return int(any(ours < goal * peers[name] for name, goal in GOALS.items()))


def read_searches() -> list[Search]:
    """The labelled searches."""
    rows = yaml.safe_load(SEARCHES.read_text(encoding="utf-8"))
    key = load_lexicon().key
    return [Search(**{**row, "styles": frozenset(map(key, row["styles"]))}) for row in rows]


def open_shop(folder: Path) -> tuple[Catalogue, Recommender]:
    """The real catalogue in a shop of its own, encoded once."""
    url = f"sqlite:///{folder / 'shop.db'}"
    upgrade(url)
    engine = make_engine(url)
    mapping = {"title": "name", "stock": "current_stock"}
    options = CatalogOptions("yaml", "USD", Decimal("9999999.99"), folder, mapping=mapping)
    import_catalog(engine, REAL / "shop" / "retail_demo_store" / "products.yaml", options)
    sessions = session_factory(engine)
    kept = Path(".cache/benchmarks/search/vectors.db")
    catalogue = Catalogue(
        sessions,
        load_lexicon(),
        load_encoder=lambda: load_encoder(Settings(home=folder)),
        vector_file=kept,
    )
    catalogue.refresh()
    catalogue.load()
    catalogue.encode_missing()
    recommender = Recommender(
        sessions,
        catalogue,
        PopularityWatch(sessions),
        ImpressionLog(sessions),
        ForesightWatch(sessions, catalogue, folder / "models"),
        RuleBook(sessions),
    )
    return catalogue, recommender


def rankings(catalogue: Catalogue, recommender: Recommender) -> Mapping[str, Rank]:
    """The contenders, each giving the rows of its first ten."""
    shelf, encoder = catalogue.shelf, catalogue.encoder
    if encoder is None or shelf.vectors is None:
        sys.exit("The encoder does not load: see the log above.")
    # The title counts twice, as a shop that knows its search would have it.
    texts = [
        f"{good.title}. {good.product_type}. {good.category}. {good.text_key}"
        for good in shelf.goods
    ]
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)

    def words(search: Search) -> NDArray[Any]:
        tokens = bm25s.tokenize([search.query], stopwords="en", show_progress=False)
        return np.asarray(index.get_scores(list(tokens.vocab)), dtype=np.float64)

    def meaning(search: Search) -> NDArray[Any]:
        vector = encoder.encode_query(search.query)[None, :]
        return np.asarray(shelf.vectors.similar(vector)[:, 0], dtype=np.float64)  # type: ignore[union-attr]

    def fused(search: Search) -> NDArray[Any]:
        lexical = words(search)
        return lexical / max(1e-9, float(lexical.max())) + meaning(search)

    def ranks_fused(search: Search) -> NDArray[Any]:
        return _reciprocal(words(search)) + _reciprocal(meaning(search))

    def ours(search: Search) -> list[int]:
        wish = Constraints(price_max=search.price_max)
        request = RecommendRequest(query=search.query, constraints=wish, k=_CUT)
        return [shelf.row[item.product_id] for item in recommender.recommend(request).items]

    scored = {"BM25": words, "MiniLM": meaning, "fused": fused, "ranks fused": ranks_fused}
    return {
        **{name: _first_of(shelf, score) for name, score in scored.items()},
        "ours": ours,
    }


def _first_of(shelf: Shelf, score: Callable[[Search], NDArray[Any]]) -> Rank:
    def rank(search: Search) -> list[int]:
        scores = np.where(_allowed(shelf, search), score(search), -np.inf)
        return [int(row) for row in np.argsort(-scores, kind="stable")[:_CUT]]

    return rank


def _reciprocal(scores: NDArray[Any]) -> NDArray[Any]:
    places = np.argsort(np.argsort(-scores, kind="stable"), kind="stable")
    return np.asarray(1.0 / (_RRF + 1 + places))


def _allowed(shelf: Shelf, search: Search) -> NDArray[np.bool_]:
    return shelf.price <= (np.inf if search.price_max is None else search.price_max)


def grade(good: Good, search: Search, departments: set[str]) -> int:
    """What a product is worth to a search: 0 to 3."""
    if good.type_key in search.styles:
        whom = good.attribute_keys.get("gender affinity", "")
        suits = {"F": "woman", "M": "man"}.get(search.recipient or "", "")
        if not suits or suits in whom.split():
            return 3
        return 0 if whom else 2
    return 1 if good.category_key in departments and search.recipient is None else 0


def ndcg(rows: list[int], search: Search, shelf: Shelf) -> float:
    """Normalised discounted gain of the first ten, gains being 2^grade - 1."""
    departments = {good.category_key for good in shelf.goods if good.type_key in search.styles}
    allowed = np.flatnonzero(_allowed(shelf, search))
    grades = {int(row): grade(shelf.goods[row], search, departments) for row in allowed}
    best = sorted(grades.values(), reverse=True)[:_CUT]
    found = [grades.get(row, 0) for row in rows[:_CUT]]
    return _gain(found) / _gain(best)


def _gain(grades: list[int]) -> float:
    return float(sum((2**worth - 1) / np.log2(place + 2) for place, worth in enumerate(grades)))


if __name__ == "__main__":
    sys.exit(main())
