"""The recommender's process: `python -m recommender.server`."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_client import Counter, Gauge, Histogram

from common.logs import note
from common.problems import INTERNAL_PROBLEMS
from common.service import add_service_routes, require_internal_secret, serve
from common.settings import Settings, load_settings
from db.engine import make_engine, session_factory
from db.measures import watch_pool
from recommender.catalogue import Catalogue
from recommender.foresight_watch import ForesightWatch
from recommender.impressions import ImpressionLog
from recommender.lexicon import load_lexicon
from recommender.picture_shelf import PictureEncoder, PictureShelf
from recommender.popularity import PopularityWatch
from recommender.recommender import Recommender
from recommender.rules import RuleBook
from recommender.vectors import Encoder
from recommender.wire import Recommendation, RecommendRequest

# One answer in twenty shows something else in its last place.
_EXPLORATION = 0.05


def create_app(settings: Settings, *, load_encoder: Callable[[], Encoder] | None = None) -> FastAPI:
    """The recommender's server.

    Args:
        settings: where the database is and which model encodes.
        load_encoder: makes the encoder; the one of the settings by default.
    """
    engine = make_engine(settings.database_url)
    sessions = session_factory(engine)
    pictures = PictureShelf(
        settings.media,
        settings.home / "recommender" / "pictures.db",
        load_encoder=lambda: _settings_picture_encoder(settings),
    )
    catalogue = Catalogue(
        sessions,
        load_lexicon(),
        load_encoder=load_encoder or (lambda: _settings_encoder(settings)),
        vector_file=settings.home / "recommender" / "vectors.db",
        media=settings.media,
        pictures=pictures if settings.picture_model else None,
    )
    popularity = PopularityWatch(sessions)
    impressions = ImpressionLog(sessions)
    foresight = ForesightWatch(sessions, catalogue, settings.models / "recommender")
    recommender = Recommender(
        sessions,
        catalogue,
        popularity,
        impressions,
        foresight,
        RuleBook(sessions),
        exploration=_EXPLORATION,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        catalogue.start()
        popularity.start()
        impressions.start()
        foresight.start()
        yield
        foresight.stop()
        catalogue.stop()
        popularity.stop()
        impressions.close()
        engine.dispose()

    def missing() -> Mapping[str, str]:
        return {"catalogue": catalogue.problem} if catalogue.problem else {}

    app = FastAPI(title="Shopkeeper recommender", lifespan=lifespan)
    registry = add_service_routes(app, readiness=missing)
    require_internal_secret(app, settings=settings)
    watch_pool(engine, registry)
    seconds = Histogram(
        "recommender_ranking_seconds",
        "Time to rank the catalogue for one request.",
        registry=registry,
        buckets=(0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2),
    )
    relaxed = Counter("relaxed_wishes", "Wishes given up.", ("constraint",), registry=registry)
    degraded = Counter("degraded_answers", "Second-best answers.", registry=registry)
    goods = Gauge("catalogue_products", "Products held in memory.", registry=registry)
    goods.set_function(lambda: len(catalogue.shelf))
    encoded = Gauge("catalogue_encoded", "Products with a vector.", registry=registry)
    encoded.set_function(lambda: float(catalogue.shelf.encoded.sum()))
    age = Gauge(
        "catalogue_age_seconds", "Since the catalogue was last compared.", registry=registry
    )
    age.set_function(lambda: time.time() - catalogue.read_at)
    refused = Gauge("model_refused", "A promoted model that does not serve.", registry=registry)
    refused.set_function(lambda: float(foresight.problem is not None))
    lost = Gauge("impressions_lost", "Rankings that were not logged.", registry=registry)
    lost.set_function(lambda: impressions.lost)

    @app.post("/recommend", responses=INTERNAL_PROBLEMS)
    def recommend(request: RecommendRequest) -> Recommendation:
        """Rank the catalogue for this shopper and these wishes."""
        with seconds.time(), catalogue.courtesy.answering():
            answer = recommender.recommend(request)
        for wish in answer.relaxed:
            relaxed.labels(wish.constraint).inc()
        if answer.degraded:
            degraded.inc()
        note(items=len(answer.items), relaxed=len(answer.relaxed), degraded=answer.degraded)
        return answer

    return app


def _settings_encoder(settings: Settings) -> Encoder:
    # Importing torch takes seconds: the thread that loads the model does it, so that the server
    # answers by words meanwhile.
    from recommender.encoders import load_encoder

    return load_encoder(settings)


def _settings_picture_encoder(settings: Settings) -> PictureEncoder:
    from recommender.picture_encoder import load_picture_encoder

    return load_picture_encoder(settings)


def main() -> None:
    """Serve until told to stop."""
    settings = load_settings()
    serve(
        create_app(settings),
        process="recommender",
        host=settings.bind,
        port=settings.port_base + 2,
    )


if __name__ == "__main__":
    main()
