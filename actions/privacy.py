"""What is known about the shopper, shown to them; copies and erasure are for staff to see to."""

from typing import Any

from actions.person import ask_person
from actions.search import name_wishes
from actions.turn import Turn, choice
from shop.portrait import draw_portrait

# As many titles as are read and not skipped.
_MOST_TITLES = 3


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
    liked = turn.recall("liked", [])[-_MOST_TITLES:]
    disliked = turn.recall("disliked", [])[-_MOST_TITLES:]
    with turn.services.sessions() as session:
        known = draw_portrait(session, shopper=turn.shopper, liked=liked, disliked=disliked)
    wishes = name_wishes(turn, turn.wishes)
    lines: list[dict[str, Any]] = []
    if wishes:
        lines.append({"say": "utter_known_search", "wishes": wishes})
    for name, values in (
        ("viewed", known.viewed),
        ("kinds", known.kinds),
        ("liked", known.liked),
        ("disliked", known.disliked),
    ):
        if values:
            lines.append({"say": f"utter_known_{name}", "values": {"all": values}})
    for name, count in (("orders", known.orders), ("alerts", known.alerts)):
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
