"""What the shopper says now, as words to search and text to understand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recommender.lexicon import Lexicon, surface_words
from recommender.selection import Selection

_MEANT = 0.8
_IMPLIED = 0.4
_CONTEXT = 0.5


@dataclass(frozen=True, slots=True)
class Query:
    """A search; empty when the shopper said nothing at all.

    Attributes:
        text: for the encoder.
        weights: terms to find, each with its weight.
        hints: what a word means in a shop or hints at: terms of which any is as good as all, with
            the weight of finding one.
        said: each term as the shopper wrote it, for reasons.
        leads: whether the words tell products apart. The mere name of a category does not:
            everything shown is of it, and the words only say what is most typical.
        filters: whether the shopper's own words are among those that lead. What satisfies the
            constraints fits, however little it says of them: crimson is red without the word.
        cheap: the words ask for a low price without naming one.
    """

    text: str
    weights: Mapping[str, float]
    hints: Sequence[tuple[float, Sequence[str]]]
    said: Mapping[str, str]
    leads: bool
    filters: bool
    cheap: bool


def read_query(query: str | None, selection: Selection, lexicon: Lexicon) -> Query:
    """Join the shopper's words with those of the constraints."""
    cheap = lexicon.wants_cheap(query or "")
    own = [text for text in (query, *selection.words) if text]
    weights = {
        term: 1.0 for text in own for term in lexicon.terms(text) if term not in lexicon.cheap
    }
    words = dict.fromkeys(word for text in own for word in lexicon.key(text).split())
    hints = [
        (weight, others)
        for table, weight in ((lexicon.means, _MEANT), (lexicon.implies, _IMPLIED))
        for word in words
        if (others := [other for other in table.get(word, ()) if other not in weights])
    ]
    leads = bool(weights)
    filters = any(term in weights for term in lexicon.terms(query or ""))
    for term in (term for name in selection.context for term in lexicon.terms(name)):
        weights.setdefault(term, _CONTEXT)
    # Words that say nothing ("I am after some") would only blur the vector.
    texts = [*(own if leads else ()), *selection.context]
    said: dict[str, str] = {}
    for word in (word for text in texts for word in surface_words(text)):
        said.setdefault(lexicon.common_form(word), word)
    return Query(" ".join(texts), weights, hints, said, leads=leads, filters=filters, cheap=cheap)
