"""Yes and no, to whatever was offered last."""

from actions.search import present, show_more, widen_search
from actions.turn import Turn


def take_yes(turn: Turn) -> None:
    """Do what was offered; where nothing was, ask what they would like."""
    offered = turn.recall("pending") or {}
    turn.remember(pending=None)
    match offered.get("yes"):
        case "show_more":
            show_more(turn)
        case "retry":
            present(turn, turn.wishes)
        case "widen":
            widen_search(turn, fields=offered["fields"])
        case _:
            turn.say("utter_yes_to_what")


def take_no(turn: Turn) -> None:
    """Leave it, and stay at their service."""
    turn.remember(pending=None)
    turn.say("utter_no_problem")
