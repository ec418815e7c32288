"""A trained adapter learns more and forgets little; a tiny encoder shows it in seconds."""

from pathlib import Path

import pytest
import torch

from nlu import adapter as adapters
from nlu.card import read_card
from nlu.dataset import Example, fingerprint, read_annotations
from nlu.errors import DatasetError
from nlu.further import choose_further_recipe, draw, learn_further
from nlu.predictor import Predictor
from nlu.recipe import Recipe
from nlu.training import train

KNOWN = [
    Example("hello great", "greet", "positive", ()),
    Example("hi hi", "greet", "neutral", ()),
    Example("hello hi please", "greet", "neutral", ()),
    Example("bye bad", "goodbye", "negative", ()),
    Example("bye bye", "goodbye", "neutral", ()),
    Example("bye the one", "goodbye", "neutral", ()),
]
RECIPE = Recipe(epochs=8, batch=8, augmented=0.0, patience=8, closing=0, seed=1)


@pytest.fixture(scope="module")
def start(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter that knows greetings and goodbyes."""
    torch.set_num_threads(1)
    text, spans = read_annotations("[red](color) [shoes](category)")
    rows = [*KNOWN * 4, *[Example(text, "greet", "neutral", spans)] * 4]
    folder = tmp_path_factory.mktemp("start") / "adapter"
    train(rows, recipe=RECIPE, base=tiny_encoder, device="cpu").save(folder)
    return folder


def top(predictor: Predictor, text: str) -> str:
    [said] = predictor.predict([text])
    return predictor.labels.intents[int(said.intents.argmax())]


def test_it_learns_what_was_corrected_and_keeps_what_it_knew(start: Path) -> None:
    lessons = [Example("where is my order", "goodbye", "neutral", ())] * 12
    trained = learn_further(lessons, known=KNOWN * 4, aside=KNOWN, recipe=RECIPE, start=start)
    predictor = trained.adapter.predictor()
    assert top(predictor, "where is my order") == "goodbye"
    assert [top(predictor, row.text) for row in KNOWN] == [row.intent for row in KNOWN]


def test_a_new_intent_is_learnt_beside_those_it_knew(start: Path, tmp_path: Path) -> None:
    lessons = [Example("where is my order", "track_order", "neutral", ())] * 12
    trained = learn_further(lessons, known=KNOWN * 4, aside=KNOWN, recipe=RECIPE, start=start)
    trained.save(tmp_path / "adapter")
    assert read_card(tmp_path / "adapter").labels.intents == ("goodbye", "greet", "track_order")
    predictor = adapters.load(tmp_path / "adapter").predictor()
    assert top(predictor, "where is my order") == "track_order"
    assert top(predictor, "bye bye") == "goodbye"


def test_no_shoppers_word_stays_with_the_model(start: Path) -> None:
    lessons = [Example("zanzibar where", "greet", "neutral", ())] * 4
    trained = learn_further(lessons, known=KNOWN, aside=KNOWN, recipe=RECIPE, start=start)
    card = trained.adapter.card
    assert card.words == read_card(start).words
    assert card.data_hash == fingerprint([*lessons, *KNOWN])
    assert card.metrics == {}
    # A few rows tell less of what is believable than those that it was made with.
    assert card.calibration == read_card(start).calibration


def test_the_same_seed_and_rows_give_the_same_model(start: Path) -> None:
    lessons = [Example("where is my order", "goodbye", "neutral", ())] * 4
    one, other = (
        learn_further(lessons, known=KNOWN, aside=KNOWN, recipe=RECIPE, start=start)
        for _ in range(2)
    )
    for (name, mine), (_, theirs) in zip(
        one.adapter.model.learnable(), other.adapter.model.learnable(), strict=True
    ):
        assert torch.equal(mine, theirs), name


def test_there_must_be_something_to_learn(start: Path) -> None:
    with pytest.raises(DatasetError, match="nothing new"):
        learn_further([], known=KNOWN, aside=KNOWN, start=start)


def test_rows_are_drawn_of_every_intent_by_its_share() -> None:
    rows = [Example(f"hi {n}", "often") for n in range(90)]
    rows += [Example(f"bye {n}", "seldom") for n in range(10)]
    drawn = draw(rows, count=20, seed=1)
    intents = [row.intent for row in drawn]
    assert (intents.count("often"), intents.count("seldom")) == (18, 2)
    assert drawn == draw(rows, count=20, seed=1)
    assert choose_further_recipe(epochs=2).epochs == 2
