"""How well an adapter reads moods that are easily misread, by kind of message.

    python -m benchmarks.sentiment [validation | test] [--adapter nlu/adapter] [--misread]

The messages are `nlu_data/sentiment/*.yml`. Choose by `validation`; `test` is for the last look.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import yaml

from nlu import adapter as adapters
from nlu.card import SHIPPED
from nlu.dataset import DATA
from nlu.labels import SENTIMENTS
from nlu.measures import macro_f1
from nlu.predictor import Prediction, sentiment_label

FOLDER = DATA / "sentiment"


@dataclass(frozen=True)
class Felt:
    """A message, its mood, and what makes it easy to misread."""

    text: str
    sentiment: str
    group: str


@dataclass(frozen=True)
class Score:
    """What became of the messages of one group.

    Attributes:
        opposed: taken for the opposite: pleased for upset, or upset for pleased.
    """

    rows: int
    accuracy: float
    macro_f1: float
    opposed: int


def main() -> int:
    """Print a table; the misread messages too where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("part", nargs="?", choices=("validation", "test"), default="validation")
    parser.add_argument("--adapter", type=Path, default=SHIPPED)
    parser.add_argument("--misread", action="store_true", help="print those it got wrong")
    options = parser.parse_args()
    torch.set_num_threads(1)
    messages = read_messages(FOLDER / f"{options.part}.yml")
    predictions = adapters.load(options.adapter).predictor().predict([m.text for m in messages])
    given = [sentiment_label(prediction)[0] for prediction in predictions]
    print("\n".join(table(messages, given)))
    if options.misread:
        print("\n".join(misread(messages, predictions)))
    return 0


def read_messages(file: Path) -> list[Felt]:
    """The messages of a file: groups of sentiments of texts.

    Raises:
        KeyError: a list is no sentiment.
    """
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for lists in content.values():
        if unknown := set(lists) - set(SENTIMENTS):
            raise KeyError(f"{file}: {sorted(unknown)[0]!r} is none of {SENTIMENTS}.")
    return [
        Felt(text, sentiment, group)
        for group, lists in content.items()
        for sentiment, texts in lists.items()
        for text in texts
    ]


def score(messages: Sequence[Felt], given: Sequence[str]) -> Score:
    """How right the given labels are."""
    pairs = [(m.sentiment, label) for m, label in zip(messages, given, strict=True)]
    return Score(
        rows=len(pairs),
        accuracy=sum(wanted == got for wanted, got in pairs) / len(pairs),
        macro_f1=macro_f1([wanted for wanted, _ in pairs], list(given)),
        opposed=sum({wanted, got} == {"negative", "positive"} for wanted, got in pairs),
    )


def table(messages: Sequence[Felt], given: Sequence[str]) -> list[str]:
    """Markdown: a row for each group and one for all."""
    lines = ["| messages | rows | accuracy | macro-F1 | opposed |", "|---|---|---|---|---|"]
    groups = dict.fromkeys(message.group for message in messages)
    for group in [*groups, None]:
        chosen = [n for n, m in enumerate(messages) if group in (m.group, None)]
        found = score([messages[n] for n in chosen], [given[n] for n in chosen])
        figures = f"{found.accuracy:.3f} | {found.macro_f1:.3f}".replace("0.", ".")
        lines.append(f"| {group or 'all'} | {found.rows} | {figures} | {found.opposed} |")
    return lines


def misread(messages: Sequence[Felt], predictions: Sequence[Prediction]) -> list[str]:
    """A line for each message that was taken for something else."""
    return [
        f"{m.group}: {m.text!r} is {m.sentiment}, taken for {label} ({prediction.mood:+.2f})"
        for m, prediction in zip(messages, predictions, strict=True)
        if (label := sentiment_label(prediction)[0]) != m.sentiment
    ]


if __name__ == "__main__":
    sys.exit(main())
