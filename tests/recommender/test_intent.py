"""Whether a visit ends with a purchase: learnt from visits, kept, and heard in the score."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import torch

from common.model_shelf import promote
from db.behaviour import Step
from recommender.sequence.errors import SequenceModelError
from recommender.sequence.histories import from_items
from recommender.sequence.intent import (
    FILE,
    LearntIntent,
    PurchaseIntent,
    learn_intent,
    load_intent,
    save_intent,
)
from recommender.sequence.recipe import Recipe
from recommender.sequence.scorer import SequenceScorer
from recommender.sequence.training import train
from tests.builders import NOON, a_product, an_event
from tests.recommender.conftest import Counter
from tests.recommender.test_foresight import train_in

TINY = Recipe(width=16, layers=1, length=8, rows=8, epochs=1, warmup=2)
ROWS = {name: row for row, name in enumerate("abcd")}


@pytest.fixture(scope="module")
def sequence() -> SequenceScorer:
    """A model of four goods that everybody goes round."""
    torch.set_num_threads(1)
    rounds = from_items([[(n + step) % 4 for step in range(4)] for n in range(40)])
    texts = np.eye(4, 8, dtype=np.float32)
    return train(rounds, texts, recipe=TINY, device="cpu").scorer()


def visit(*steps: tuple[str, str], day: int = 0) -> list[Step]:
    """Steps a minute apart, on one day."""
    return [
        Step(n, name, product, NOON + timedelta(days=day, minutes=n), None)
        for n, (name, product) in enumerate(steps)
    ]


def shoppers(count: int, *, cart_tells: bool = True) -> Iterator[list[Step]]:
    """Half put something into the cart; these buy, if that tells, else every other one does."""
    rng = np.random.default_rng(5)
    for number in range(count):
        carts = number % 2 == 0
        buys = carts if cart_tells else bool(rng.random() < 0.5)
        goods = [("view_item", "abcd"[n]) for n in rng.integers(0, 4, 3)]
        steps = [("add_to_cart", "a")] * 4 if carts else [*goods, goods[0]]
        steps = [*goods, *steps, *([("purchase", "a")] if buys else [])]
        before = visit(("view_item", "d")) if cart_tells else []
        yield [*before, *visit(*steps, day=2)]


def test_who_fills_the_cart_is_likelier_to_buy(sequence: SequenceScorer) -> None:
    learnt = learn_intent(shoppers(800), sequence, ROWS)
    assert learnt is not None
    assert learnt.auroc > 0.7
    assert learnt.is_worth_it
    user = sequence.users(from_items([[0, 1]]))[0]
    looks = visit(("view_item", "a"), ("view_item", "b"))
    carts = visit(("view_item", "a"), ("add_to_cart", "a"))
    now = NOON + timedelta(minutes=2)
    assert learnt.head.likely(user, carts, now=now) > 1.5 * learnt.head.likely(user, looks, now=now)


def test_where_nothing_tells_it_is_not_worth_it(sequence: SequenceScorer) -> None:
    learnt = learn_intent(shoppers(800, cart_tells=False), sequence, ROWS)
    assert learnt is not None
    assert 0.35 < learnt.auroc < 0.65
    assert not replace(learnt, loss=learnt.usual_loss).is_worth_it


def test_few_visits_teach_nothing(sequence: SequenceScorer) -> None:
    assert learn_intent(shoppers(60), sequence, ROWS) is None
    only_orders = (visit(("purchase", "a")) for _ in range(500))
    assert learn_intent(only_orders, sequence, ROWS) is None


def test_after_half_an_hour_the_visit_is_over() -> None:
    head = PurchaseIntent((9.0,) * 22, 9.0, 0.1)
    steps, user = visit(("add_to_cart", "a")), np.ones(16, dtype=np.float32)
    assert head.likely(user, steps, now=NOON + timedelta(minutes=29)) > 0.9
    assert head.likely(user, steps, now=NOON + timedelta(minutes=31)) == 0.1
    assert head.likely(user, [], now=NOON) == 0.1


def test_a_head_is_kept_and_one_of_another_model_refused(tmp_path: Path) -> None:
    head = PurchaseIntent(tuple(np.linspace(-1, 1, 22).tolist()), -0.5, 0.2)
    assert load_intent(tmp_path, width=16) is None
    save_intent(tmp_path, head)
    assert load_intent(tmp_path, width=16) == head
    with pytest.raises(SequenceModelError, match="train recommender"):
        load_intent(tmp_path, width=32)
    (tmp_path / FILE).write_text(json.dumps({"weights": "?"}))
    with pytest.raises(SequenceModelError, match="damaged"):
        load_intent(tmp_path, width=16)


def test_a_card_tells_how_good_it_is() -> None:
    learnt = LearntIntent(PurchaseIntent((0.0,), 0.0, 0.5), 40, 0.8, 0.5, 0.6)
    assert learnt.metrics["intent_auroc"] == 0.8
    assert learnt.metrics["intent_judged"] == 40


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_is_about_to_buy_sees_more_of_what_others_bought(counter: Counter) -> None:
    names = "abcdef"
    goods = [a_product(id=name, title=f"Lamp {name}") for name in names]
    seen = [(f"v{n}", "view_item", name) for n in range(8) for name in names]
    bought = [(f"v{n}", "purchase", "e") for n in range(8)]
    events = [
        an_event(customer_id=who, name=name, product_id=product, occurred_at=NOON)
        for who, name, product in [*seen, *bought]
    ]
    counter.stock(*goods, *events)
    folder = counter.models / "one"
    train_in(counter, folder)
    # As likely as usual who looks, twice as likely who has something in the cart.
    signs = (0.0,) * 16 + (0.0, 0.0, 0.0, 5.0, 0.0, 0.0)
    save_intent(folder, PurchaseIntent(signs, -2.0, 0.1192))
    promote(folder)
    counter.foresight.refresh()
    shares = []
    for shopper, step in (("looks", "view_item"), ("carts", "add_to_cart")):
        with counter.sessions.begin() as session:
            session.add(an_event(customer_id=shopper, name=step, product_id="a", occurred_at=NOON))
        context = {"time": (NOON + timedelta(minutes=1)).isoformat()}
        answer = counter.ask(customer_id=shopper, k=6, context=context)
        shares.append({item.product_id: item.parts.get("intent", 0.0) for item in answer.items})
    looks, carts = shares
    assert looks["e"] > 0
    assert carts["e"] == pytest.approx(2 * looks["e"], rel=1e-2)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_is_let_down_sees_more_of_what_others_liked(counter: Counter) -> None:
    counter.stock(*(a_product(id=name, rating=4.8, rating_count=40) for name in "abc"))
    calm = counter.ask(k=3, context={"sentiment": 0.4}).items[0].parts["rating"]
    angry = counter.ask(k=3, context={"sentiment": -1.0}).items[0].parts["rating"]
    assert angry == pytest.approx(2 * calm, rel=1e-3)
