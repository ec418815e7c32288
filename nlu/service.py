"""What the NLU server holds in memory: the model in use, the shop's words and its FAQ."""

import logging
import threading
from pathlib import Path

from common.courtesy import Courtesy
from common.errors import ServiceUnavailable, ShopkeeperError
from common.settings import Settings
from db.tables.catalog import FaqEntry
from nlu import loading
from nlu.card import files_of
from nlu.catalogue import FaqSource, GoodsSource, Mirror, Watch, read_synonyms
from nlu.embedding import Embedder
from nlu.faq import FaqIndex, build_index
from nlu.lexicon import read_lexicon
from nlu.loading import Loaded
from nlu.parser import Parser
from nlu.vocabulary import Vocabulary
from nlu.wire import FaqSearch, ModelCard

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0


class NluService:
    """The model, the shop's words and its FAQ.

    An adapter that is put in the place of the one in use is loaded beside it and takes over with
    the next message. One that is broken is refused: it says so in the log and in the readiness,
    and the old one serves on. Without an old one every call says so too, until a good one is there.
    """

    def __init__(self, settings: Settings, *, adapter: Path | None = None) -> None:
        self._settings = settings
        self._fixed = adapter
        self.courtesy = Courtesy()
        goods = GoodsSource(read_synonyms(), courtesy=self.courtesy)
        self._lexicon = read_lexicon()
        self._vocabulary = Mirror(goods, empty=Vocabulary())
        self._entries: Mirror[list[FaqEntry]] = Mirror(FaqSource(), empty=[])
        self._watch = Watch(settings.database_url, [self._vocabulary, self._entries])
        self._using: tuple[Loaded, Parser] | None = None
        self._seen: object = None
        self._problem = "it is still loading"
        self._index: tuple[list[FaqEntry], Embedder, FaqIndex] | None = None
        self._indexing = threading.Lock()
        self._loading = threading.Lock()
        self._stopped = threading.Event()
        self._looking = threading.Thread(target=self._look, name="adapter", daemon=True)

    def start(self) -> None:
        """Load the model and read the catalogue, then watch both."""
        self.look_for_adapter()
        self._watch.start()
        if self._using:
            self.search_faq("warm up", k=1)
        self._looking.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self._watch.stop()
        if self._looking.is_alive():
            self._looking.join(timeout=LOOK_EVERY_S)

    def refresh(self) -> None:
        """Look at the database now."""
        self._watch.refresh()

    def look_for_adapter(self) -> None:
        """Load the adapter in place if it is not the one that was looked at last."""
        with self._loading:
            folder = self._fixed or loading.current_adapter(self._settings)
            seen = files_of(folder)
            if seen == self._seen:
                return
            self._seen = seen
            try:
                self._use(folder)
            except ShopkeeperError as error:
                self._problem = error.detail
                logger.error(
                    "the adapter is refused",
                    extra={"reason": error.detail, "adapter": folder.name, "old": self._version()},
                )

    def missing(self) -> dict[str, str]:
        """What keeps the server from its work."""
        return {} if self._using else {"model": self._problem}

    def notes(self) -> dict[str, str]:
        """What is wrong and keeps it from nothing: a newer adapter that was refused."""
        return {"adapter": self._problem} if self._using and self._problem else {}

    @property
    def parser(self) -> Parser:
        """Whatever parses.

        Raises:
            ServiceUnavailable: no model could be loaded; the detail says why.
        """
        return self._ready()[1]

    @property
    def embedder(self) -> Embedder:
        """Whatever embeds.

        Raises:
            ServiceUnavailable: no model could be loaded; the detail says why.
        """
        return self._ready()[0].embedder

    def search_faq(self, text: str, *, k: int) -> FaqSearch:
        """The FAQ entries nearest to a question."""
        embedder = self.embedder
        return self._faq_index(embedder).search(text, k=k, embed=embedder.embed)

    def card(self) -> ModelCard:
        """What is loaded."""
        loaded, _ = self._ready()
        card = loaded.predictor.card
        return ModelCard(
            base=card.base,
            adapter=loaded.folder.name,
            labels=list(card.labels.intents),
            entities=list(card.labels.entities),
            metrics={k: v for k, v in card.metrics.items() if isinstance(v, int | float)},
            version=loaded.version,
            runtime=loaded.runtime,
        )

    def _ready(self) -> tuple[Loaded, Parser]:
        using = self._using
        if using is None:
            raise ServiceUnavailable(f"The NLU has no model: {self._problem}")
        return using

    def _use(self, folder: Path) -> None:
        before = self._using[0] if self._using else None
        loaded = loading.load(folder, settings=self._settings, beside=before)
        parser = Parser(loaded.predictor, vocabulary=self._vocabulary, lexicon=self._lexicon)
        # The first pass is slow; better now than for the first shopper.
        parser.parse(["warm up"])
        # Whoever is being answered keeps the parser that they began with.
        self._using = (loaded, parser)
        self._problem = ""
        logger.info(
            "the adapter is in use", extra={"adapter": loaded.version, "runtime": loaded.runtime}
        )

    def _version(self) -> str | None:
        return self._using[0].version if self._using else None

    def _look(self) -> None:
        while not self._stopped.wait(LOOK_EVERY_S):
            try:
                self.look_for_adapter()
            except Exception:
                # What nobody thought of must not end the watch; the old one serves on.
                logger.exception("the adapter cannot be looked at")

    def _faq_index(self, embedder: Embedder) -> FaqIndex:
        entries = self._entries.current
        known = self._index
        if known and known[0] is entries and known[1] is embedder:
            return known[2]
        # One thread builds; the others would only do the same work.
        with self._indexing:
            known = self._index
            if not known or known[0] is not entries or known[1] is not embedder:
                index = build_index(entries, embed=embedder.embed)
                self._index = known = (entries, embedder, index)
            return known[2]
