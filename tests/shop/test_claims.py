import pytest

from shop.claims import find_claims, split_sentences


def claimed(text: str) -> set[str]:
    return {f"{claim.aspect} {claim.pole}" for claim in find_claims(text)}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Runs small, order one up.", "fit small"),
        ("I had to size down twice.", "fit large"),
        ("They fit me perfectly.", "fit right"),
        ("The fit is odd.", "fit odd"),
        ("So comfy that I wear them all day.", "comfort comfortable"),
        ("Fell apart after a week.", "quality poor"),
        ("Toasty even in January snow.", "warmth warm"),
        ("The fan is awfully noisy.", "noise loud"),
        ("Battery barely lasts a morning.", "battery short"),
        ("The holes did not line up.", "assembly hard"),
        ("Nothing like the picture!", "colour different"),
        ("Waste of money.", "value poor"),
        ("鞋子偏小，要买大一码。", "fit small"),
    ],
)
def test_a_sentence_claims_a_side_of_an_aspect(text: str, claim: str) -> None:
    assert claim in claimed(text)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("This shirt does not run small.", "fit right"),
        ("It isn't loud at all.", "noise quiet"),
        ("I wouldn't say they are comfortable.", "comfort uncomfortable"),
        ("Never too heavy.", "weight light"),
        ("It isn't true to size.", "fit odd"),
        ("Not only warm, it's pretty as well.", "warmth warm"),
        ("It could not be more comfortable.", "comfort comfortable"),
        ("Not cheap, but warm.", "warmth warm"),
        ("不偏小。", "fit right"),
    ],
)
def test_a_denial_speaks_for_the_other_side(text: str, claim: str) -> None:
    assert claim in claimed(text)


@pytest.mark.parametrize(
    "text",
    [
        "Does it run small?",
        "I was afraid that it would be too small.",
        "Other reviewers say it runs large.",
        "If it runs small I'll send it back.",
        "I wish it were warmer.",
        "I usually wear a small.",
        "I'm a small-boned person.",
        "A warm, friendly light.",
        "It fits the bill.",
    ],
)
def test_what_is_asked_feared_or_said_by_others_is_no_claim(text: str) -> None:
    assert not claimed(text) & {"fit small", "fit large", "fit right", "warmth warm"}


def test_who_agrees_with_others_claims_it_too() -> None:
    assert claimed("I agree with the other reviewers that it runs small.") == {"fit small"}


def test_a_claim_knows_its_words() -> None:
    (claim,) = find_claims("Lovely thing. Sadly it runs far too small for me.")
    assert claim.sentence == "Sadly it runs far too small for me."
    assert claim.sentence[claim.start : claim.end] == "runs far too small"


def test_titles_and_texts_are_sentences_of_their_own() -> None:
    assert split_sentences("Too small\nSent back. Twice!") == ["Too small", "Sent back.", "Twice!"]
