import random

from nlu.dataset import Example, read_annotations
from nlu.typos import mistype, with_typos


def a_row(row: str) -> Example:
    text, spans = read_annotations(row)
    return Example(text, "search_product", None, spans)


def test_a_slip_changes_at_most_two_letters_and_never_the_first() -> None:
    rng = random.Random(1)
    for _ in range(200):
        slipped = mistype("necklace", rng=rng)
        assert slipped[0] == "n"
        assert abs(len(slipped) - len("necklace")) <= 1


def test_spans_move_along_with_the_slips() -> None:
    row = a_row("please show me some [leather](material) [boots](category) with laces")
    for seed in range(50):
        (typed,) = with_typos([row], seed=seed)
        material, category = typed.spans or ()
        assert typed.text[: material.start].endswith(" ")
        assert typed.text[material.start : category.end].split(" ")[1][0] == "b"
        assert typed.text[category.end] == " "


def test_numbers_and_addresses_are_typed_right() -> None:
    row = a_row("to [kim@example.com](email) order [#10234](order_id)")
    (typed,) = with_typos([row], seed=3)
    assert "kim@example.com" in typed.text
    assert "#10234" in typed.text


def test_the_same_seed_makes_the_same_slips() -> None:
    rows = [a_row("comfortable running shoes")] * 20
    assert with_typos(rows, seed=1) == with_typos(rows, seed=1) != with_typos(rows, seed=2)
