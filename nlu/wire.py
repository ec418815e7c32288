"""What travels between the NLU server and those who ask it. Free of torch."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["include", "exclude"]
SentimentLabel = Literal["negative", "neutral", "positive"]
EntityValue = str | int | float

FALLBACK = "nlu_fallback"


class Wire(BaseModel):
    """The base of all shapes; what a newer server adds is kept, not refused."""

    model_config = ConfigDict(extra="allow")


class Intent(Wire):
    """An intent with its calibrated confidence, 0 to 1."""

    name: str
    confidence: float


class Entity(Wire):
    """A thing that was named, as the shop calls it.

    Attributes:
        value: normalised: a number for prices, ratings, quantities and ordinals (the last is -1),
            otherwise the shop's own word, or the surface text in lower case if it has none.
        start, end: where it stands; `text[start:end]` is the surface text.
        known: whether the shop's catalogue has it; None for kinds that have no vocabulary.
        source: who found it: the model, a rule or the catalogue's word list.
    """

    entity: str
    value: EntityValue
    start: int
    end: int
    role: Role = "include"
    confidence_entity: float = 1.0
    known: bool | None = None
    source: Literal["model", "rule", "vocabulary", "payload"] = "model"


class Sentiment(Wire):
    """How the message feels; score runs from -1 (negative) to 1 (positive)."""

    label: SentimentLabel = "neutral"
    score: float = 0.0
    confidence: float = 1.0


class Parse(Wire):
    """One message understood. `intent.name` is `nlu_fallback` where nothing is believable;
    the ranking still holds the guesses, best first.

    Attributes:
        readable: False where most letters are of a script that the model never learnt from.
        tapped: a quick reply was tapped: `text` is its title, our own wording.
        model_version: who read it, as `name@hash`; empty where no model was asked.
    """

    text: str
    intent: Intent
    intent_ranking: list[Intent] = Field(default_factory=list)
    entities: list[Entity] = Field(default_factory=list)
    sentiment: Sentiment = Field(default_factory=Sentiment)
    readable: bool = True
    tapped: bool = False
    model_version: str = ""

    def named(self, entity: str, *, role: Role = "include") -> list[EntityValue]:
        """The values of this entity in this role, in the order of the text."""
        return [e.value for e in self.entities if e.entity == entity and e.role == role]


class ParseRequest(Wire):
    """Rasa's own request; message_id and token are accepted and not needed.

    Attributes:
        shopper: a pseudonym of who wrote it. While a model is on trial it decides which one reads.
    """

    text: str
    shopper: str | None = Field(default=None, max_length=200)
    message_id: str | None = None
    token: str | None = None


class BatchRequest(Wire):
    """Texts to parse at once."""

    texts: list[str] = Field(max_length=512)


class BatchAnswer(Wire):
    """Parses in the order of the texts."""

    parses: list[Parse]


class EmbedRequest(Wire):
    """Texts to embed at once."""

    texts: list[str] = Field(max_length=512)


class EmbedAnswer(Wire):
    """Unit vectors of the base encoder, in the order of the texts."""

    vectors: list[list[float]]


class FaqRequest(Wire):
    """A question in the shopper's words, and how many entries to return."""

    text: str
    k: int = Field(default=3, ge=1, le=20)


class FaqHit(Wire):
    """One entry of the shop's FAQ with how well it fits, 0 to 1."""

    id: str
    question: str
    answer: str
    score: float


class FaqSearch(Wire):
    """Entries, best first; answerable says whether the first one really answers."""

    entries: list[FaqHit] = Field(default_factory=list)
    answerable: bool = False


class ModelCard(Wire):
    """What is loaded.

    Attributes:
        runtime: onnx on a CPU, torch on a GPU.
        on_trial: the version that reads some shoppers' messages meanwhile; empty where none does.
    """

    base: str
    adapter: str
    labels: list[str]
    entities: list[str]
    metrics: dict[str, float] = Field(default_factory=dict)
    version: str
    runtime: str = ""
    on_trial: str = ""


def spans_overlap(one: Entity, others: Iterable[Entity]) -> bool:
    """Whether this entity shares a character with any of the others."""
    return any(one.start < other.end and other.start < one.end for other in others)
