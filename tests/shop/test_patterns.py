import pytest

from shop.patterns import PhraseIndex, Tokens, longest

BREAKS = frozenset({"but"})


def found(phrase: str, text: str) -> list[str]:
    tokens = Tokens(text)
    matches = longest(PhraseIndex([(phrase, "x")], breaks=BREAKS).find(tokens))
    spans = [tokens.span(match.start, match.end) for match in matches]
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("phrase", "text", "shows"),
    [
        ("true to size", "It is True-to-Size.", ["True-to-Size"]),
        ("comfort~", "Comfortable, and comforting", ["Comfortable", "comforting"]),
        ("(run|runs) .. small", "They run a little bit small.", ["run a little bit small"]),
        ("(run|runs) .. small", "They run, a small thing.", []),
        ("(run|runs) .. small", "They run but a small bit", []),
        ("(run|runs) .. small", "They run one two three four small", []),
        ("(looks|look) (like the picture|as shown)", "looks as shown", ["looks as shown"]),
        ("can't breathe", "I can’t breathe", ["can’t breathe"]),
        ("fit .. laptop", "does it fit a 15.6 inch laptop", ["fit a 15.6 inch laptop"]),
        ("偏小", "鞋子偏小。", ["偏小"]),
        ("small", "smaller", []),
    ],
)
def test_a_phrase_is_found_where_its_words_stand_in_order(
    phrase: str, text: str, shows: list[str]
) -> None:
    assert found(phrase, text) == shows


def test_of_phrases_that_overlap_the_longest_counts() -> None:
    index = PhraseIndex([("warm", "warmth"), ("warm .. light", "lamp")], breaks=BREAKS)
    assert [m.name for m in longest(index.find(Tokens("a warm soft light")))] == ["lamp"]


def test_of_equals_the_first_that_was_listed_counts() -> None:
    index = PhraseIndex([("light", "lamp"), ("light", "weight")], breaks=BREAKS)
    assert [m.name for m in longest(index.find(Tokens("light")))] == ["lamp"]


def test_the_words_between_are_known() -> None:
    (match,) = PhraseIndex([("runs .. small", "x")], breaks=BREAKS).find(Tokens("runs not small"))
    assert match.gaps == (1,)
