"""The cart, as far as the chat can go: to the product's page."""

from actions.detail import meant_product
from actions.search import ask_person
from actions.turn import Turn, choice


def add_to_cart(turn: Turn) -> None:
    """Show the product whose page has the button; the chat does not fill carts."""
    product = meant_product(turn, intent="add_to_cart")
    if product is None:
        return
    turn.say(
        "utter_add_to_cart",
        title=product.title,
        cards=[product],
        choices=[
            choice("utter_choice_similar", "find_similar", entities={"product_id": product.id}),
            ask_person(),
        ],
    )
