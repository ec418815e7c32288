import random

import pytest

from nlu.augmentation import Augmentation, augment
from nlu.dataset import DATA, Example, Span, read_folder
from nlu.lexicon import Lexicon, read_lexicon
from nlu.spelling import Common, Speller

ALWAYS = Augmentation(swap=1, filler=1, typo=1, case=1, punctuation=1)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return read_lexicon()


@pytest.mark.parametrize("seed", range(3))
def test_spans_still_cover_whole_values_after_every_change(lexicon: Lexicon, seed: int) -> None:
    rng = random.Random(seed)
    for example in read_folder(DATA / "train"):
        varied = augment(example, rng=rng, lexicon=lexicon, odds=ALWAYS)
        assert [(s.entity, s.role) for s in varied.spans or ()] == [
            (s.entity, s.role) for s in sorted(example.spans or (), key=lambda s: s.start)
        ]
        for span in varied.spans or ():
            surface = varied.text[span.start : span.end]
            assert surface.strip() == surface != ""


def test_the_same_seed_gives_the_same_variation(lexicon: Lexicon) -> None:
    example = Example("show me some comfortable sneakers please", "search_product", None, ())
    first, second = (
        augment(example, rng=random.Random(5), lexicon=lexicon, odds=ALWAYS) for _ in range(2)
    )
    assert first == second
    assert first.text != example.text


def test_an_amount_keeps_its_length_and_sign(lexicon: Lexicon) -> None:
    from nlu.dataset import read_annotations

    text, spans = read_annotations("under [$80](price_max)")
    odds = Augmentation(swap=1, filler=0, typo=0, case=0, punctuation=0)
    for seed in range(20):
        varied = augment(
            Example(text, "search_product", None, spans),
            rng=random.Random(seed),
            lexicon=lexicon,
            odds=odds,
        )
        assert varied.text.startswith("under $")
        assert 10 <= int(varied.text.removeprefix("under $")) <= 99


def test_what_can_be_put_right_is_put_right_before_it_is_learnt(lexicon: Lexicon) -> None:
    own = {"show": 9, "comfortable": 9, "sneakers": 9, "please": 9}
    speller = Speller(own, common=Common([], frozenset()))
    example = Example("show comfortable sneakers please", "search_product", None, ())
    odds = Augmentation(swap=0, filler=0, typo=1, case=0, punctuation=0, letters=99)
    varied = [
        augment(example, rng=random.Random(seed), lexicon=lexicon, odds=odds, speller=speller)
        for seed in range(20)
    ]
    assert {row.text for row in varied} == {example.text}


def test_spans_follow_what_is_put_right(lexicon: Lexicon) -> None:
    own = {"show": 9, "comfortable": 9, "sneakers": 9, "please": 9}
    speller = Speller(own, common=Common([], frozenset()))
    spans = (Span(5, 16, "feature"), Span(17, 25, "category"))
    example = Example("show comfortable sneakers please", "search_product", None, spans)
    odds = Augmentation(swap=0, filler=0, typo=1, case=0, punctuation=0, letters=8)
    for seed in range(50):
        varied = augment(
            example, rng=random.Random(seed), lexicon=lexicon, odds=odds, speller=speller
        )
        feature, goods = (varied.text[s.start : s.end] for s in varied.spans or ())
        assert feature[0] == "c"
        assert goods[0] == "s"
        assert f" {feature} {goods} " in varied.text
