"""Which candidates pass, and how seldom one does that is worse elsewhere."""

import random

import pytest

from learning.gate import (
    Check,
    judge,
    kept_up,
    means_not_worse,
    no_intent_dropped,
    not_worse,
    rows_to_win,
)


def outcomes(*, rows: int, lost: int = 0, won: int = 0) -> tuple[list[bool], list[bool]]:
    """What both got right: so many rows lost, so many won, the rest right twice."""
    before = [True] * lost + [False] * won + [True] * (rows - lost - won)
    after = [False] * lost + [True] * won + [True] * (rows - lost - won)
    return before, after


def passes(*, rows: int, lost: int = 0, won: int = 0, margin: float = 0.01) -> bool:
    return not_worse("rows", *outcomes(rows=rows, lost=lost, won=won), margin=margin).passed


def test_a_better_candidate_passes_on_few_rows() -> None:
    assert passes(rows=40, won=6)
    assert passes(rows=100, won=5)


def test_an_equal_candidate_passes_where_the_rows_are_many() -> None:
    assert passes(rows=800)
    assert passes(rows=800, lost=3, won=3)
    assert passes(rows=2000, lost=12, won=12)


def test_few_rows_do_not_show_that_a_candidate_is_equal() -> None:
    assert not passes(rows=100)
    assert not passes(rows=10, lost=1, won=1)
    assert not passes(rows=800, lost=60, won=60)


def test_a_candidate_that_loses_more_than_it_wins_is_refused_on_any_number_of_rows() -> None:
    for rows in (10, 100, 1000, 100_000):
        assert not passes(rows=rows, lost=1)
        assert not passes(rows=rows, lost=6, won=5)


def test_a_won_row_never_harms_and_a_lost_one_never_helps() -> None:
    for rows in (20, 150, 600):
        for lost in range(6):
            won = [passes(rows=rows, lost=lost, won=won) for won in range(15)]
            assert won == sorted(won)
        for won_rows in range(15):
            kept = [passes(rows=rows, lost=lost, won=won_rows) for lost in range(6)]
            assert kept == sorted(kept, reverse=True)


@pytest.mark.parametrize(("rows", "differ"), [(30, 0.3), (100, 0.1), (300, 0.1), (800, 0.05)])
def test_a_candidate_worse_by_a_point_elsewhere_seldom_passes(rows: int, differ: float) -> None:
    rng = random.Random(5)
    worse, runs = 0.01, 3000
    lose, win = (differ + worse) / 2, (differ - worse) / 2
    passed = 0
    for _ in range(runs):
        drawn = [rng.random() for _ in range(rows)]
        lost, won = sum(d < lose for d in drawn), sum(lose <= d < lose + win for d in drawn)
        passed += passes(rows=rows, lost=lost, won=won)
    # 1%, and what 3000 draws may stray by.
    assert passed / runs < 0.018


def test_a_check_tells_both_figures_and_what_is_missing() -> None:
    check = not_worse("corrected", *outcomes(rows=100, lost=1, won=1), margin=0.01)
    assert (check.before, check.after) == (0.99, 0.99)
    assert "too few" in check.detail
    least = rows_to_win(1, 100, margin=0.01)
    assert least is not None
    assert f"{least} won rows" in check.detail
    assert passes(rows=100, lost=1, won=least)
    assert not passes(rows=100, lost=1, won=least - 1)


def test_no_rows_show_nothing() -> None:
    assert not not_worse("corrected", [], [], margin=0.01).passed
    with pytest.raises(ValueError, match="both need the same"):
        not_worse("corrected", [True], [], margin=0.01)
    with pytest.raises(ValueError, match="no share"):
        not_worse("corrected", [True], [True], margin=0.0)


def test_an_intent_that_drops_is_named() -> None:
    intents = ["greet"] * 20 + ["deny"] * 20
    before = [True] * 40
    after = [True] * 20 + [False] * 6 + [True] * 14
    check = no_intent_dropped(intents, before, after, margin=0.1)
    assert not check.passed
    assert "deny loses 6 of 20" in check.detail
    assert check.after == pytest.approx(0.3)
    assert no_intent_dropped(intents, before, after, margin=0.3).passed


def test_among_many_intents_some_lose_rows_by_chance() -> None:
    intents = [f"intent_{n // 20}" for n in range(600)]
    before, after = [True] * 600, [False] * 6 + [True] * 594
    assert no_intent_dropped(intents, before, after, margin=0.1).passed
    # But half of an intent is a drop among any number.
    after = [False] * 10 + [True] * 590
    assert not no_intent_dropped(intents, before, after, margin=0.1).passed


def test_what_chance_explains_is_no_drop() -> None:
    # Three lost and one won: a coin does as badly in five of sixteen cases.
    before = [True] * 3 + [False] + [True] * 4
    after = [False] * 3 + [True] + [True] * 4
    assert no_intent_dropped(["deny"] * 8, before, after, margin=0.1).passed
    assert not no_intent_dropped(
        ["deny"] * 8, [True] * 8, [False] * 4 + [True] * 4, margin=0.1
    ).passed


def test_one_row_of_a_small_intent_is_no_drop() -> None:
    assert no_intent_dropped(["deny"] * 4, [True] * 4, [False, True, True, True], margin=0.1).passed


def test_means_are_no_worse_where_every_row_shows_it() -> None:
    better = means_not_worse("ndcg", [0.1] * 50, [0.2, 0.1] * 25, margin=0.01, detail="")
    assert better.passed
    assert better.before == pytest.approx(0.1)
    assert better.after == pytest.approx(0.15)
    assert not means_not_worse("ndcg", [0.2, 0.1] * 25, [0.1] * 50, margin=0.01, detail="").passed
    # As good on average, and nobody knows how much worse elsewhere.
    assert not means_not_worse(
        "ndcg", [1.0, 0.0] * 5, [0.0, 1.0] * 5, margin=0.01, detail=""
    ).passed
    assert not means_not_worse("ndcg", [], [], margin=0.01, detail="").passed
    with pytest.raises(ValueError, match="both need the same"):
        means_not_worse("ndcg", [0.1], [], margin=0.01, detail="")


def test_figures_keep_up_within_their_margin() -> None:
    assert kept_up("oos", 0.95, 0.945, margin=0.01, detail="").passed
    assert not kept_up("oos", 0.95, 0.93, margin=0.01, detail="").passed
    assert kept_up("speed", 2.0, 2.1, margin=0.2, detail="", less_is_better=True).passed
    assert not kept_up("speed", 2.0, 2.3, margin=0.2, detail="", less_is_better=True).passed
    assert kept_up("oos", None, 0.5, margin=0.01, detail="").passed
    assert not kept_up("oos", 0.95, None, margin=0.01, detail="").passed
    assert not kept_up("oos", 0.95, float("nan"), margin=0.01, detail="").passed


def test_a_verdict_needs_every_check() -> None:
    good = Check("a", passed=True, before=None, after=None, margin=None, detail="")
    bad = Check("b", passed=False, before=None, after=None, margin=None, detail="")
    assert judge([good]).passed
    assert not judge([good, bad]).passed
    assert judge([good, bad]).refused_by == ("b",)
    assert not judge([]).passed
