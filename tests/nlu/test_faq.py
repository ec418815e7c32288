from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml

from nlu.dataset import DATA
from nlu.embedding import Embedder
from nlu.encoder import load_encoder
from nlu.faq import FaqIndex, build_index, words_of
from nlu.torch_engine import TorchPooler
from tests.builders import a_faq_entry

DEMO = Path(__file__).resolve().parents[2] / "db" / "demo" / "data" / "faq.yml"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    encoder, tokenizer = load_encoder()
    return Embedder(TorchPooler(encoder), tokenizer)


@pytest.fixture(scope="module")
def index(embedder: Embedder) -> FaqIndex:
    return build_index(
        [
            a_faq_entry(
                id="returns",
                question="What is your return policy?",
                answer="Thirty days.",
                examples=["How many days do I have to send something back?"],
            ),
            a_faq_entry(id="shipping", question="Which countries do you ship to?", answer="All."),
            a_faq_entry(
                id="payment",
                question="How can I pay?",
                answer="By card.",
                examples=["do you take klarna or paypal"],
            ),
            a_faq_entry(id="hours", question="When are you open?", answer="Nine to five."),
        ],
        embed=embedder.embed,
    )


@pytest.mark.parametrize(
    ("asked", "entry"),
    [
        ("whats your return policy", "returns"),
        ("can i send it back after two weeks, how many days do i get", "returns"),
        ("do you ship to germany?", "shipping"),
        ("klarna?", "payment"),
        ("what are your opening hours", "hours"),
    ],
)
def test_the_entry_that_answers_comes_first_and_counts_as_an_answer(
    index: FaqIndex, embedder: Embedder, asked: str, entry: str
) -> None:
    found = index.search(asked, k=2, embed=embedder.embed)
    assert found.entries[0].id == entry
    assert found.answerable
    assert len(found.entries) == 2
    assert found.entries[0].score >= found.entries[1].score


@pytest.mark.parametrize(
    "asked", ["who won the match last night", "do you hire in the summer", "tell me a joke"]
)
def test_what_no_entry_answers_is_not_answerable(
    index: FaqIndex, embedder: Embedder, asked: str
) -> None:
    assert not index.search(asked, k=3, embed=embedder.embed).answerable


def test_without_entries_or_a_question_there_is_no_answer(
    index: FaqIndex, embedder: Embedder
) -> None:
    empty = build_index([], embed=embedder.embed)
    assert empty.search("returns?", k=3, embed=embedder.embed).entries == []
    assert index.search("  ", k=3, embed=embedder.embed).entries == []


def test_an_entry_is_found_once_however_many_examples_match(
    index: FaqIndex, embedder: Embedder
) -> None:
    ids = [hit.id for hit in index.search("return policy days", k=4, embed=embedder.embed).entries]
    assert sorted(ids) == ["hours", "payment", "returns", "shipping"]


def test_vectors_are_of_unit_length_and_do_not_depend_on_the_batch(embedder: Embedder) -> None:
    texts: Sequence[str] = ["red boots", "a much longer question about boots and shoes", ""]
    together = embedder.embed(texts)
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_the_demo_shops_questions_are_mostly_answered_and_others_mostly_not(
    embedder: Embedder,
) -> None:
    entries = [a_faq_entry(**entry) for entry in yaml.safe_load(DEMO.read_text())]
    index = build_index(entries, embed=embedder.embed)
    questions = yaml.safe_load((DATA / "faq" / "validation.yml").read_text())
    others = questions.pop("none")
    found = {
        entry: [index.search(text, k=1, embed=embedder.embed) for text in texts]
        for entry, texts in questions.items()
    }
    known = [(entry, each) for entry, hits in found.items() for each in hits]
    assert sum(each.entries[0].id == entry for entry, each in known) >= 0.85 * len(known)
    assert sum(each.answerable for _, each in known) >= 0.5 * len(known)
    answered = [index.search(text, k=1, embed=embedder.embed).answerable for text in others]
    assert sum(answered) <= 0.15 * len(others)


def test_common_words_tell_nothing() -> None:
    assert words_of("What is the return policy?") == {"return", "policy"}
