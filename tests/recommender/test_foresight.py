"""What comes next: counted neighbours and the trained model inside an answer."""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import torch

from common.model_shelf import promote
from recommender.foresight_watch import ForesightWatch
from recommender.sequence.histories import from_items
from recommender.sequence.learning import add_neighbours
from recommender.sequence.neighbours import Nearness
from recommender.sequence.recipe import Recipe
from recommender.sequence.storage import CARD, save
from recommender.sequence.training import train
from recommender.weights import HAND, Weights, save_weights
from tests.builders import NOON, a_product, an_event
from tests.recommender.conftest import Counter, WordEncoder

# What is tested here lies above the database: one kind of it is enough.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# Nothing in their texts says that the grill goes with the charcoal.
GOODS = {
    "grill": "Kettle Grill",
    "coal": "Charcoal Bag",
    "mug": "Blue Mug",
    "tent": "Ridge Tent",
    "lamp": "Desk Lamp",
}
TINY = Recipe(width=16, layers=1, length=8, rows=8, epochs=3, warmup=2, rate=1e-2)


def visit(shopper: str, *steps: tuple[str, str]) -> list[object]:
    """Steps of one shopper, a minute apart."""
    return [
        an_event(
            name=name,
            product_id=product,
            customer_id=shopper,
            occurred_at=NOON + timedelta(minutes=minute),
        )
        for minute, (name, product) in enumerate(steps)
    ]


@pytest.fixture
def garden_shop(counter: Counter) -> Counter:
    """Four shoppers bought charcoal after a grill; one alone went from the tent to the lamp."""
    goods = [
        a_product(id=id_, title=title, description="", category=id_, product_type=None, brand=None)
        for id_, title in GOODS.items()
    ]
    visits = [visit(f"v{n}", ("purchase", "grill"), ("purchase", "coal")) for n in range(4)]
    visits.append(visit("v9", ("view_item", "tent"), ("view_item", "lamp")))
    # Others want neither, so that both together is no chance.
    visits += [visit(f"m{n}", ("view_item", "mug")) for n in range(8)]
    counter.stock(*goods, *(event for each in visits for event in each))
    counter.foresight.refresh()
    return counter


def test_an_event_counts_in_the_very_next_recommendation(garden_shop: Counter) -> None:
    before = garden_shop.ask(customer_id="new", k=5)
    assert all("next" not in item.parts for item in before.items)
    with garden_shop.sessions.begin() as session:
        session.add_all(visit("new", ("view_item", "grill")))
    first = garden_shop.ask(customer_id="new", k=5).items[0]
    assert first.product_id == "coal"
    assert first.parts["next"] == max(first.parts.values())


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("view_item", "chosen_with_viewed"),
        ("purchase", "chosen_with_bought"),
        ("add_to_cart", "goes_with_cart"),
    ],
)
def test_the_reason_names_what_led_there_and_what_was_done_with_it(
    garden_shop: Counter, step: str, code: str
) -> None:
    with garden_shop.sessions.begin() as session:
        session.add_all(visit("new", ("view_item", "mug"), (step, "grill")))
    first = garden_shop.ask(customer_id="new", k=1).items[0]
    facts = {"product_id": "grill", "title": "Kettle Grill", "shoppers": 4}
    assert first.reason.model_dump() == {"code": code, "params": facts}


def test_what_left_the_cart_is_not_said_to_be_in_it(garden_shop: Counter) -> None:
    with garden_shop.sessions.begin() as session:
        steps = (("add_to_cart", "grill"), ("view_item", "mug"), ("remove_from_cart", "grill"))
        session.add_all(visit("new", *steps))
    answer = garden_shop.ask(customer_id="new", k=5)
    assert "goes_with_cart" not in {item.reason.code for item in answer.items}


def test_the_page_that_is_open_counts_too(garden_shop: Counter) -> None:
    answer = garden_shop.ask(context={"page_product_id": "grill"}, k=5)
    assert answer.items[0].product_id == "coal"
    assert answer.items[0].reason.code == "chosen_with_viewed"


def test_what_one_shopper_alone_had_with_something_says_nothing(garden_shop: Counter) -> None:
    answer = garden_shop.ask(context={"page_product_id": "tent"}, k=5)
    assert all("next" not in item.parts for item in answer.items)


def test_one_shoppers_flood_says_no_more_than_one_shopper(garden_shop: Counter) -> None:
    flood = [("view_item", "tent"), ("view_item", "mug")] * 50
    garden_shop.stock(*visit("flood", *flood))
    garden_shop.foresight._due = 0.0
    garden_shop.foresight.refresh()
    answer = garden_shop.ask(context={"page_product_id": "tent"}, k=5)
    assert all("next" not in item.parts for item in answer.items)


def test_goods_that_moved_or_came_keep_their_forecast(garden_shop: Counter) -> None:
    garden_shop.stock(a_product(id="new", title="Garden Chair"))
    with garden_shop.sessions.begin() as session:
        session.delete(session.get(type(a_product()), "mug"))
    garden_shop.bring_up_to_date()
    assert garden_shop.catalogue.shelf.order is not garden_shop.foresight._shelf.order
    answer = garden_shop.ask(context={"page_product_id": "grill"}, k=5)
    assert answer.items[0].product_id == "coal"


def train_in(counter: Counter, folder: Path, ids: list[str] | None = None) -> None:
    """A model of shoppers who go round the shop's goods in order."""
    torch.set_num_threads(1)
    shelf = counter.catalogue.shelf
    assert shelf.vectors is not None
    items = len(shelf)
    rounds = from_items([[(n + step) % items for step in range(4)] for n in range(80)])
    texts = shelf.vectors.rows(np.arange(items))
    trained = train(rounds, texts, recipe=TINY, device="cpu")
    learnt = add_neighbours(trained, rounds, nearness=Nearness())
    learnt = replace(learnt, share=0.5)
    save(
        folder,
        trained,
        item_ids=ids or [good.id for good in shelf.goods],
        encoder=WordEncoder.name,
        neighbours=learnt.neighbours,
        share=learnt.share,
        metrics=learnt.metrics,
    )


def test_a_promoted_model_is_taken_up_while_others_are_answered(garden_shop: Counter) -> None:
    assert garden_shop.ask(k=1).model_version.endswith("+counted")
    folder = garden_shop.models / "one"
    train_in(garden_shop, folder)
    garden_shop.foresight.refresh()
    assert garden_shop.ask(k=1).model_version.endswith("+counted")
    promote(folder)
    garden_shop.foresight.refresh()
    answer = garden_shop.ask(context={"page_product_id": "coal"}, k=4)
    assert answer.model_version.endswith("+one")
    ids = [good.id for good in garden_shop.catalogue.shelf.goods]
    after_coal = ids[(ids.index("coal") + 1) % len(ids)]
    assert answer.items[0].product_id == after_coal
    assert answer.items[0].parts["next"] > 0


def test_a_model_of_another_shop_leaves_the_counted_neighbours(
    garden_shop: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    folder = garden_shop.models / "strange"
    train_in(garden_shop, folder, ids=[f"other{n}" for n in range(len(GOODS))])
    promote(folder)
    with caplog.at_level(logging.ERROR):
        garden_shop.foresight.refresh()
    assert "another catalogue" in str(garden_shop.foresight.problem)
    assert "model not in use" in caplog.text
    answer = garden_shop.ask(context={"page_product_id": "grill"}, k=1)
    assert answer.model_version.endswith("+counted")
    assert answer.items[0].product_id == "coal"


def test_a_damaged_model_leaves_the_counted_neighbours(garden_shop: Counter) -> None:
    folder = garden_shop.models / "broken"
    folder.mkdir(parents=True)
    (folder / CARD).write_text(json.dumps({"catalogue": "?"}))
    promote(folder)
    garden_shop.foresight.refresh()
    assert "damaged" in str(garden_shop.foresight.problem)
    assert garden_shop.ask(k=1).model_version.endswith("+counted")


def test_weights_that_were_learnt_beside_a_model_count_with_it(garden_shop: Counter) -> None:
    folder = garden_shop.models / "one"
    train_in(garden_shop, folder)
    promote(folder)
    garden_shop.foresight.refresh()
    page = {"page_product_id": "coal"}
    by_hand = garden_shop.ask(context=page, k=4).items[0]
    louder = {**HAND.without_query, "next": 2 * HAND.without_query["next"]}
    save_weights(folder, Weights(HAND.with_query, louder))
    garden_shop.foresight._due, garden_shop.foresight._folder = 0.0, None
    garden_shop.foresight.refresh()
    learnt = garden_shop.ask(context=page, k=4).items[0]
    assert learnt.product_id == by_hand.product_id
    assert learnt.parts["next"] == pytest.approx(2 * by_hand.parts["next"], abs=1e-4)
    assert learnt.score == pytest.approx(sum(learnt.parts.values()), abs=1e-4)


def test_a_model_whose_weights_turn_a_part_round_is_not_used(garden_shop: Counter) -> None:
    folder = garden_shop.models / "one"
    train_in(garden_shop, folder)
    save_weights(folder, Weights(HAND.with_query, {**HAND.without_query, "next": -0.6}))
    promote(folder)
    garden_shop.foresight.refresh()
    assert "the other way round" in str(garden_shop.foresight.problem)
    assert garden_shop.ask(k=1).model_version.endswith("+counted")


def test_a_model_without_neighbours_says_that_it_goes_by_history(garden_shop: Counter) -> None:
    folder = garden_shop.models / "alone"
    train_in(garden_shop, folder)
    card = json.loads((folder / CARD).read_text()) | {"nearness": None, "share": 0.0}
    (folder / CARD).write_text(json.dumps(card))
    promote(folder)
    garden_shop.foresight.refresh()
    answer = garden_shop.ask(context={"page_product_id": "coal"}, k=1)
    assert answer.items[0].reason.code == "from_history"


def test_the_thread_takes_up_behaviour_by_itself(garden_shop: Counter) -> None:
    watch = ForesightWatch(garden_shop.sessions, garden_shop.catalogue, garden_shop.models)
    watch.start()
    try:
        for _ in range(200):
            if watch.now is not None:
                break
            watch._stopping.wait(0.02)
    finally:
        watch.stop()
    assert watch.now is not None
    assert watch.now.name == "counted"
