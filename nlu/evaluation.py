"""How good a model is on rows that it has not seen: the report of `evaluate nlu`."""

import time
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.calibration import auroc, expected_calibration_error
from nlu.catalogue import Mirror
from nlu.dataset import Example, Span
from nlu.entities.mentions import Mention
from nlu.entities.values import Normaliser
from nlu.labels import OUT_OF_SCOPE
from nlu.lexicon import read_lexicon
from nlu.measures import (
    label_scores,
    macro_f1,
    overlap_scores,
    percentiles,
)
from nlu.parser import NAMES, Parser
from nlu.predictor import Prediction, Predictor, sentiment_label
from nlu.vocabulary import Vocabulary
from nlu.wire import Role

_TIMED = 200


class _NoCatalogue:
    """Evaluation knows no shop."""

    def stamp(self, session: object) -> tuple[int, None]:
        return 0, None

    def read(self, session: object) -> Vocabulary:
        return Vocabulary()


def evaluate(
    predictor: Predictor,
    examples: Sequence[Example],
    *,
    meant: Sequence[Example] | None = None,
) -> dict[str, Any]:
    """The report on these rows.

    Rows whose label the model does not have are out of scope, and so are those of the intent
    `out_of_scope`. An out-of-scope row is right when it is rejected: when its belief is under the
    threshold or its top label is `out_of_scope`.

    Args:
        predictor: the model.
        examples: the rows; sentiment and entities are reported where they are annotated.
        meant: the same rows without slips, whose values are wanted, but for names and addresses,
            which only their owner can spell; by default the rows are what was meant.
    """
    parser = Parser(predictor, vocabulary=_no_shop(), lexicon=read_lexicon())
    spelt = parser.spell([example.text for example in examples])
    predictions = predictor.predict([each.text for each in spelt])
    report = _intents(predictor, examples, predictions)
    report["latency_ms"] = _latency(parser, examples)
    annotated = [n for n, example in enumerate(examples) if example.spans is not None]
    if annotated and predictor.labels.entities:
        report["entities"] = _entities(
            parser,
            [examples[n] for n in annotated],
            meant=[(meant or examples)[n] for n in annotated],
        )
    felt = [n for n, example in enumerate(examples) if example.sentiment is not None]
    if felt:
        wanted = [str(examples[n].sentiment) for n in felt]
        given = [sentiment_label(predictions[n])[0] for n in felt]
        right = [w == g for w, g in zip(wanted, given, strict=True)]
        report["sentiment"] = {"accuracy": sum(right) / len(right)}
        report["sentiment"]["macro_f1"] = macro_f1(wanted, given)
    return {name: _rounded(value) for name, value in report.items()}


def _intents(
    predictor: Predictor, examples: Sequence[Example], predictions: Sequence[Prediction]
) -> dict[str, Any]:
    labels = predictor.labels
    threshold = predictor.card.calibration.threshold
    known = {name for name in labels.intents if name != OUT_OF_SCOPE}
    wanted = [e.intent if e.intent in known else OUT_OF_SCOPE for e in examples]
    top = [labels.intents[int(p.intents.argmax())] for p in predictions]
    given = [
        OUT_OF_SCOPE if p.belief < threshold or name == OUT_OF_SCOPE else name
        for name, p in zip(top, predictions, strict=True)
    ]
    inside = np.array([name != OUT_OF_SCOPE for name in wanted], dtype=bool)
    right_top = np.array([w == t for w, t in zip(wanted, top, strict=True)], dtype=bool)
    right = np.array([w == g for w, g in zip(wanted, given, strict=True)], dtype=bool)
    score = np.array([_in_scope_score(predictor, p) for p in predictions])
    confidence = np.array([float(p.intents.max()) for p in predictions])
    return {
        "rows": len(examples),
        "accuracy": float(right.mean()),
        "top_accuracy": float(right_top[inside].sum() + _named(top, wanted)) / len(examples),
        "macro_f1": macro_f1(wanted, given),
        "top_macro_f1": _macro_f1_inside(wanted, top, inside),
        "in_scope_accuracy": float(right_top[inside].mean()) if inside.any() else None,
        "oos_auroc": auroc(score[inside], score[~inside]),
        "oos_recall": float(right[~inside].mean()) if (~inside).any() else None,
        "ece": expected_calibration_error(confidence[inside], right_top[inside]),
        "labels": label_scores(wanted, given),
        "confusions": _confusions(examples, wanted, given),
    }


def _macro_f1_inside(wanted: Sequence[str], top: Sequence[str], inside: NDArray[np.bool_]) -> float:
    """Over the rows in scope, at the top label, believed or not."""
    return macro_f1(
        [name for name, counts in zip(wanted, inside, strict=True) if counts],
        [name for name, counts in zip(top, inside, strict=True) if counts],
    )


def _named(top: Sequence[str], wanted: Sequence[str]) -> int:
    """How many out-of-scope rows have `out_of_scope` as their top label."""
    return sum(t == w == OUT_OF_SCOPE for t, w in zip(top, wanted, strict=True))


def _in_scope_score(predictor: Predictor, prediction: Prediction) -> float:
    """How surely a row belongs to an intent that the shop can serve."""
    own = predictor.labels.intent_ids.get(OUT_OF_SCOPE)
    outside = float(prediction.intents[own]) if own is not None else 0.0
    return prediction.belief * (1 - outside)


def _confusions(
    examples: Sequence[Example], wanted: Sequence[str], given: Sequence[str]
) -> list[dict[str, str]]:
    return [
        {"text": e.text, "wanted": w, "given": g}
        for e, w, g in zip(examples, wanted, given, strict=True)
        if w != g
    ]


def _latency(parser: Parser, examples: Sequence[Example]) -> dict[str, float]:
    """One text at a time, as the server is asked, through rules and normalisation too."""
    times = []
    for example in examples[:_TIMED]:
        started = time.perf_counter()
        parser.parse([example.text])
        times.append((time.perf_counter() - started) * 1000)
    return percentiles(times)


def _no_shop() -> Mirror[Vocabulary]:
    return Mirror(_NoCatalogue(), empty=Vocabulary())


def _entities(
    parser: Parser, examples: Sequence[Example], *, meant: Sequence[Example]
) -> dict[str, Any]:
    """Exact spans, and values, of what the parser makes of the rows."""
    parses = parser.parse([example.text for example in examples])
    normaliser = Normaliser(Vocabulary(), read_lexicon(), parser.is_word)
    wanted = [_values(*pair, normaliser) for pair in zip(examples, meant, strict=True)]
    given: list[list[Hashable]] = [
        [(e.entity, e.role, e.value) for e in parse.entities] for parse in parses
    ]
    spans: list[list[Hashable]] = [
        [(e.entity, e.role, e.start, e.end) for e in parse.entities] for parse in parses
    ]
    gold: list[list[Hashable]] = [
        [(s.entity, s.role, s.start, s.end) for s in example.spans or ()] for example in examples
    ]
    kinds = sorted({s.entity for example in examples for s in example.spans or ()})
    return {
        "span": overlap_scores(gold, spans),
        "value": overlap_scores(wanted, given),
        "by_entity": {
            kind: overlap_scores(_only(kind, wanted), _only(kind, given)) for kind in kinds
        },
    }


def _only(kind: str, bags: Sequence[Sequence[Hashable]]) -> list[list[Hashable]]:
    return [
        [thing for thing in bag if isinstance(thing, tuple) and thing[0] == kind] for bag in bags
    ]


def _values(example: Example, meant: Example, normaliser: Normaliser) -> list[Hashable]:
    """The annotated spans with the values that a parser with perfect spans would give them."""
    settled = [
        _settled(example.text, typed, normaliser)
        if typed.entity in NAMES
        else _settled(meant.text, right, normaliser)
        for typed, right in zip(example.spans or (), meant.spans or (), strict=True)
    ]
    return [(m.entity, m.role, m.value) for m in settled if m is not None]


def _settled(text: str, span: Span, normaliser: Normaliser) -> Mention | None:
    role: Role = "exclude" if span.role == "exclude" else "include"
    surface, value = text[span.start : span.end], span.value
    if value is None:
        return normaliser.settle(text, Mention(span.entity, span.start, span.end, role))
    # Who types a maker in small letters gets it so.
    meant = value.lower() if surface.islower() else value
    return normaliser.settle(meant, Mention(span.entity, 0, len(meant), role))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return value
