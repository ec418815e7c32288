"""The speed benchmark's arithmetic, and the FAQ's."""

from benchmarks.faq import describe
from benchmarks.nlu_speed import figures_of, table, texts_of
from nlu.predictor import Predictor
from nlu.wire import FaqHit
from nlu.words import cut_words


def hit(entry: str, score: float) -> FaqHit:
    return FaqHit(id=entry, question="?", answer="!", score=score)


def test_middle_slow_end_and_processor_are_told_with_their_ratio_to_diet() -> None:
    ours = [(float(n), 1.0) for n in range(1, 102)]
    assert figures_of(ours) == (51.0, 96.0, 1.0)
    lines = table({"onnx int8": ours, "diet": [(102.0, 4.0)] * 3})
    assert lines[2] == "| onnx int8 | 51.00 | 96.00 | 1.00 | 0.50 | 0.25 |"


def test_what_is_asked_over_http_is_held_against_what_is_asked_so_too() -> None:
    lines = table(
        {
            "server": [(6.0, 3.0)] * 3,
            "diet": [(10.0, 9.0)] * 3,
            "diet server": [(12.0, 12.0)] * 3,
        }
    )
    assert lines[2].endswith("| 0.50 | 0.25 |")


def test_texts_are_of_the_length_that_was_asked_for(shipped: Predictor) -> None:
    texts = texts_of(shipped, tokens=16)
    assert len(texts) > 20
    lengths = {len(each.ids) for each in cut_words(texts, tokenizer=shipped.tokenizer)}
    assert lengths <= {15, 16, 17}


def test_a_right_answer_a_wrong_one_and_a_false_one_are_told_apart() -> None:
    asked = [
        ("a", hit("a", 0.9)),
        ("a", hit("a", 0.3)),
        ("a", hit("b", 0.8)),
        ("none", hit("a", 0.7)),
        ("none", hit("a", 0.1)),
    ]
    assert describe(asked, 0.5) == (
        "right entry first 2/3, covered 1, wrong answers 1, false answers 1/2"
    )
