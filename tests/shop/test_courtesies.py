"""What a colleague said is worth saying again; their greeting and their name are not."""

import pytest

from shop.courtesies import without_courtesies


@pytest.mark.parametrize(
    ("said", "matter"),
    [
        ("Hello, this is Ana. Which size do you need?", "Which size do you need?"),
        ("Hi there! We ship to Norway in five days.", "We ship to Norway in five days."),
        ("Good morning, I'm Ana from Corner Shop, it is back on Monday.", "It is back on Monday."),
        (
            "Thanks for waiting! It can be sent back for 30 days.",
            "It can be sent back for 30 days.",
        ),
        ("您好，我是Ana。支持七天退货。", "支持七天退货。"),
        ("Hello, this is Ana. How can I help you today?", ""),
        ("Hi!", ""),
        ("it dries in an hour", "it dries in an hour"),
        ("High heels are on sale.", "High heels are on sale."),
        ("This is a good one.", "This is a good one."),
    ],
)
def test_the_matter_is_left(said: str, matter: str) -> None:
    assert without_courtesies(said, name="Ana") == matter
