from itertools import pairwise

import numpy as np
import pytest

from nlu.decoding import best_path, decode_spans

TAGS = ("O", "B-color", "I-color", "B-brand", "I-brand")
INCLUDE = (0.9, 0.1)
EXCLUDE = (0.2, 0.8)


def some_tags(*names: str, sure: float = 0.9) -> np.ndarray:
    rest = (1 - sure) / (len(TAGS) - 1)
    return np.array([[sure if tag == name else rest for tag in TAGS] for name in names], np.float32)


def test_words_of_one_entity_become_one_span() -> None:
    found = decode_spans(
        some_tags("O", "B-color", "I-color", "O"),
        np.array([INCLUDE, EXCLUDE, EXCLUDE, INCLUDE], np.float32),
        offsets=[(0, 3), (4, 8), (9, 13), (14, 18)],
        tags=TAGS,
    )
    assert [(s.start, s.end, s.entity, s.role) for s in found] == [(4, 13, "color", "exclude")]
    assert found[0].confidence == pytest.approx(0.9)


def test_two_entities_side_by_side_stay_two() -> None:
    found = decode_spans(
        some_tags("B-color", "B-color", "B-brand", sure=0.99),
        np.array([INCLUDE] * 3, np.float32),
        offsets=[(0, 3), (4, 8), (9, 13)],
        tags=TAGS,
    )
    assert [(s.start, s.entity) for s in found] == [(0, "color"), (4, "color"), (9, "brand")]


def test_two_beginnings_without_a_word_between_are_one_thing() -> None:
    tags = some_tags("B-color", "B-color")
    tags[1] = (0.05, 0.7, 0.2, 0.025, 0.025)
    found = decode_spans(
        tags,
        np.array([INCLUDE] * 2, np.float32),
        offsets=[(0, 4), (5, 10)],
        tags=TAGS,
    )
    assert [(s.start, s.end) for s in found] == [(0, 10)]


def test_an_inside_tag_never_follows_another_entity() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        path = best_path(rng.normal(size=(6, len(TAGS))).astype(np.float32) * 3, tags=TAGS)
        names = ["O", *(TAGS[n] for n in path)]
        for before, after in pairwise(names):
            assert not after.startswith("I-") or before[2:] == after[2:]


def test_no_words_give_no_spans() -> None:
    nothing = np.zeros((0, len(TAGS)), np.float32)
    assert decode_spans(nothing, np.zeros((0, 2), np.float32), offsets=[], tags=TAGS) == []
