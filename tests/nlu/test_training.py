"""A tiny encoder learns two or three intents: the whole recipe, in seconds."""

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from peft import LoraConfig

from nlu import adapter as adapters
from nlu.batches import IGNORED, make_batches, make_rows
from nlu.calibration import Calibration
from nlu.card import read_card
from nlu.dataset import Example, fingerprint, read_annotations
from nlu.encoder import load_encoder
from nlu.errors import AdapterError, DatasetError
from nlu.labels import OUT_OF_SCOPE, Labels
from nlu.model import CosineHead
from nlu.recipe import Epoch, Recipe, choose_recipe
from nlu.run import Learnt, average
from nlu.training import Trained, train

ROWS = [
    ("greet", "positive", "hello great"),
    ("greet", "neutral", "hi hi"),
    ("greet", "neutral", "hello hi please"),
    ("greet", "neutral", "hi hello the one"),
    ("goodbye", "negative", "bye bad"),
    ("goodbye", "neutral", "bye bye"),
    ("goodbye", "neutral", "bye hi"),
    ("goodbye", "neutral", "bye the one"),
    ("search_product", "neutral", "show me [red](color) [shoes](category)"),
    ("search_product", "neutral", "i want [blue](color) [boots](category)"),
    ("search_product", "neutral", '[shoes](category) not [red]{"entity":"color","role":"exclude"}'),
    ("search_product", "neutral", "[boots](category) under [80 bucks](price_max)"),
]


def some_rows() -> list[Example]:
    examples = []
    for intent, sentiment, row in ROWS:
        text, spans = read_annotations(row)
        examples.append(Example(text, intent, sentiment, spans))
    return examples * 3


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    # So small a model is faster alone than shared among threads.
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def trained(tiny_encoder: str) -> Trained:
    recipe = Recipe(epochs=12, batch=8, augmented=0.2, patience=12, seed=1)
    return train(some_rows(), recipe=recipe, base=tiny_encoder, device="cpu")


def test_training_learns_and_tells_how_far_it_is(trained: Trained) -> None:
    first, last = trained.history[0], trained.history[-1]
    assert isinstance(first, Epoch)
    assert last.loss < first.loss / 2
    assert last.intent_accuracy > 0.8


def test_rows_for_their_mood_alone_teach_no_intent(tiny_encoder: str) -> None:
    moods = [Example("bye bye bad", "greet", "negative", (), tells_intent=False)] * 12
    recipe = Recipe(epochs=8, batch=8, augmented=0.0, patience=8, seed=1)
    trained = train([*some_rows(), *moods], recipe=recipe, base=tiny_encoder, device="cpu")
    predictor = trained.adapter.predictor()
    [said] = predictor.predict(["bye bye bad"])
    assert predictor.labels.intents[int(said.intents.argmax())] == "goodbye"
    greet = predictor.labels.intent_ids["greet"]
    assert (predictor.landmarks.owners == greet).sum() == 12


def test_evened_training_gives_the_rare_label_its_due(tiny_encoder: str) -> None:
    # The same words mean either; one label has nine times the rows.
    rows = [Example("hi", "often")] * 90 + [Example("hi", "seldom")] * 10

    def chance(evened: float) -> float:
        recipe = Recipe(epochs=6, batch=20, augmented=0.0, smoothing=0.0, evened=evened, seed=1)
        predictor = train(rows, recipe=recipe, base=tiny_encoder, device="cpu").adapter.predictor()
        logits = predictor.run(["hi"]).intents[0]
        return float(logits[predictor.labels.intent_ids["seldom"]] - logits.max())

    assert chance(1.0) > chance(0.0) + 1


def test_averaged_runs_differ_and_the_mean_of_them_is_served(tiny_encoder: str) -> None:
    recipe = Recipe(epochs=3, batch=8, patience=3, runs=2, closing=1, seed=1)
    told: list[tuple[int, int]] = []
    made = train(
        some_rows(),
        recipe=recipe,
        base=tiny_encoder,
        device="cpu",
        on_step=lambda step, of: told.append((step, of)),
    )
    assert [epoch.number for epoch in made.history] == [1, 2, 3, 4, 5, 6]
    assert {epoch.of for epoch in made.history} == {6}
    assert made.history[0].loss != made.history[3].loss
    assert told[-1][0] == told[-1][1] == len(told)
    alone = train(some_rows(), recipe=replace(recipe, runs=1), base=tiny_encoder, device="cpu")
    rows = [example.text for example in some_rows()]
    assert not np.allclose(
        made.adapter.predictor().run(rows).intents, alone.adapter.predictor().run(rows).intents
    )


def test_the_mean_of_runs_is_that_of_weights_and_calibrations() -> None:
    one = Learnt({"w": torch.tensor([1.0, 3.0])}, Calibration(temperature=1.0, threshold=0.2))
    two = Learnt({"w": torch.tensor([3.0, 5.0])}, Calibration(temperature=2.0, threshold=0.4))
    mean = average([one, two])
    assert mean.weights["w"].tolist() == [2.0, 4.0]
    assert mean.calibration.temperature == pytest.approx(1.5)
    assert mean.calibration.threshold == pytest.approx(0.3)
    assert average([one]).calibration == one.calibration


def test_moods_of_many_reviews_get_a_recipe_of_their_own() -> None:
    reviews, intents = choose_recipe(6920, labels=2), choose_recipe(6920, labels=33)
    assert (reviews.epochs, reviews.augmented, reviews.spelling) == (3, 0.0, False)
    assert reviews.evened > intents.evened == 0
    assert (reviews.runs, choose_recipe(15_000, labels=3).runs) == (3, 1)
    assert intents == choose_recipe(6920)


def test_a_saved_adapter_gives_the_same_outputs_plain_and_merged(
    trained: Trained, tmp_path: Path
) -> None:
    trained.save(tmp_path / "adapter")
    texts = ["show me red shoes", "bye", "boots under 80 bucks not blue"]
    before = trained.adapter.predictor().run(texts)
    for merged in (False, True):
        loaded = adapters.load(tmp_path / "adapter", merged=merged)
        after = loaded.predictor().run(texts)
        np.testing.assert_allclose(after.intents, before.intents, atol=1e-4, rtol=1e-4)
        np.testing.assert_allclose(after.sentiments, before.sentiments, atol=1e-4, rtol=1e-4)
        for one, other in zip(after.tags, before.tags, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4, rtol=1e-4)


def test_a_batch_gives_what_single_texts_give(trained: Trained) -> None:
    predictor = trained.adapter.predictor()
    texts = ["hi", "i want blue boots under 80 bucks please show me"]
    together = predictor.run(texts)
    for n, text in enumerate(texts):
        alone = predictor.run([text])
        np.testing.assert_allclose(together.intents[n], alone.intents[0], atol=1e-5, rtol=1e-4)
        np.testing.assert_allclose(together.tags[n], alone.tags[0], atol=1e-5, rtol=1e-4)


def test_one_pass_serves_all_three_heads(trained: Trained) -> None:
    passes = []
    hook = trained.adapter.model.encoder.register_forward_hook(lambda *_: passes.append(1))
    prediction = trained.adapter.predictor().predict(["show me red shoes"])[0]
    hook.remove()
    assert len(passes) == 1
    assert prediction.intents.sum() == pytest.approx(1, abs=1e-4)
    assert prediction.sentiments.sum() == pytest.approx(1, abs=1e-4)
    assert prediction.tags.shape == (4, len(trained.adapter.predictor().labels.tags))


def test_the_card_names_the_data_and_the_files_are_pefts_own(
    trained: Trained, tmp_path: Path
) -> None:
    trained.with_metrics({"accuracy": 0.5}).save(tmp_path / "adapter")
    card = read_card(tmp_path / "adapter")
    assert card.data_hash == fingerprint(some_rows())
    assert card.metrics == {"accuracy": 0.5}
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert (config["peft_type"], config["r"]) == ("LORA", 16)
    assert (tmp_path / "adapter" / "adapter_model.safetensors").is_file()


def test_the_same_seed_gives_the_same_model(tiny_encoder: str) -> None:
    recipe = Recipe(epochs=2, batch=8, seed=4)
    one, other = (
        train(some_rows(), recipe=recipe, base=tiny_encoder, device="cpu") for _ in range(2)
    )
    for (name, mine), (_, theirs) in zip(
        one.adapter.model.learnable(), other.adapter.model.learnable(), strict=True
    ):
        assert torch.equal(mine, theirs), name


def test_another_peft_configuration_does_as_well(tiny_encoder: str, tmp_path: Path) -> None:
    small = LoraConfig(r=2, lora_alpha=4, target_modules=["query"])
    made = train(some_rows(), recipe=Recipe(epochs=1), base=tiny_encoder, device="cpu", peft=small)
    made.save(tmp_path / "adapter")
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert (config["r"], config["target_modules"]) == (2, ["query"])
    adapters.load(tmp_path / "adapter")


def test_rows_without_annotations_teach_the_intent_alone(tiny_encoder: str) -> None:
    plain = [Example(e.text, e.intent) for e in some_rows()]
    made = train(plain, recipe=Recipe(epochs=1), base=tiny_encoder, device="cpu")
    prediction = made.adapter.predictor().predict(["hi"])[0]
    assert prediction.spans == []
    assert made.adapter.card.labels.entities == ()


def test_few_rows_are_joined_by_the_names_of_their_intents(tiny_encoder: str) -> None:
    recipe = choose_recipe(12, epochs=1)
    rows = [Example(e.text, e.intent) for e in some_rows()[:12]]
    rows += [Example("blue one", OUT_OF_SCOPE)] * 2
    plain, named = (
        train(rows, recipe=replace(recipe, names=names), base=tiny_encoder, device="cpu")
        for names in (False, recipe.names)
    )
    kept = [len(made.adapter.landmarks.owners) for made in (plain, named)]
    # What is out of scope has a name that says nothing.
    assert kept == [14, 14 + 3]


def test_one_intent_cannot_be_told_apart(tiny_encoder: str) -> None:
    with pytest.raises(DatasetError, match="two intents"):
        train([Example("hi", "greet")] * 4, base=tiny_encoder, device="cpu")


def test_a_missing_adapter_names_the_cure(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="shopkeeper train nlu"):
        adapters.load(tmp_path)


@pytest.mark.parametrize("name", ["card.json", "heads.safetensors", "adapter_config.json"])
def test_a_damaged_adapter_names_the_cure(trained: Trained, tmp_path: Path, name: str) -> None:
    trained.save(tmp_path / "adapter")
    (tmp_path / "adapter" / name).write_text("{}")
    with pytest.raises(AdapterError, match="shopkeeper train nlu"):
        adapters.load(tmp_path / "adapter")


def test_a_merged_model_cannot_be_saved(trained: Trained, tmp_path: Path) -> None:
    merged = trained.merged()
    with pytest.raises(AdapterError, match="merged"):
        adapters.save(
            tmp_path / "adapter",
            model=merged.model,
            landmarks=merged.landmarks,
            card=merged.card,
        )


def test_a_head_started_at_class_means_knows_its_classes_before_learning() -> None:
    means = torch.eye(3, 8)
    head = CosineHead(8, 3)
    head.start_at(means)
    assert head(means * 5).argmax(1).tolist() == [0, 1, 2]


def test_every_row_is_learnt_once_an_epoch_and_padding_is_ignored(tiny_encoder: str) -> None:
    _, tokenizer = load_encoder(tiny_encoder)
    labels = Labels(("goodbye", "greet", "search_product"))
    rows = make_rows(some_rows(), tokenizer=tokenizer, labels=labels)
    batches = list(make_batches(rows, size=5, rng=random.Random(0)))
    assert sum(len(batch.intents) for batch in batches) == len(rows)
    for batch in batches:
        assert (batch.tags[batch.mask == 0] == IGNORED).all()
