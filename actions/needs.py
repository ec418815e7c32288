"""What a shopper may be asked back, and the quick replies to it: which goods, how much to spend."""

from collections.abc import Sequence

from actions.turn import Choice, Turn, choice
from shop.bands import Band, price_bands
from shop.departments import largest_departments
from shop.money import format_money

# As many as fit in a row of buttons.
_DEPARTMENTS = 4


def find_departments(turn: Turn) -> list[str]:
    """The largest departments of the shop."""
    with turn.services.sessions() as session:
        return largest_departments(session, limit=_DEPARTMENTS)


def department_choices(departments: Sequence[str]) -> list[Choice]:
    """A button for each department."""
    return [
        choice("utter_choice_title", "search_product", entities={"category": d}, title=d)
        for d in departments
    ]


def budget_choices(turn: Turn) -> list[Choice]:
    """A button for each price band."""
    with turn.services.sessions() as session:
        bands = price_bands(session)
    return [_band_choice(turn, band) for band in bands]


def _band_choice(turn: Turn, band: Band) -> Choice:
    limits = {"price_min": band.low, "price_max": band.high}
    words = {
        name: format_money(limit, turn.services.currency)
        for name, limit in zip(("low", "high"), band, strict=True)
        if limit is not None
    }
    limits = {name: limit for name, limit in limits.items() if limit is not None}
    say = f"utter_choice_price_{'between' if len(words) > 1 else 'from' if band.low else 'to'}"
    return choice(say, "refine_search", entities=limits, **words)
