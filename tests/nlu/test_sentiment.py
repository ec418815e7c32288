"""Moods that are easily misread: the messages, and how they are counted."""

import re
from collections import Counter
from pathlib import Path

import pytest
import torch
from rapidfuzz import fuzz
from torch import nn

from benchmarks.sentiment import FOLDER, Felt, read_messages, score, table
from nlu.dataset import DATA, Example, read_folder
from nlu.labels import SENTIMENTS
from nlu.predictor import Predictor, sentiment_label
from nlu.sentiment import balance

_ALIKE = 90


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", text.lower()).strip()


@pytest.mark.parametrize("part", ["validation", "test"])
def test_every_kind_of_message_comes_in_several_moods(part: str) -> None:
    messages = read_messages(FOLDER / f"{part}.yml")
    for group, moods in {m.group: set() for m in messages}.items():
        moods |= {m.sentiment for m in messages if m.group == group}
        assert moods == set(SENTIMENTS), group
    assert max(Counter(m.text for m in messages).values()) == 1


@pytest.mark.parametrize("part", ["validation", "test"])
def test_no_message_is_a_training_row(part: str) -> None:
    learnt = {plain(example.text) for example in read_folder(DATA / "train")}
    for message in read_messages(FOLDER / f"{part}.yml"):
        text = plain(message.text)
        assert not text or text not in learnt, message.text
        # Short phrases are alike by nature.
        if len(text) > 12:
            nearest = max(learnt, key=lambda other: fuzz.ratio(text, other))
            assert fuzz.ratio(text, nearest) < _ALIKE, (message.text, nearest)


def test_a_list_that_is_no_sentiment_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "moods.yml"
    file.write_text("irony:\n  furious: ['grr']\n")
    with pytest.raises(KeyError, match="furious"):
        read_messages(file)


def test_taking_delight_for_anger_is_counted_apart() -> None:
    messages = [
        Felt("not bad at all", "positive", "negation"),
        Felt("no rush", "neutral", "negation"),
        Felt("oh great", "negative", "sarcasm"),
    ]
    found = score(messages, ["negative", "negative", "negative"])
    assert (found.rows, found.opposed) == (3, 1)
    assert found.accuracy == pytest.approx(1 / 3)
    assert [line.split(" | ")[:3] for line in table(messages, ["positive"] * 3)[2:]] == [
        ["| negation", "2", ".500"],
        ["| sarcasm", "1", ".000"],
        ["| all", "3", ".333"],
    ]


def felt(**counts: int) -> list[Example]:
    return [Example("x", "greet", mood) for mood, count in counts.items() for _ in range(count)]


def test_a_head_that_knows_only_how_rare_moods_are_is_less_sure_of_the_common_one() -> None:
    head = nn.Linear(4, len(SENTIMENTS))
    shares = torch.tensor([0.1, 0.8, 0.1])
    with torch.no_grad():
        head.weight.zero_()
        head.bias.copy_(shares.log())

    balance(head, felt(negative=10, neutral=80, positive=10))

    roots = shares.sqrt()
    torch.testing.assert_close(head(torch.ones(1, 4)).softmax(-1)[0], roots / roots.sum())


@pytest.mark.parametrize("examples", [[], [Example("x", "greet")], felt(neutral=9)])
def test_without_moods_to_weigh_the_head_stays_as_it_is(examples: list[Example]) -> None:
    head = nn.Linear(4, len(SENTIMENTS))
    before = head.bias.detach().clone()

    balance(head, examples)

    torch.testing.assert_close(head.bias.detach(), before)


def test_the_shipped_adapter_is_seldom_fooled(shipped: Predictor) -> None:
    messages = read_messages(FOLDER / "validation.yml")
    predictions = shipped.predict([m.text for m in messages])
    found = score(messages, [sentiment_label(prediction)[0] for prediction in predictions])
    assert found.accuracy >= 0.75
    assert found.opposed <= 0.15 * found.rows
