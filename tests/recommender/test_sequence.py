"""The sequence model on small made worlds whose right answer anyone can see."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from common.errors import ConfigurationError
from recommender.sequence.errors import SequenceModelError, TrainingDataError
from recommender.sequence.evaluation import figures, ranks
from recommender.sequence.histories import Histories, from_items
from recommender.sequence.packing import pack
from recommender.sequence.recipe import Recipe
from recommender.sequence.scorer import SequenceScorer
from recommender.sequence.storage import CARD, WEIGHTS, load, save
from recommender.sequence.training import Trained, train

ITEMS, STRIDE = 40, 7
SMALL = Recipe(
    width=32, layers=1, length=16, rows=8, dropout=0.1, warmup=5, epochs=5, rate=5e-3, scale=10.0
)
IDS = [f"p{number}" for number in range(ITEMS)]


def a_circle(shoppers: int, *, steps: int = 6, seed: int = 1) -> Histories:
    """Shoppers who start anywhere and go round: after each item comes the one `STRIDE` on."""
    starts = np.random.default_rng(seed).integers(ITEMS, size=shoppers)
    return from_items([[int(s + STRIDE * step) % ITEMS for step in range(steps)] for s in starts])


def some_texts(*, width: int = 24, seed: int = 2) -> NDArray[np.float32]:
    """A direction for each item, as alike as chance has it."""
    vectors = np.random.default_rng(seed).normal(size=(ITEMS, width))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def after(item: int) -> Histories:
    """Somebody who had this item and the two before it."""
    return from_items([[(item + STRIDE * back) % ITEMS for back in (-2, -1, 0)]])


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(a_circle(200), some_texts(), recipe=SMALL, device="cpu")


def test_an_order_that_is_there_is_learnt_where_popularity_knows_nothing(trained: Trained) -> None:
    asked, targets = a_circle(100, seed=9).split_last()
    learnt = figures(ranks(trained.scorer(), asked, targets), cuts=(10,))
    counts = np.bincount(a_circle(200).items, minlength=ITEMS).astype(np.float32)
    popular = figures(
        ranks(lambda some: np.tile(counts, (len(some), 1)), asked, targets), cuts=(10,)
    )
    assert learnt["recall@10"] > 0.9
    assert learnt["ndcg@10"] > 2 * popular["ndcg@10"]


def test_the_best_epoch_is_kept(trained: Trained) -> None:
    assert trained.best.figures["ndcg@10"] == max(
        epoch.figures["ndcg@10"] for epoch in trained.history
    )
    learn, targets = a_circle(200).split_last()
    again = figures(ranks(trained.scorer(), learn, targets))
    assert again == pytest.approx(trained.best.figures)


def test_the_last_step_of_training_histories_is_not_learnt() -> None:
    # Two of three shoppers' last steps go elsewhere: whoever learns them follows.
    rounds = a_circle(200)
    changed = Histories(rounds.columns.copy(), rounds.starts)
    changed.columns[0, changed.starts[1:] - 1] = 3
    one = train(rounds, some_texts(), recipe=replace(SMALL, epochs=1), device="cpu")
    other = train(changed, some_texts(), recipe=replace(SMALL, epochs=1), device="cpu")
    assert np.array_equal(one.scorer()(after(8)), other.scorer()(after(8)))


def test_a_broken_off_run_ends_as_it_would_have(tmp_path: Path) -> None:
    rounds, texts, file = a_circle(60), some_texts(), tmp_path / "run.pt"
    recipe = replace(SMALL, epochs=3)
    whole = train(rounds, texts, recipe=recipe, device="cpu")
    train(rounds, texts, recipe=replace(recipe, epochs=1), device="cpu", checkpoint=file)
    resumed = train(rounds, texts, recipe=recipe, device="cpu", checkpoint=file)
    assert len(resumed.history) == 3
    assert [e.loss for e in resumed.history] == [e.loss for e in whole.history]
    assert np.array_equal(resumed.scorer()(after(3)), whole.scorer()(after(3)))


def test_a_run_does_not_go_on_with_another_ones_checkpoint(tmp_path: Path) -> None:
    file, recipe = tmp_path / "run.pt", replace(SMALL, epochs=1)
    train(a_circle(30), some_texts(), recipe=recipe, device="cpu", checkpoint=file)
    with pytest.raises(TrainingDataError, match="remove it"):
        train(a_circle(31), some_texts(), recipe=recipe, device="cpu", checkpoint=file)


def test_without_three_steps_of_anybody_there_is_nothing_to_learn() -> None:
    with pytest.raises(TrainingDataError, match="import more"):
        train(from_items([[1, 2], [3]]), some_texts(), recipe=SMALL, device="cpu")
    with pytest.raises(TrainingDataError, match="import more"):
        train(from_items([]), some_texts(), recipe=SMALL, device="cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigurationError, match="set auto or cpu"):
        train(a_circle(20), some_texts(), recipe=SMALL, device="cuda")


def test_a_step_sees_what_was_before_it_and_nobody_elses(trained: Trained) -> None:
    histories = from_items([[1, 8, 15], [2, 9]])
    together = next(pack(histories, np.arange(2), length=16, rows=1))
    later = next(pack(from_items([[1, 8, 30], [2, 9]]), np.arange(2), length=16, rows=1))
    alone = next(pack(histories, np.array([1]), length=16, rows=1))
    with torch.inference_mode():
        read = trained.model.eval()(together)[0]
        changed = trained.model(later)[0]
        by_itself = trained.model(alone)[0]
    # The third place is another item; before it and with the other shopper nothing changes.
    assert torch.allclose(read[[0, 1, 3, 4]], changed[[0, 1, 3, 4]], atol=1e-5)
    assert not torch.allclose(read[2], changed[2], atol=1e-3)
    assert torch.allclose(read[3:5], by_itself[:2], atol=1e-5)


def test_every_step_but_the_first_is_learnt_once_unless_it_is_a_rejection() -> None:
    histories = from_items([[1, 2, 3], [4, 5], [6], [7, 8, 9, 10]])
    histories.columns[1, 4] = 5  # Item 5 went back.
    learnt = []
    for packed in pack(histories, np.array([3, 0, 1, 2]), length=4, rows=2):
        places, wanted = packed.transitions()
        taught = packed.steps[0].flatten()[places].tolist()
        learnt += list(zip(taught, wanted.tolist(), strict=True))
    assert sorted(learnt) == [(1, 2), (2, 3), (7, 8), (8, 9), (9, 10)]


def test_a_long_history_is_read_from_its_end(trained: Trained) -> None:
    long = [(3 * step) % ITEMS for step in range(30)]
    scores = trained.scorer()(from_items([long, long[-SMALL.length :]]))
    assert np.allclose(scores[0], scores[1], atol=1e-5)


def test_a_stranger_gets_no_scores_and_does_not_disturb_the_others(trained: Trained) -> None:
    scores = trained.scorer()(from_items([[], [1, 8], []]))
    assert not scores[[0, 2]].any()
    assert np.allclose(scores[1], trained.scorer()(from_items([[1, 8]]))[0], atol=1e-5)


def test_what_was_saved_scores_the_same(trained: Trained, tmp_path: Path) -> None:
    save(tmp_path, trained, item_ids=IDS, encoder="e")
    loaded = load(tmp_path, item_ids=IDS, texts=some_texts(), encoder="e")
    assert np.allclose(loaded(after(5)), trained.scorer()(after(5)), atol=1e-6)


def test_goods_keep_their_scores_when_the_catalogue_moves(trained: Trained, tmp_path: Path) -> None:
    save(tmp_path, trained, item_ids=IDS, encoder="e")
    kept = list(range(ITEMS - 1, 9, -1))
    moved = load(
        tmp_path, item_ids=[IDS[row] for row in kept], texts=some_texts()[kept], encoder="e"
    )
    history = [20, 27, 34]
    here = moved(from_items([[kept.index(item) for item in history]]))[0]
    there = trained.scorer()(from_items([history]))[0]
    assert np.allclose(here, there[kept], atol=1e-5)


def test_an_item_never_seen_is_found_by_its_text(tmp_path: Path) -> None:
    # Texts of one kind are alike; whoever took two of a kind takes the next of it.
    rng = np.random.default_rng(3)
    kinds = np.arange(ITEMS) % 4
    texts = (np.eye(4)[kinds] * 3 + 0.3 * rng.normal(size=(ITEMS, 4))).astype(np.float32)
    shelves = [np.flatnonzero(kinds == kind) for kind in range(4)]
    histories = from_items([rng.permutation(shelves[n % 4])[:5].tolist() for n in range(200)])
    made = train(histories, texts, recipe=replace(SMALL, strangers=0.3), device="cpu")
    save(tmp_path, made, item_ids=IDS, encoder="e")
    new = (np.eye(4) * 3).astype(np.float32)
    scorer = load(
        tmp_path,
        item_ids=[*IDS, "new0", "new1", "new2", "new3"],
        texts=np.concatenate([texts, new]),
        encoder="e",
    )
    for kind, shelf in enumerate(shelves):
        scores = scorer(from_items([shelf[:3].tolist()]))[0, ITEMS:]
        assert int(scores.argmax()) == kind


def test_a_model_of_another_shop_is_refused(trained: Trained, tmp_path: Path) -> None:
    save(tmp_path, trained, item_ids=IDS, encoder="e")
    with pytest.raises(SequenceModelError, match="another catalogue: of its 40 products this"):
        load(tmp_path, item_ids=[f"q{n}" for n in range(ITEMS)], texts=some_texts(), encoder="e")


def test_a_model_of_another_encoder_is_refused(trained: Trained, tmp_path: Path) -> None:
    save(tmp_path, trained, item_ids=IDS, encoder="e")
    with pytest.raises(SequenceModelError, match="SHOPKEEPER_BASE_MODEL"):
        load(tmp_path, item_ids=IDS, texts=some_texts(), encoder="f")


@pytest.mark.parametrize("name", [CARD, WEIGHTS])
def test_a_damaged_model_says_what_to_do(trained: Trained, tmp_path: Path, name: str) -> None:
    save(tmp_path, trained, item_ids=IDS, encoder="e")
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:100])
    with pytest.raises(SequenceModelError, match="damaged: train one"):
        load(tmp_path, item_ids=IDS, texts=some_texts(), encoder="e")


def test_no_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SequenceModelError, match="shopkeeper train recommender"):
        load(tmp_path, item_ids=IDS, texts=some_texts(), encoder="e")


def test_the_card_tells_how_good_it_is(trained: Trained, tmp_path: Path) -> None:
    save(tmp_path, trained, item_ids=IDS, encoder="e")
    card = json.loads((tmp_path / CARD).read_text())
    assert card["metrics"]["ndcg@10"] == trained.best.figures["ndcg@10"]
    assert card["recipe"]["width"] == SMALL.width


@pytest.mark.parametrize(("ids", "text"), [(True, False), (False, True)])
def test_either_half_of_an_item_will_do(ids: bool, text: bool) -> None:
    recipe = replace(SMALL, ids=ids, text=text)
    made = train(a_circle(200), some_texts(), recipe=recipe, device="cpu")
    assert made.best.figures["recall@10"] > 0.9


def test_items_without_ids_and_text_are_refused() -> None:
    with pytest.raises(ValueError, match="needs ids or text"):
        train(a_circle(5), some_texts(), recipe=replace(SMALL, ids=False, text=False))


def test_a_scorer_can_be_asked_for_the_users_vector(trained: Trained) -> None:
    scorer: SequenceScorer = trained.scorer()
    users = scorer.users(after(5))
    assert users.shape == (1, SMALL.width)
    assert np.array_equal(scorer.score(users), scorer(after(5)))
