"""The way to a person: offered, taken, or the only way left."""

from actions.turn import Choice, Handover, Turn, choice


def ask_person() -> Choice:
    """The way to a person."""
    return choice("utter_choice_person", "human_handoff")


def offer_person(turn: Turn) -> None:
    """Let a plain "yes" bring one; for answers that ask whether to."""
    turn.remember(pending={"yes": "person"})


def call_person(turn: Turn, *, reason: Handover = "accepted") -> None:
    """Bring one."""
    turn.say("utter_human_handoff")
    turn.hand_over(reason)


def apologise(turn: Turn) -> None:
    """Something went wrong for the shopper: be sorry, and offer somebody who can mend it."""
    if turn.is_queued:
        turn.say("utter_complaint_queued")
        return
    order_id = turn.reading.first("order_id")
    about = {"order_id": order_id} if order_id else None
    offer_person(turn)
    turn.say(
        "utter_complaint",
        choices=[
            ask_person(),
            choice("utter_guess_track_order", "track_order", entities=about),
            choice("utter_guess_return_item", "return_item", entities=about),
        ],
    )
