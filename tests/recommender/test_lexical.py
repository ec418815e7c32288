from tests.builders import a_product
from tests.recommender.conftest import a_shelf, titles


def test_a_word_in_the_title_counts_more_than_one_in_the_description() -> None:
    shelf = a_shelf(
        a_product(title="Desk Lamp", description="For long evenings."),
        a_product(title="Desk", description="Room for a lamp."),
    )
    scores = shelf.index.score({"lamp": 1.0})
    assert scores[0] > scores[1] > 0


def test_finding_more_of_the_words_scores_higher_and_never_above_one() -> None:
    shelf = a_shelf(a_product(title="Red Kettle"), a_product(title="Red Cup"), a_product())
    scores = shelf.index.score({"red": 1.0, "kettle": 1.0})
    assert 1 > scores[0] > scores[1] > scores[2] == 0


def test_of_hints_any_is_as_good_as_all() -> None:
    shelf = a_shelf(
        a_product(title="Wool Rug"), a_product(title="Oak Sofa"), a_product(title="Tin Kettle")
    )
    rug, sofa, kettle = shelf.index.score({"livingroom": 1.0}, [(0.4, ["rug", "sofa", "lamp"])])
    assert rug == sofa > 0.5
    assert kettle == 0
    # Whoever says what it is to be gets that first, and the room breaks the tie.
    said = shelf.index.score({"kettle": 1.0}, [(0.4, ["rug", "sofa"])])
    assert said[2] > said[0] > 0


def test_a_misspelt_word_is_read_as_the_nearest_one() -> None:
    shelf = a_shelf(a_product(title="Gold Bracelet"), a_product(title="Gold Ring"))
    assert shelf.index.known_term("braclet") == "bracelet"
    assert shelf.index.score({"braclet": 1.0}).argmax() == 0


def test_a_word_unlike_any_other_is_not_guessed() -> None:
    assert a_shelf(a_product()).index.known_term("zeppelin") is None


def test_a_phrase_holds_only_side_by_side() -> None:
    shelf = a_shelf(
        a_product(title="A", description="A cup of green tea."),
        a_product(title="B", description="Tea in a green cup."),
    )
    assert titles(shelf, shelf.index.holding("green tea")) == {"A"}


def test_an_empty_catalogue_finds_nothing() -> None:
    shelf = a_shelf()
    assert len(shelf.index.score({"lamp": 1.0})) == 0
    assert len(shelf.index.holding("lamp")) == 0
