from nlu.wire import FaqHit, FaqSearch
from shop.faq import answer_question


class Faq:
    def __init__(self, *scores: float, answerable: bool) -> None:
        entries = [
            FaqHit(id=str(n), question=f"Question {n}?", answer=f"Answer {n}.", score=score)
            for n, score in enumerate(scores)
        ]
        self.found = FaqSearch(entries=entries, answerable=answerable)

    def search_faq(self, text: str, *, k: int = 3) -> FaqSearch:
        return self.found


def test_an_answer_comes_with_its_question() -> None:
    found = answer_question("returns?", faq=Faq(0.9, 0.5, answerable=True))
    assert (found.question, found.answer) == ("Question 0?", "Answer 0.")


def test_what_only_comes_near_is_offered_and_not_answered() -> None:
    found = answer_question("returns?", faq=Faq(0.5, 0.1, answerable=False))
    assert found.answer is None
    assert found.near == ["Question 0?"]


def test_a_shop_without_answers_has_none() -> None:
    found = answer_question("returns?", faq=Faq(answerable=False))
    assert (found.answer, found.near) == (None, [])
