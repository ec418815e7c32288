"""The shop's own answers to questions about its rules and services."""

from dataclasses import dataclass
from typing import Protocol

from nlu.wire import FaqSearch


class FaqSearcher(Protocol):
    """What this module asks of `nlu.client.NluClient`."""

    def search_faq(self, text: str, *, k: int = ...) -> FaqSearch:
        """The entries nearest to the text, best first."""


@dataclass(frozen=True, slots=True)
class ShopAnswer:
    """What the shop says, with the question it answers.

    Attributes:
        answer: None when no entry answers the question.
        near: questions that come near, for the shopper to choose from.
    """

    question: str | None
    answer: str | None
    near: list[str]


# Below this an entry is not even near.
_NEAR = 0.35


def answer_question(text: str, *, faq: FaqSearcher) -> ShopAnswer:
    """The shop's answer to a question, in the shop's own words, never made up."""
    found = faq.search_faq(text, k=3)
    if found.answerable and found.entries:
        best = found.entries[0]
        return ShopAnswer(question=best.question, answer=best.answer, near=[])
    near = [entry.question for entry in found.entries if entry.score >= _NEAR]
    return ShopAnswer(question=None, answer=None, near=near)
