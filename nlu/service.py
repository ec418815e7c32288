"""What the NLU server holds in memory, loaded once."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

import torch

from common.courtesy import Courtesy
from common.errors import ServiceUnavailable, ShopkeeperError
from common.settings import Settings
from db.tables.catalog import FaqEntry
from nlu import adapter as adapters
from nlu.adapter import SHIPPED, Adapter
from nlu.catalogue import FaqSource, GoodsSource, Mirror, Watch, read_synonyms
from nlu.embedding import Embedder
from nlu.encoder import choose_device, load_encoder
from nlu.faq import FaqIndex, build_index
from nlu.lexicon import read_lexicon
from nlu.parser import Parser
from nlu.predictor import Predictor
from nlu.vocabulary import Vocabulary
from nlu.wire import FaqSearch, ModelCard

logger = logging.getLogger(__name__)


def current_adapter(settings: Settings) -> Path:
    """The adapter trained for this shop, else the one that ships with Shopkeeper."""
    own = settings.models / "nlu" / "current"
    return own if own.exists() else SHIPPED


@dataclass(frozen=True)
class Loaded:
    """The model and what answers with it."""

    adapter: Adapter
    parser: Parser
    embedder: Embedder


class NluService:
    """The model, the shop's words and its FAQ.

    A wrong adapter does not stop the process: it says so at every call and in its readiness.
    """

    def __init__(self, settings: Settings, *, adapter: Path | None = None) -> None:
        self._settings = settings
        self._folder = adapter or current_adapter(settings)
        self.courtesy = Courtesy()
        goods = GoodsSource(read_synonyms(), courtesy=self.courtesy)
        self._vocabulary = Mirror(goods, empty=Vocabulary())
        self._entries: Mirror[list[FaqEntry]] = Mirror(FaqSource(), empty=[])
        self._watch = Watch(settings.database_url, [self._vocabulary, self._entries])
        self._loaded: Loaded | None = None
        self._problem = "still loading"
        self._index: tuple[list[FaqEntry], FaqIndex] | None = None
        self._indexing = threading.Lock()

    def start(self) -> None:
        """Load the model and read the catalogue, then watch it."""
        try:
            self._loaded = self._load()
        except ShopkeeperError as error:
            self._problem = error.detail
            logger.error("the model cannot be loaded", extra={"reason": error.detail})
        self._watch.start()
        if self._loaded:
            # The first pass through torch is slow; better now than for the first shopper.
            self._loaded.parser.parse(["warm up"])
            self.search_faq("warm up", k=1)

    def stop(self) -> None:
        """Stop watching."""
        self._watch.stop()

    def refresh(self) -> None:
        """Look at the database now."""
        self._watch.refresh()

    def missing(self) -> dict[str, str]:
        """What keeps the server from its work."""
        return {} if self._loaded else {"model": self._problem}

    @property
    def parser(self) -> Parser:
        """Whatever parses.

        Raises:
            ServiceUnavailable: no model could be loaded; the detail says why.
        """
        return self._ready().parser

    @property
    def embedder(self) -> Embedder:
        """Whatever embeds.

        Raises:
            ServiceUnavailable: no model could be loaded; the detail says why.
        """
        return self._ready().embedder

    def search_faq(self, text: str, *, k: int) -> FaqSearch:
        """The FAQ entries nearest to a question."""
        embedder = self.embedder
        return self._faq_index(embedder).search(text, k=k, embed=embedder.embed)

    def card(self) -> ModelCard:
        """What is loaded."""
        adapter = self._ready().adapter
        return ModelCard(
            base=adapter.card.base,
            adapter=self._folder.resolve().name,
            labels=list(adapter.card.labels.intents),
            entities=list(adapter.card.labels.entities),
            metrics={k: v for k, v in adapter.card.metrics.items() if isinstance(v, int | float)},
            version=adapter.version,
        )

    def _ready(self) -> Loaded:
        if self._loaded is None:
            raise ServiceUnavailable(f"The NLU has no model: {self._problem}")
        return self._loaded

    def _load(self) -> Loaded:
        device = choose_device(self._settings.device)
        adapter = adapters.load(self._folder)
        plain, tokenizer = load_encoder(adapter.card.base)
        _share_embeddings(adapter, plain)
        predictor = Predictor(adapter, device=device)
        parser = Parser(predictor, vocabulary=self._vocabulary, lexicon=read_lexicon())
        return Loaded(adapter, parser, Embedder(plain.to(device), tokenizer))

    def _faq_index(self, embedder: Embedder) -> FaqIndex:
        entries = self._entries.current
        known = self._index
        if known and known[0] is entries:
            return known[1]
        # One thread builds; the others would only do the same work.
        with self._indexing:
            if not self._index or self._index[0] is not entries:
                self._index = (entries, build_index(entries, embed=embedder.embed))
            return self._index[1]


def _share_embeddings(adapter: Adapter, plain: torch.nn.Module) -> None:
    """Half of MiniLM is its word table, which no adapter touches: keep it in memory once."""
    mine = dict(adapter.model.encoder.named_parameters())
    for name, parameter in plain.named_parameters():
        twin = mine.get(name)
        if "embeddings" in name and twin is not None and torch.equal(twin, parameter):
            parameter.data = twin.data
