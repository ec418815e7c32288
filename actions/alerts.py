"""Wishes to be told: a product back in stock, or cheaper."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from actions.detail import meant_product
from actions.turn import Choice, Turn, choice
from actions.wording import describe_stock
from db.tables.catalog import Product
from shop.alerts import can_be_bought, subscribe, unsubscribe
from shop.facts import price_facts
from shop.outreach_wishes import STOPS, TOPICS, Topic, name_subject, set_topic
from shop.shopper import Shopper


def subscribe_alert(turn: Turn) -> None:
    """Note what they want to hear of, say how they will, and how to stop it."""
    if stopped := [topic for topic in TOPICS if STOPS[topic] in turn.reading.dropped]:
        turn.once("outreach", lambda session: _stop(session, stopped, shopper=turn.shopper))
        turn.say("utter_outreach_stopped")
        return
    product = meant_product(turn, intent="subscribe_alert")
    if product is None:
        return
    if "alert" in turn.reading.dropped:
        with turn.services.sessions.begin() as session:
            unsubscribe(session, product.id, shopper=turn.shopper)
        turn.say("utter_alert_stopped", title=product.title, choices=_after(product))
        return
    if "restock" in turn.reading.phrases.asked_for(turn.reading.spoken) and can_be_bought(product):
        turn.say(
            "utter_alert_in_stock",
            title=product.title,
            stock=describe_stock(product),
            cards=[product],
            choices=[
                choice(
                    "utter_choice_add_to_cart", "add_to_cart", entities={"product_id": product.id}
                ),
                *_after(product),
            ],
        )
        return
    kind = turn.once("alert", lambda session: subscribe(session, product, shopper=turn.shopper))
    stop = {"product_id": product.id, "any": "alert"}
    turn.say(
        f"utter_alert_{kind}",
        title=product.title,
        price=price_facts(product)["price"],
        choices=[
            *_after(product),
            choice("utter_choice_alert_stop", "subscribe_alert", entities=stop),
        ],
    )


def _after(product: Product) -> list[Choice]:
    return [choice("utter_choice_similar", "find_similar", entities={"product_id": product.id})]


def _stop(session: Session, topics: Sequence[Topic], *, shopper: Shopper) -> None:
    subject = name_subject(conversation_id=shopper.session_id, customer_id=shopper.customer_id)
    for topic in topics:
        set_topic(session, subject, topic, on=False)
