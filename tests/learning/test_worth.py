"""What is worth a look: the doubtful before the sure, each kind once, alike ones together."""

import time

import numpy as np
from numpy.typing import NDArray

from learning.worth import Seen, alike, worth_a_look

_TOPICS = np.eye(8, dtype=np.float32)


def a_vector(topic: int, *, turned: float = 0.0) -> NDArray[np.float32]:
    """Near to a topic's direction: `turned` of it points to the next topic."""
    vector = _TOPICS[topic] + turned * _TOPICS[(topic + 1) % len(_TOPICS)]
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def a_message(
    name: str, *, topic: int = 0, turned: float = 0.0, margin: float = 0.5, **more: object
) -> Seen:
    values: dict[str, object] = {
        "text": f"words of {name}",
        "intent": f"intent {topic}",
        "confidence": 0.7,
        "out_of_scope": 0.0,
        "embedding": a_vector(topic, turned=turned),
    }
    return Seen(message=name, margin=margin, **(values | more))  # type: ignore[arg-type]


def order(*seen: Seen, labelled: NDArray[np.float32] | None = None) -> list[str]:
    return [worth.message for worth in worth_a_look(seen, labelled=labelled)]


def reasons(seen: Seen) -> tuple[str, ...]:
    return worth_a_look([seen])[0].reasons


def test_nothing_seen_is_nothing_to_look_at() -> None:
    assert worth_a_look([]) == []
    assert alike([]) == []


def test_the_doubtful_come_before_the_sure() -> None:
    sure = a_message("sure", topic=0, margin=0.95)
    torn = a_message("torn", topic=2, margin=0.02)
    likely = a_message("likely", topic=4, margin=0.6)
    assert order(sure, torn, likely) == ["torn", "likely", "sure"]


def test_what_people_showed_comes_before_what_the_bot_doubts() -> None:
    torn = a_message("torn", topic=0, margin=0.0)
    disliked = a_message("disliked", topic=2, margin=0.9, thumbs_down=True)
    rescued = a_message("rescued", topic=4, margin=0.9, taken_over=True)
    assert order(torn, rescued, disliked) == ["disliked", "rescued", "torn"]


def test_a_wish_that_many_have_comes_before_an_odd_one() -> None:
    odd = a_message("odd", topic=0, margin=0.0)
    many = [a_message(f"many {n}", topic=3, turned=0.1 * n, margin=0.3) for n in range(4)]
    assert order(odd, *many)[0].startswith("many")


def test_one_of_each_kind_comes_before_a_second_of_the_same() -> None:
    first = [a_message(f"first {n}", topic=0, turned=0.01 * n, margin=0.1) for n in range(3)]
    second = [a_message(f"second {n}", topic=4, turned=0.01 * n, margin=0.3) for n in range(3)]
    top = order(*first, *second)[:2]
    assert {name.split()[0] for name in top} == {"first", "second"}


def test_what_a_label_already_tells_comes_last() -> None:
    known = a_message("known", topic=0, margin=0.1)
    unknown = a_message("unknown", topic=3, margin=0.4)
    assert order(known, unknown) == ["known", "unknown"]
    assert order(known, unknown, labelled=_TOPICS[:1]) == ["unknown", "known"]


def test_scores_fall_and_are_never_negative() -> None:
    rng = np.random.default_rng(3)
    rows = [
        a_message(str(n), topic=int(rng.integers(8)), turned=float(rng.random()), margin=float(m))
        for n, m in enumerate(rng.random(60))
    ]
    scores = [worth.score for worth in worth_a_look(rows)]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 0.0


def test_messages_without_a_vector_are_ordered_by_doubt() -> None:
    rows = [a_message(str(n), margin=m, embedding=None) for n, m in enumerate((0.5, 0.1, 0.9))]
    assert order(*rows) == ["1", "0", "2"]


def test_every_message_comes_back_once_also_beyond_what_is_weighed() -> None:
    rows = [a_message(str(n), topic=n % 8, margin=(n % 97) / 97) for n in range(2100)]
    found = order(*rows)
    assert sorted(found) == sorted(row.message for row in rows)


def test_two_thousand_messages_are_ordered_in_seconds() -> None:
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(2000, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [
        a_message(str(n), margin=float(rng.random()), embedding=vector)
        for n, vector in enumerate(vectors)
    ]
    started = time.perf_counter()
    worth_a_look(rows, labelled=vectors[:500])
    assert time.perf_counter() - started < 5


def test_reasons_say_why() -> None:
    assert reasons(a_message("a")) == ()
    assert reasons(a_message("a", confidence=0.3)) == ("low_confidence",)
    assert reasons(a_message("a", margin=0.01)) == ("near_two",)
    assert reasons(a_message("a", negative=True, thumbs_down=True)) == ("thumbs_down", "negative")
    assert reasons(a_message("a", fallback=True, taken_over=True)) == ("taken_over", "fallback")


def test_several_of_a_kind_that_no_label_is_near_to_are_a_new_cluster() -> None:
    strangers = [a_message(f"new {n}", topic=3, turned=0.05 * n) for n in range(3)]
    lonely = a_message("lonely", topic=6)
    known = [a_message(f"known {n}", topic=0) for n in range(3)]
    found = worth_a_look([*strangers, lonely, *known], labelled=_TOPICS[:1])
    new = {worth.message for worth in found if "new_cluster" in worth.reasons}
    assert new == {"new 0", "new 1", "new 2"}


def test_alike_messages_of_one_intent_are_one_group() -> None:
    rows = [
        a_message("a", topic=0),
        a_message("b", topic=4),
        a_message("c", topic=0, turned=0.1),
        a_message("d", topic=0, turned=0.1, intent="another"),
    ]
    assert alike(rows) == [["a", "c"], ["b"], ["d"]]


def test_the_same_wording_is_one_group_whatever_it_was_taken_for() -> None:
    rows = [
        a_message("a", text="Where is my order?", embedding=None),
        a_message("b", text="where is my order", intent="another", embedding=None),
        a_message("c", text="???", embedding=None),
        a_message("d", text="!!!", embedding=None),
    ]
    assert alike(rows) == [["a", "b"], ["c"], ["d"]]


def test_what_is_too_new_to_have_a_vector_is_ordered_by_doubt_beside_what_is_labelled() -> None:
    sure = a_message("sure", margin=0.95, embedding=None)
    torn = a_message("torn", margin=0.02, embedding=None)
    assert order(sure, torn, labelled=np.stack([a_vector(0), a_vector(3)])) == ["torn", "sure"]
