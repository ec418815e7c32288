from tests.actions.rehearsal import Rehearsal


def test_the_shops_answer_comes_with_its_question(chat: Rehearsal) -> None:
    answer = chat.say("ask_faq", "can i send it back")
    assert "Can I return it?" in answer.text
    assert "Within 30 days." in answer.text


def test_an_unanswered_question_is_not_made_up(chat: Rehearsal) -> None:
    chat.faq.answerable = False
    answer = chat.say("ask_faq", "do you ship to the moon")
    assert "30 days" not in answer.text
    assert "Talk to a person" in answer.buttons
    chat.press(answer, "Can I return it?")
    assert chat.faq.asked[-1] == "Can I return it?"


def test_no_faq_server_is_owned_up_to(chat: Rehearsal) -> None:
    chat.faq.down = True
    assert "right now" in chat.say("ask_faq", "returns?").text
