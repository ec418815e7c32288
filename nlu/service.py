"""What the NLU server holds in memory: the model in use, the shop's words and its FAQ."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common.courtesy import Courtesy
from common.errors import ServiceUnavailable, ShopkeeperError
from common.model_shelf import Trial, current_trial
from common.settings import Settings
from db.tables.catalog import FaqEntry
from nlu import loading
from nlu.card import SHIPPED, files_of
from nlu.catalogue import FaqSource, GoodsSource, Mirror, Watch, read_synonyms
from nlu.embedding import Embedder
from nlu.faq import FaqIndex, build_index
from nlu.lexicon import read_lexicon
from nlu.loading import Loaded
from nlu.parser import Parser
from nlu.vocabulary import Vocabulary
from nlu.wire import FaqSearch, ModelCard, Parse

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0


@dataclass(frozen=True)
class Serving:
    """An adapter that reads messages."""

    loaded: Loaded
    parser: Parser

    @property
    def version(self) -> str:
        """Its name on the shelf and the hash of what it is: `name@hash`."""
        folder = self.loaded.folder
        name = "shipped" if folder == SHIPPED else folder.name
        return f"{name}@{self.loaded.version}"

    def parse(self, texts: Sequence[str]) -> list[Parse]:
        """One parse a text, each with the version of who read it."""
        version = {"model_version": self.version}
        return [each.model_copy(update=version) for each in self.parser.parse(texts)]


class NluService:
    """The model, the shop's words and its FAQ.

    An adapter that is put in the place of the one in use is loaded beside it and takes over with
    the next message. One that is broken is refused: it says so in the log and in the readiness,
    and the old one serves on. Without an old one every call says so too, until a good one is there.

    An adapter on trial is held beside it and reads the messages of its share of the shoppers. One
    that cannot be loaded is named once in the log, and the adapter in use reads everybody's.
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
        self._using: Serving | None = None
        self._seen: object = None
        self._problem = "it is still loading"
        self._tried: tuple[Trial, Serving] | None = None
        self._trial_seen: object = None
        self._trial_problem = ""
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
        """Load the adapter in place, and one on trial, if they are not those looked at last."""
        with self._loading:
            self._look_in_place()
            self._look_for_trial()

    def missing(self) -> dict[str, str]:
        """What keeps the server from its work."""
        return {} if self._using else {"model": self._problem}

    def notes(self) -> dict[str, str]:
        """What is wrong and keeps it from nothing: a newer adapter that was refused."""
        if not self._using:
            return {}
        found = {"adapter": self._problem, "trial": self._trial_problem}
        return {name: problem for name, problem in found.items() if problem}

    def serving(self, shopper: str | None = None) -> Serving:
        """The adapter that reads for this shopper, the same for as long as a trial lasts.

        Args:
            shopper: a pseudonym; without one the adapter in use reads.

        Raises:
            ServiceUnavailable: no model could be loaded; the detail says why.
        """
        tried = self._tried
        if tried and shopper and tried[0].takes(shopper):
            return tried[1]
        return self._ready()

    @property
    def embedder(self) -> Embedder:
        """Whatever embeds.

        Raises:
            ServiceUnavailable: no model could be loaded; the detail says why.
        """
        return self._ready().loaded.embedder

    def search_faq(self, text: str, *, k: int) -> FaqSearch:
        """The FAQ entries nearest to a question."""
        embedder = self.embedder
        return self._faq_index(embedder).search(text, k=k, embed=embedder.embed)

    def card(self) -> ModelCard:
        """What is loaded."""
        loaded, tried = self._ready().loaded, self._tried
        card = loaded.predictor.card
        return ModelCard(
            base=card.base,
            adapter=loaded.folder.name,
            labels=list(card.labels.intents),
            entities=list(card.labels.entities),
            metrics={k: v for k, v in card.metrics.items() if isinstance(v, int | float)},
            version=loaded.version,
            runtime=loaded.runtime,
            on_trial=tried[1].version if tried else "",
        )

    def _ready(self) -> Serving:
        using = self._using
        if using is None:
            raise ServiceUnavailable(f"The NLU has no model: {self._problem}")
        return using

    def _look_in_place(self) -> None:
        folder = self._fixed or loading.current_adapter(self._settings)
        seen = files_of(folder)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            # Whoever is being answered keeps the adapter that they began with.
            self._using = self._load(folder)
        except ShopkeeperError as error:
            self._problem = error.detail
            old = self._using.version if self._using else None
            logger.error(
                "the adapter is refused",
                extra={"reason": error.detail, "adapter": folder.name, "old": old},
            )
            return
        self._problem = ""
        loaded = self._using.loaded
        logger.info(
            "the adapter is in use", extra={"adapter": loaded.version, "runtime": loaded.runtime}
        )

    def _look_for_trial(self) -> None:
        shelf = self._settings.models / "nlu"
        trial = None if self._fixed else current_trial(shelf)
        folder = shelf / trial.model if trial else None
        seen = (trial, folder and files_of(folder), self._seen)
        if seen == self._trial_seen:
            return
        self._trial_seen = seen
        if trial is None or folder is None or self._serves(folder):
            if self._tried:
                logger.info("the trial is over", extra={"adapter": self._tried[1].version})
            self._tried, self._trial_problem = None, ""
            return
        try:
            tried = self._load(folder)
        except Exception as error:
            # Whatever is wrong with it, the adapter in use reads everybody's messages.
            reason = error.detail if isinstance(error, ShopkeeperError) else type(error).__name__
            self._tried = None
            self._trial_problem = f"{trial.model} cannot be tried: {reason}"
            logger.error(
                "the adapter on trial is refused",
                extra={"reason": reason, "adapter": trial.model},
            )
            return
        self._tried, self._trial_problem = (trial, tried), ""
        logger.info(
            "the adapter is on trial", extra={"adapter": tried.version, "share": trial.share}
        )

    def _serves(self, folder: Path) -> bool:
        using = self._using
        return using is not None and using.loaded.folder.resolve() == folder.resolve()

    def _load(self, folder: Path) -> Serving:
        beside = self._using.loaded if self._using else None
        loaded = loading.load(folder, settings=self._settings, beside=beside)
        parser = Parser(loaded.predictor, vocabulary=self._vocabulary, lexicon=self._lexicon)
        # The first pass is slow; better now than for the first shopper.
        parser.parse(["warm up"])
        return Serving(loaded, parser)

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
