import pytest
from sqlalchemy.orm import Session, sessionmaker

from db.engine import make_engine, session_factory
from db.migrate import upgrade
from shop.aspects import load_aspects
from tests.actions.rehearsal import Answer, Rehearsal, read_domain
from tests.builders import a_product, a_review

BOOT_REVIEWS = (
    (2, "Run small, order one size up."),
    (4, "Runs small. Very warm, even in snow."),
    (3, "Sadly too tight on me."),
    (5, "True to size and so comfortable."),
    (5, "The laces are reflective, which I like."),
    (1, "Not warm enough for winter. Fell apart."),
)


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> sessionmaker[Session]:
    """A boot with six reviews, a lamp with one, a rug with none."""
    url = f"sqlite:///{tmp_path_factory.mktemp('reviewed') / 'shop.db'}"
    upgrade(url)
    made = session_factory(make_engine(url))
    with made.begin() as session:
        boot = a_product(
            id="boot",
            title="Harbour Boot",
            size="36, 37, 38",
            rating=3.3,
            rating_count=6,
            attributes={"features": ["warm", "lined"]},
        )
        lamp = a_product(id="lamp", title="Moon Lamp", product_type="lamp", rating_count=1)
        rug = a_product(id="rug", title="Plain Rug", product_type="rug", description="A rug.")
        session.add_all([boot, lamp, rug])
        session.flush()
        for stars, text in BOOT_REVIEWS:
            session.add(a_review(boot, rating=stars, title="", text=text))
        session.add(a_review(lamp, title="", text="Bright and lovely light."))
    return made


def ask(sessions: sessionmaker[Session], product_id: str, question: str, **values: str) -> Answer:
    return on_page(sessions, product_id).say("ask_product_detail", question, **values)


def on_page(sessions: sessionmaker[Session], product_id: str, *, locale: str = "en") -> Rehearsal:
    chat = Rehearsal(sessions, locale=locale)
    chat.metadata["page"] = {"product_id": product_id}
    return chat


def test_buyers_answer_with_counts_and_their_own_words(reviewed: sessionmaker[Session]) -> None:
    text = ask(reviewed, "boot", "does it run small?").text
    assert "yes" in text
    assert (
        "Of 6 reviews, 4 speak of the fit: 3 say it runs small, 1 says it's true to size." in text
    )
    assert "“Run small, order one size up.”" in text
    assert "“True to size and so comfortable.”" in text


def test_what_the_shop_states_comes_before_what_buyers_say(
    reviewed: sessionmaker[Session],
) -> None:
    lines = ask(reviewed, "boot", "is it warm?").text.splitlines()
    assert lines[1] == "Features: warm and lined."
    assert "Of 6 reviews, 2 speak of the warmth" in lines[2]


def test_one_voice_is_no_verdict(reviewed: sessionmaker[Session]) -> None:
    text = ask(reviewed, "boot", "is it comfortable?").text
    assert "One of 6 reviews speaks of the comfort and says it's comfortable" in text
    assert "yes" not in text


def test_an_only_review_is_called_one(reviewed: sessionmaker[Session]) -> None:
    text = ask(reviewed, "lamp", "is it bright?").text
    assert "only one review so far; it says the light is good: “Bright and lovely light.”" in text


def test_complaints_are_counted_and_quoted(reviewed: sessionmaker[Session]) -> None:
    answer = ask(reviewed, "boot", "any complaints?")
    assert "it runs small (3)" in answer.text
    assert "2 of 6 give it only one or two stars." in answer.text
    assert "Any complaints?" not in answer.buttons


def test_on_the_whole_praise_and_complaints_stand_side_by_side(
    reviewed: sessionmaker[Session],
) -> None:
    chat = on_page(reviewed, "boot")
    answer = chat.say("ask_product_detail", "what do people say about it?")
    assert "3.3 out of 5 (6 reviews)" in answer.text
    assert "it runs small (3)" in answer.text
    assert "it's warm (1)" in answer.text
    assert "one or two stars" in chat.press(answer, "Any complaints?").text


def test_what_is_no_aspect_is_found_by_its_words(reviewed: sessionmaker[Session]) -> None:
    text = ask(reviewed, "boot", "are the laces reflective?").text
    assert "One of 6 reviews touches on that: “The laces are reflective, which I like.”" in text
    assert "sounds happy" in text


def test_what_nobody_says_is_not_known_and_a_person_is_offered(
    reviewed: sessionmaker[Session],
) -> None:
    chat = on_page(reviewed, "boot")
    answer = chat.say("ask_product_detail", "is it loud?")
    assert "6 reviews" in answer.text
    assert "Talk to a person" in answer.buttons
    assert chat.slots["pending"] == {"yes": "person"}


def test_the_word_that_points_at_a_product_is_no_part_of_the_question(
    reviewed: sessionmaker[Session],
) -> None:
    text = ask(reviewed, "boot", "any complaints about the [boots](category:boot)?").text
    assert "it runs small (3)" in text


def test_without_reviews_nobody_is_quoted(reviewed: sessionmaker[Session]) -> None:
    assert "Nobody has written about it yet" in ask(reviewed, "rug", "any complaints?").text
    unknown = ask(reviewed, "rug", "is it comfortable?")
    assert "reviews" not in unknown.text
    assert "Talk to a person" in unknown.buttons


def test_told_about_the_whole_one_may_ask_what_buyers_say(
    reviewed: sessionmaker[Session],
) -> None:
    chat = on_page(reviewed, "boot")
    answer = chat.say("ask_product_detail", "tell me about it")
    assert "Praise" in (said := chat.press(answer, "What do buyers say?").text) or "like" in said


def test_when_it_is_unclear_which_one_the_question_is_kept(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    which = chat.say("ask_product_detail", "is it waterproof?")
    assert "The sole is waterproof." in chat.press(which, "Blue Runner No 2").text


def test_every_side_of_every_aspect_has_words() -> None:
    words = read_domain("responses")
    for aspect in load_aspects().aspects.values():
        assert f"utter_topic_{aspect.name}" in words
        for pole in aspect.poles.values():
            assert f"utter_view_{aspect.name}_{pole.name}" in words
            assert pole.denied is None or pole.denied in aspect.poles


def test_in_chinese_counts_are_chinese_and_quotes_stay(reviewed: sessionmaker[Session]) -> None:
    text = on_page(reviewed, "boot", locale="zh").say("ask_product_detail", "会偏小吗").text
    assert "6 条评价里有 4 条提到合身程度：3 位说偏小" in text
    assert "“Run small, order one size up.”" in text
