from nlu.wire import Intent
from tests.actions.rehearsal import Rehearsal
from tests.shop.messages import a_parse


def test_the_best_guesses_are_offered_as_buttons(chat: Rehearsal) -> None:
    answer = chat.guess("track_order", "affirm", "ask_refund", "greet")
    assert list(answer.buttons) == ["Where is my order?", "A refund", "Talk to a person"]


def test_a_second_misunderstanding_in_a_row_brings_a_person(chat: Rehearsal) -> None:
    assert chat.guess("track_order").handoff is None
    assert chat.guess("track_order").handoff == "not_understood"


def test_being_understood_in_between_starts_the_count_anew(chat: Rehearsal) -> None:
    chat.guess("track_order")
    chat.say("greet", "hi")
    answer = chat.guess("track_order")
    assert answer.handoff is None
    assert "Where is my order?" in answer.buttons


def test_a_yes_to_the_offer_of_a_person_brings_one(chat: Rehearsal) -> None:
    assert "Shall I" in chat.say("complaint", "my plate came in pieces").text
    assert chat.say("affirm", "yes please").handoff == "accepted"


def test_a_person_who_is_coming_anyway_is_not_offered(chat: Rehearsal) -> None:
    chat.metadata["state"] = "queued"
    answer = chat.say("complaint", "my plate came in pieces")
    assert "Shall I" not in answer.text
    assert "my colleagues" in answer.text.lower()
    assert not answer.buttons


def test_without_a_guess_there_is_a_menu(chat: Rehearsal) -> None:
    answer = chat.guess(text="🎸🎸🎸")
    assert "Recommend something" in answer.buttons


def test_nothing_shown_is_not_guessed_to_be_spoken_of(chat: Rehearsal) -> None:
    assert "Compare products" not in chat.guess("compare_products").buttons


def test_a_guessed_search_searches_by_the_words(chat: Rehearsal) -> None:
    answer = chat.guess("search_product", text="flimsy wobbles")
    chat.press(answer, "Search for “flimsy wobbles”")
    assert chat.recommender.asked[-1].query == "flimsy wobbles"


def test_goods_named_in_a_muddle_are_searched_for(chat: Rehearsal) -> None:
    assert chat.say("nlu_fallback", "hm [sneakers](category:sneaker) hm").cards


def test_other_topics_lead_back_to_the_search(chat: Rehearsal) -> None:
    chat.say("search_product", "[red](color) [sneakers](category:sneaker)")
    assert "red sneakers" in chat.say("out_of_scope", "what did i just ask for").text


def test_what_may_be_a_complaint_is_not_told_that_it_is_off_topic(chat: Rehearsal) -> None:
    parse = a_parse("out_of_scope", "you lot suck")
    angry = {
        "sentiment": parse.sentiment.model_copy(update={"label": "negative", "score": -0.9}),
        "intent_ranking": [Intent(name="complaint", confidence=0.4)],
    }
    answer = chat.hear(parse.model_copy(update=angry))
    assert "sorry" in answer.text
    assert "Talk to a person" in answer.buttons


def test_other_topics_without_a_search_lead_to_the_shop(chat: Rehearsal) -> None:
    answer = chat.say("out_of_scope", "write a poem")
    assert answer.cards == []
    assert answer.buttons


def test_a_wish_in_a_muddle_refines_the_search_under_way(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    assert chat.say("nlu_fallback", "[green](color)").cards == ["s5"]


def test_goods_named_in_what_may_be_another_topic_are_searched_for(chat: Rehearsal) -> None:
    assert chat.say("out_of_scope", "decorating for [halloween](occasion)").cards == []
    parse = a_parse("out_of_scope", "decorating for [halloween](occasion)")
    unsure = parse.intent.model_copy(update={"confidence": 0.6})
    assert chat.hear(parse.model_copy(update={"intent": unsure})).cards
