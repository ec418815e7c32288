"""What a model answers, row by row: two models are compared on the rows where they differ.

The rules are those of `nlu.evaluation`: a row whose intent the model does not have is out of scope,
and an out-of-scope row is right when it is rejected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nlu.calibration import auroc, expected_calibration_error
from nlu.catalogue import Mirror
from nlu.dataset import Example
from nlu.labels import OUT_OF_SCOPE
from nlu.lexicon import read_lexicon
from nlu.measures import overlap_scores
from nlu.parser import Parser
from nlu.predictor import Prediction, Predictor, sentiment_label
from nlu.vocabulary import Vocabulary
from nlu.wire import FALLBACK, Parse

# An entity: what, in which role, from where to where.
Found = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model makes of one message.

    Attributes:
        given: the intent that it acts on; `out_of_scope` where it believes none.
        top: the likeliest intent.
        confidence: its probability.
        in_scope: how surely the message belongs to an intent that the shop can serve.
    """

    given: str
    top: str
    confidence: float
    in_scope: float
    sentiment: str
    entities: frozenset[Found]


class _NoCatalogue:
    """An exam knows no shop."""

    def stamp(self, session: object) -> tuple[int, None]:
        return 0, None

    def read(self, session: object) -> Vocabulary:
        return Vocabulary()


class _Remembering(Predictor):
    """Asks the model once of each text."""

    @cached_property
    def known(self) -> dict[str, Prediction]:
        return {}

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(new, super().predict(new), strict=True))
        return [self.known[text] for text in texts]


def parser_without_shop(predictor: Predictor) -> Parser:
    """A parser as the server's, that knows no shop's words."""
    words = Mirror(_NoCatalogue(), empty=Vocabulary())
    return Parser(predictor, vocabulary=words, lexicon=read_lexicon())


def answer(predictor: Predictor, texts: Sequence[str]) -> list[Answer]:
    """What the model says of each text, through spelling and rules as it serves."""
    predictor = _Remembering(
        predictor.engine, predictor.tokenizer, predictor.landmarks, predictor.card
    )
    parser = parser_without_shop(predictor)
    predictions = predictor.predict([spelt.text for spelt in parser.spell(texts)])
    names = predictor.labels.intents
    outside = predictor.labels.intent_ids.get(OUT_OF_SCOPE)
    threshold = predictor.card.calibration.threshold
    answers = []
    for parse, said in zip(parser.parse(texts), predictions, strict=True):
        top = names[int(said.intents.argmax())]
        in_scope = said.belief * (1 - (float(said.intents[outside]) if outside is not None else 0))
        answers.append(
            Answer(
                given=top if said.belief >= threshold else OUT_OF_SCOPE,
                top=top,
                confidence=float(said.intents.max()),
                in_scope=in_scope,
                sentiment=sentiment_label(said)[0],
                entities=entities_of(parse),
            )
        )
    return answers


def entities_of(parse: Parse) -> frozenset[Found]:
    """Those that were read, without their values."""
    return frozenset((e.entity, e.role, e.start, e.end) for e in parse.entities)


def intent_rights(rows: Sequence[Example], answers: Sequence[Answer]) -> list[bool]:
    """Whether each row's intent was read right."""
    return [
        a.given == (row.intent if row.intent != FALLBACK else OUT_OF_SCOPE)
        for row, a in zip(rows, answers, strict=True)
    ]


def figures(rows: Sequence[Example], answers: Sequence[Answer]) -> dict[str, float]:
    """What of an evaluation's report a gate looks at; a figure that has no rows is left out.

    Returns:
        accuracy, in_scope_accuracy, oos_auroc, oos_recall, ece, entity_f1, sentiment_accuracy.
    """
    inside = np.array([row.intent != OUT_OF_SCOPE for row in rows], dtype=bool)
    right = np.array(intent_rights(rows, answers), dtype=bool)
    top = np.array([row.intent == a.top for row, a in zip(rows, answers, strict=True)], dtype=bool)
    found: dict[str, float | None] = {
        "accuracy": _mean(right),
        "in_scope_accuracy": _mean(top[inside]),
        "oos_recall": _mean(right[~inside]),
    }
    scores = np.array([a.in_scope for a in answers])
    found["oos_auroc"] = auroc(scores[inside], scores[~inside]) if len(rows) else None
    if inside.any():
        confidence = np.array([a.confidence for a in answers])
        found["ece"] = expected_calibration_error(confidence[inside], top[inside])
    annotated = [n for n, row in enumerate(rows) if row.spans is not None]
    if annotated:
        wanted = [_wanted(rows[n]) for n in annotated]
        given = [sorted(answers[n].entities) for n in annotated]
        found["entity_f1"] = overlap_scores(wanted, given)["f1"]
    felt = [n for n, row in enumerate(rows) if row.sentiment is not None]
    found["sentiment_accuracy"] = _mean(
        np.array([rows[n].sentiment == answers[n].sentiment for n in felt], dtype=bool)
    )
    return {name: float(value) for name, value in found.items() if value is not None}


def calibration_bins(
    rows: Sequence[Example], answers: Sequence[Answer], *, bins: int = 10
) -> list[tuple[float, float, int]]:
    """Mean confidence, share that is right, and rows of each bin that has any, in scope."""
    pairs = [
        (a.confidence, row.intent == a.top)
        for row, a in zip(rows, answers, strict=True)
        if row.intent != OUT_OF_SCOPE
    ]
    found = []
    for number in range(bins):
        mine = [pair for pair in pairs if min(int(pair[0] * bins), bins - 1) == number]
        if mine:
            sure, right = (sum(pair[n] for pair in mine) / len(mine) for n in (0, 1))
            found.append((sure, right, len(mine)))
    return found


def _wanted(row: Example) -> list[Found]:
    return sorted((s.entity, s.role, s.start, s.end) for s in row.spans or ())


def _mean(values: NDArray[np.bool_]) -> float | None:
    return float(values.mean()) if len(values) else None
