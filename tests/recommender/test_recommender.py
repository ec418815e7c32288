from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from db.tables.behaviour import Event
from recommender.reasons import PARTS
from recommender.recommender import UnknownAnchor
from recommender.wire import Item, Recommendation
from tests.builders import a_customer, a_product, an_event
from tests.recommender.conftest import Counter

# What is tested here lies above the database: one kind of it is enough.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_the_words_of_the_query_lead(shoe_shop: Counter) -> None:
    assert shoe_shop.titles(shoe_shop.ask("waterproof boots"))[0] == "Trail Boot"
    assert shoe_shop.titles(shoe_shop.ask("unicorn lamp")) == ["Unicorn Lamp"]


def test_a_retired_product_is_never_shown(shoe_shop: Counter) -> None:
    answer = shoe_shop.ask("retired red runner", k=100)
    assert "Retired Red Runner" not in shoe_shop.titles(answer)


def test_what_is_out_of_stock_ranks_below_its_like(counter: Counter) -> None:
    counter.stock(a_product(title="Kettle", stock=0), a_product(title="Kettle", id="here"))
    assert counter.ask("kettle").items[0].product_id == "here"


def test_a_price_out_of_reach_shows_the_nearest_first_and_says_so(shoe_shop: Counter) -> None:
    answer = shoe_shop.ask(constraints={"category": "shoes", "price_max": 30})
    assert shoe_shop.titles(answer)[0] == "Blue Breeze"
    [relaxed] = answer.relaxed
    assert (relaxed.constraint, relaxed.asked, relaxed.given) == ("price_max", 30, 49.5)


def test_a_price_too_low_is_said_from_below(shoe_shop: Counter) -> None:
    [relaxed] = shoe_shop.ask(constraints={"category": "boot", "price_min": 500}).relaxed
    assert (relaxed.constraint, relaxed.asked, relaxed.given) == ("price_min", 500, 149)


def test_cheap_in_words_puts_the_cheaper_first(shoe_shop: Counter) -> None:
    answer = shoe_shop.ask("cheap ones", constraints={"category": "shoes"}, k=3)
    assert shoe_shop.titles(answer)[0] in ("Blue Breeze", "Red Runner")
    assert answer.items[0].parts["low_price"] > 0


def test_few_that_fit_are_not_padded_with_others(shoe_shop: Counter) -> None:
    answer = shoe_shop.ask(constraints={"color": "red"}, k=5)
    assert set(shoe_shop.titles(answer)) == {"Red Runner", "Crimson Court"}
    assert answer.relaxed == []


def test_a_room_is_furnished_with_what_stands_in_it(counter: Counter) -> None:
    counter.stock(
        a_product(title="Split Keyboard", description="Leaves room for the mouse."),
        a_product(title="Oak Sofa", description="Seats two.", product_type="sofa"),
        a_product(title="Wool Rug", description="Made by hand.", product_type="rug"),
    )
    answer = counter.ask("something for the living room")
    assert set(counter.titles(answer)[:2]) == {"Oak Sofa", "Wool Rug"}


def test_strangers_are_shown_what_newcomers_of_their_region_began_with(counter: Counter) -> None:
    def bought(product: str, place: str, *, ago: int, who: str) -> list[Event]:
        return [
            an_event(
                name="purchase",
                customer_id=f"{who}-{number}",
                product_id=product,
                country="US",
                region=place,
                occurred_at=datetime.now(UTC) - timedelta(days=ago),
            )
            for number in range(250)
        ]

    counter.stock(
        *(a_product(id=name, title=name) for name in ("pen", "ink", "pad", "cap")),
        # Regulars came for pens long ago, and come for ink now.
        *bought("pen", "Maine", ago=90, who="regular"),
        *bought("ink", "Maine", ago=1, who="regular"),
        *bought("pad", "Maine", ago=2, who="new"),
        *bought("cap", "Texas", ago=3, who="texan"),
        a_customer(id="maya", country="US", region="Texas"),
        a_customer(id="regular-1", country="US", region="Maine"),
    )

    def first(**asked: object) -> str:
        answer = counter.ask(None, **asked)
        best = max(answer.items, key=lambda item: item.parts.get("popular", 0.0))
        return best.product_id

    assert first(context={"country": "US", "region": "Texas"}) == "cap"
    assert first(context={"country": "US", "region": "Maine"}) == "pad"
    # Where a customer lives is known, and who has bought is no stranger.
    assert first(customer_id="maya") == "cap"
    assert first(customer_id="regular-1") == "ink"


def test_goods_like_the_anchor_come_without_the_anchor(shoe_shop: Counter) -> None:
    answer = shoe_shop.ask(anchor_product_id="red", k=3)
    assert "red" not in [item.product_id for item in answer.items]
    assert {"Crimson Court", "Blue Breeze"} & set(shoe_shop.titles(answer)[:2])
    assert answer.items[0].reason.model_dump() == {
        "code": "similar_to_anchor",
        "params": {"title": "Red Runner"},
    }


def test_an_anchor_that_is_the_only_match_makes_a_wish_give_way(shoe_shop: Counter) -> None:
    answer = shoe_shop.ask(
        anchor_product_id="boot", constraints={"category": "shoes", "material": "leather"}
    )
    assert answer.items
    assert [each.constraint for each in answer.relaxed] == ["material"]


def test_an_anchor_nobody_knows_is_refused(shoe_shop: Counter) -> None:
    with pytest.raises(UnknownAnchor) as refused:
        shoe_shop.ask(anchor_product_id="nope")
    assert (refused.value.code, refused.value.status) == ("unknown_anchor", 422)
    assert "nope" in refused.value.detail


def test_an_event_counts_in_the_very_next_recommendation(shoe_shop: Counter) -> None:
    before = shoe_shop.ask(session_id="s1")
    with shoe_shop.sessions.begin() as session:
        session.add(an_event(customer_id=None, session_id="s1", product_id="boot"))
    after = shoe_shop.ask(session_id="s1")
    assert all("viewed" not in item.parts for item in before.items)
    assert any("viewed" in item.parts for item in after.items)


def test_what_a_shopper_bought_lifts_its_like_and_not_itself(counter: Counter) -> None:
    counter.stock(
        a_product(id="tent", title="Trail Tent", product_type="tent", description="Camping."),
        a_product(id="stove", title="Trail Stove", product_type="stove", description="Camping."),
        a_product(id="dress", title="Silk Dress", product_type="dress", description="Evenings."),
        an_event(name="purchase", product_id="tent"),
    )
    items = counter.ask(customer_id="c1").items
    assert items[0].product_id == "stove"
    assert items[0].reason.model_dump() == {
        "code": "similar_to_bought",
        "params": {"product_id": "tent", "title": "Trail Tent"},
    }
    assert items[-1].product_id == "tent"


def test_a_favourite_brand_lifts_and_is_named(counter: Counter) -> None:
    counter.stock(
        a_product(id="a", title="Tent", brand="Fellside", product_type="tent"),
        a_product(id="b", title="Mug", brand="Fellside", product_type="mug"),
        a_product(id="c", title="Socks", brand="Fellside", product_type="socks", description="-"),
        a_product(id="d", title="Hat", brand="Northbay", product_type="hat", description="-"),
        an_event(product_id="a"),
        an_event(product_id="b"),
    )
    wish = {"category": ["socks", "hat"]}
    items = counter.ask(customer_id="c1", constraints=wish).items
    assert items[0].product_id == "c"
    assert items[0].parts["favourite_brand"] > 0
    assert items[0].reason.params in ({"brand": "Fellside"}, {"words": ["socks"]}) or (
        items[0].reason.code == "similar_to_viewed"
    )


def test_behaviour_breaks_ties_and_does_not_drown_the_query(shoe_shop: Counter) -> None:
    with shoe_shop.sessions.begin() as session:
        session.add_all(an_event(name="purchase", product_id="boot") for _ in range(20))
    answer = shoe_shop.ask("unicorn lamp", customer_id="c1")
    assert shoe_shop.titles(answer)[0] == "Unicorn Lamp"


def test_what_many_bought_leads_for_a_stranger(counter: Counter) -> None:
    counter.stock(
        *[a_product(id=f"p{n}", title=f"Thing {n}") for n in range(4)],
        *[an_event(name="purchase", product_id="p2", customer_id=f"buyer{n}") for n in range(10)],
    )
    answer = counter.ask(context={"time": "2026-05-05T12:00:00Z", "country": "DE"})
    assert answer.items[0].product_id == "p2"
    assert answer.items[0].reason.model_dump() == {"code": "popular_now", "params": {"month": 5}}


def test_unknown_customers_and_pages_are_strangers(shoe_shop: Counter) -> None:
    answer = shoe_shop.ask(customer_id="nobody", context={"page_product_id": "gone"})
    assert len(answer.items) == 5
    assert not answer.degraded


def test_an_empty_catalogue_has_an_empty_answer(counter: Counter) -> None:
    counter.bring_up_to_date()
    answer = counter.ask("anything", constraints={"category": "shoes", "price_max": 5})
    assert (answer.items, answer.relaxed, answer.degraded) == ([], [], False)


def test_a_reason_names_the_part_that_set_the_product_apart(shoe_shop: Counter) -> None:
    with shoe_shop.sessions.begin() as session:
        session.add_all(an_event(product_id=id_) for id_ in ("red", "crimson", "boot"))
        session.add(an_event(name="purchase", product_id="blue"))
    shoe_shop.bring_up_to_date()
    # Nothing here is rated or on sale, and nobody bought anything this month.
    without_facts = {"top_rated", "on_sale", "popular_now", "popular_here"}
    set_apart = 0
    for query, wish in [
        (None, {}),
        ("red runner", {}),
        ("waterproof leather boots", {"price_max": 200}),
        (None, {"category": "shoes", "price_max": 120}),
    ]:
        answer = shoe_shop.ask(
            query, customer_id="c1", constraints=wish, k=100, context={"time": "2026-11-02"}
        )
        for item in answer.items:
            apart = {
                code: lift(answer, item, parts)
                for code, parts in PARTS.items()
                if code not in without_facts
            }
            best = max(apart, key=lambda code: apart[code])
            if apart[best] > 1e-4:
                set_apart += 1
                assert item.reason.code == best
    assert set_apart > 5


def lift(answer: Recommendation, item: Item, parts: tuple[str, ...]) -> float:
    """What these parts added to the item above what they added to the average one shown."""
    added = [sum(each.parts.get(part, 0.0) for part in parts) for each in answer.items]
    own = sum(item.parts.get(part, 0.0) for part in parts)
    return own - sum(added) / len(added) if own > 0 else -1.0


def test_the_words_in_a_reason_stand_in_the_product(shoe_shop: Counter) -> None:
    for item in shoe_shop.ask("a waterproof red thing for hills").items:
        good = shoe_shop.catalogue.shelf.goods[shoe_shop.catalogue.shelf.row[item.product_id]]
        if item.reason.code == "matches_query":
            for word in item.reason.params["words"]:
                assert word.removesuffix("s") in good.text.lower()


def test_a_misspelt_word_is_given_back_as_it_was_written(counter: Counter) -> None:
    counter.stock(a_product(title="Gold Bracelet"), a_product(title="Silk Scarf"))
    [item] = counter.ask("gold braclet").items
    assert item.reason.params == {"words": ["gold", "braclet"]}


def test_an_age_that_matches_is_not_recited(counter: Counter) -> None:
    counter.stock(
        a_product(title="Kite", description="For children of 5 years and older."),
        a_product(title="Silk Scarf"),
    )
    [kite, *_] = counter.ask("kite for a 5 year old").items
    assert kite.reason.params == {"words": ["kite"]}


def test_facts_of_rating_sale_and_budget_are_the_products_own(counter: Counter) -> None:
    counter.stock(
        a_product(id="rated", title="A", rating=4.9, rating_count=200),
        a_product(id="sale", title="B", price="40", list_price="80"),
        a_product(id="plain", title="C"),
    )
    reasons = {item.product_id: item.reason for item in counter.ask().items}
    assert reasons["rated"].params == {"rating": 4.9, "count": 200}
    assert reasons["sale"].params == {"was": "80.00", "now": "40.00", "currency": "USD"}
    budget = counter.ask(constraints={"price_max": 60}, k=3).items
    assert any(item.reason.params == {"price_max": 60} for item in budget)


def test_when_the_events_cannot_be_read_the_answer_says_it_is_second_best(
    shoe_shop: Counter,
) -> None:
    with shoe_shop.sessions.begin() as session:
        session.execute(text("ALTER TABLE events RENAME TO hidden"))
    try:
        answer = shoe_shop.ask("red", customer_id="c1")
    finally:
        with shoe_shop.sessions.begin() as session:
            session.execute(text("ALTER TABLE hidden RENAME TO events"))
    assert answer.degraded
    assert shoe_shop.titles(answer)[0] == "Red Runner"
