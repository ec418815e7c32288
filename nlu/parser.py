"""Texts in, parses out: the model, the rules and the shop's words together."""

import json
import re
from collections.abc import Callable, Sequence

from nlu.catalogue import Mirror
from nlu.entities.resolution import resolve
from nlu.entities.values import Normaliser
from nlu.lexicon import Lexicon
from nlu.predictor import Prediction, Predictor, sentiment_label
from nlu.scripts import is_readable
from nlu.spelling import TRUSTED, Speller, Spelt, common_words
from nlu.vocabulary import Vocabulary
from nlu.wire import FALLBACK, Entity, Intent, Parse, Sentiment

_RANKING = 10
_PAYLOAD = re.compile(r"^/(?P<intent>\w+)\s*(?P<entities>\{.*\})?\s*$", re.DOTALL)
_OUTSIDE = 0
# No spelling is right for these.
NAMES = frozenset({"person", "address"})
# Emoji and signs say something; white space and control characters alone do not.
_SAYS_SOMETHING = re.compile(r"[^\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff\ufe0f]")


class Parser:
    """Parses for one shop. Safe to share between threads."""

    def __init__(
        self, predictor: Predictor, *, vocabulary: Mirror[Vocabulary], lexicon: Lexicon
    ) -> None:
        self.predictor = predictor
        self._vocabulary = vocabulary
        self._lexicon = lexicon
        self._words = frozenset(predictor.tokenizer.get_vocab())
        self._common = common_words(predictor.tokenizer.get_vocab())
        self._speller: tuple[Vocabulary, Speller] | None = None

    def parse(self, texts: Sequence[str]) -> list[Parse]:
        """One parse a text, in their order. Never fails on what a text holds."""
        said = [n for n, text in enumerate(texts) if _SAYS_SOMETHING.search(text)]
        spelt = self.spell([texts[n] for n in said])
        predictions = self.predictor.predict([each.text for each in spelt])
        parses = [nothing_said(text) for text in texts]
        for n, right, prediction in zip(said, spelt, predictions, strict=True):
            parses[n] = self._parse(texts[n], right, prediction)
        return parses

    def spell(self, texts: Sequence[str]) -> list[Spelt]:
        """The texts as the model reads them: misspelt words put right, the shop's own known."""
        if not self.predictor.card.words:
            return [Spelt(text, range(len(text))) for text in texts]
        vocabulary, made = self._vocabulary.current, self._speller
        if made is None or made[0] is not vocabulary:
            own = dict.fromkeys(vocabulary.words, TRUSTED) | self.predictor.card.words
            made = self._speller = (
                vocabulary,
                Speller(
                    own,
                    common=self._common,
                    pairs=self.predictor.card.pairs,
                    names=[*self._lexicon.values.get("brand", ()), *vocabulary.values_of("brand")],
                ),
            )
        return [made[1].correct(text) for text in texts]

    def parse_payload(self, text: str) -> Parse | None:
        """The parse of our own `/intent{"entity": "value"}`; None for anything else."""
        match = _PAYLOAD.match(text)
        known = {*self.predictor.labels.intents, FALLBACK}
        if match is None or match["intent"] not in known:
            return None
        try:
            values = json.loads(match["entities"] or "{}")
        except ValueError:
            return None
        entities = [
            Entity(entity=name, value=value, start=0, end=0, source="payload")
            for name, given in values.items()
            for value in (given if isinstance(given, list) else [given])
            if isinstance(value, str | int | float)
        ]
        intent = Intent(name=match["intent"], confidence=1.0)
        return Parse(
            text=text, intent=intent, intent_ranking=[intent], entities=entities, tapped=True
        )

    def _parse(self, text: str, spelt: Spelt, prediction: Prediction) -> Parse:
        ranking = self._rank(prediction)
        readable = is_readable(text, self.predictor.card.scripts)
        believable = prediction.belief >= self.predictor.card.calibration.threshold
        doubt = Intent(name=FALLBACK, confidence=round(1 - prediction.belief, 4))
        label, confidence = sentiment_label(prediction)
        normaliser = Normaliser(self._vocabulary.current, self._lexicon, self.is_word)
        return Parse(
            text=text,
            intent=ranking[0] if believable and readable else doubt,
            intent_ranking=ranking,
            entities=[
                _as_typed(entity, spelt, text)
                for entity in resolve(
                    spelt.text,
                    spans=prediction.spans,
                    hunch=_hunch(prediction),
                    normaliser=normaliser,
                )
            ],
            readable=readable,
            sentiment=Sentiment.model_validate(
                {
                    "label": label,
                    "score": round(prediction.mood, 4),
                    "confidence": round(confidence, 4),
                }
            ),
        )

    def _rank(self, prediction: Prediction) -> list[Intent]:
        order = prediction.intents.argsort()[::-1][:_RANKING]
        return [
            Intent(
                name=self.predictor.labels.intents[n],
                confidence=round(float(prediction.intents[n]), 4),
            )
            for n in order
        ]

    def is_word(self, word: str) -> bool:
        """Whether this is a common word: the encoder's own vocabulary holds it whole."""
        return word in self._words


def _as_typed(entity: Entity, spelt: Spelt, text: str) -> Entity:
    """The entity where it stands in the shopper's own text, names as they were typed."""
    start, end = spelt.locate(entity.start, entity.end)
    value = text[start:end] if entity.entity in NAMES else entity.value
    return entity.model_copy(update={"start": start, "end": end, "value": value})


def nothing_said(text: str) -> Parse:
    """The parse of an empty text."""
    doubt = Intent(name=FALLBACK, confidence=1.0)
    return Parse(text=text, intent=doubt, intent_ranking=[])


def _hunch(prediction: Prediction) -> Callable[[int, int], float]:
    """The chance that the model gives to any entity at a stretch of the text."""

    def hunch(start: int, end: int) -> float:
        inside = [
            1 - float(prediction.tags[n, _OUTSIDE])
            for n, (first, last) in enumerate(prediction.offsets)
            if first < end and start < last
        ]
        return max(inside, default=0.0)

    return hunch
