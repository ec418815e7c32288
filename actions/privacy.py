"""What is known about the shopper, shown to them; copies and erasure are for staff to see to."""

from typing import Any

from actions.person import ask_person
from actions.search import name_wishes
from actions.turn import Turn, choice
from shop.portrait import Topic, draw_portrait

# As many names as are read and not skipped.
_MOST_NAMES = 3
# What the chat tells; the page shows the rest, and lets each line be corrected.
_TOLD: tuple[tuple[str, Topic], ...] = (
    ("viewed", "viewed"),
    ("kinds", "category"),
    ("brands", "brand"),
    ("sizes", "size"),
    ("liked", "liked"),
    ("disliked", "disliked"),
    ("avoided", "avoided"),
)


def answer_privacy(turn: Turn) -> None:
    """Tell what is known; pass on the wish for a copy or for its erasure."""
    asked = turn.reading.phrases.asked_for(turn.reading.spoken)
    if asked & {"erase", "export"}:
        wish = "erase" if "erase" in asked else "export"
        turn.say(
            f"utter_privacy_{wish}",
            choices=[choice("utter_choice_forget_search", "restart")] if wish == "erase" else [],
        )
        turn.hand_over("privacy_request")
        return
    with turn.services.sessions() as session:
        known = draw_portrait(session, shopper=turn.shopper)
    wishes = name_wishes(turn, turn.wishes)
    lines: list[dict[str, Any]] = []
    if wishes:
        lines.append({"say": "utter_known_search", "wishes": wishes})
    for name, topic in _TOLD:
        if values := known.names(topic)[:_MOST_NAMES]:
            lines.append({"say": f"utter_known_{name}", "values": {"all": values}})
    alerts = len(known.names("alert"))
    for name, count in (("orders", known.orders), ("alerts", alerts)):
        if count:
            lines.append({"say": f"utter_known_{name}", "count": count})
    turn.say(
        "utter_privacy_known" if lines else "utter_privacy_nothing",
        known={"lines": lines},
        choices=[
            choice("utter_choice_forget_search", "restart"),
            *([choice("utter_guess_track_order", "track_order")] if known.orders else []),
            ask_person(),
        ],
    )
