"""What a question about a product asks: fields, aspects, or what buyers say on the whole."""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from shop.aspects import Side, load_aspects
from shop.patterns import Match, Tokens, longest
from shop.phrases import Phrases
from shop.stems import stems

# More than two in one answer are too many.
_MOST_ASPECTS = 2
_OVERALL = ("opinions", "praise", "complaints")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, taken apart.

    Attributes:
        aspects: what is asked about, each with the side that is asked about, if any.
        overall: what of the reviews as a whole: `opinions`, `praise` or `complaints`.
        fields: the product's fields that are asked for.
        words: stems of what carries the rest of the question.
        covered: stems of what says the aspects.
    """

    aspects: tuple[Side, ...]
    overall: str | None
    fields: frozenset[str]
    words: frozenset[str] = frozenset()
    covered: frozenset[str] = frozenset()


def read_question(
    text: str,
    *,
    phrases: Phrases,
    known: Collection[str] | None = None,
    naming: AbstractSet[str] = frozenset(),
) -> Question:
    """Take a question apart.

    Args:
        known: the aspects that the product has; all unless told.
        naming: stems that only say which product is meant.
    """
    lexicon = load_aspects()
    tokens = Tokens(text)
    found = lexicon.asked.find(tokens)
    matches = longest(match for match in found if known is None or match.name[0] in known)
    matches = [m for m in matches if not _stems_of(m, tokens) <= naming] or matches
    sides = dict[str, str | None]()
    for match in matches:
        aspect, pole = match.name
        sides[aspect] = sides.get(aspect) or pole
    overall = longest(lexicon.overall.find(tokens))
    # "Does it run small" asks for no size, and "what do people say" for no stars.
    covered = [(m.start, m.end) for m in matches if not _asks_for_field(m)]
    covered += [(match.start, match.end) for match in overall]
    plain = _without(tokens, covered)
    fields = phrases.asked_facts(plain)
    content = (word for word in phrases.content_words(plain) if word not in lexicon.fillers)
    words = stems(" ".join(content)) - naming
    open_ended = not lexicon.open.isdisjoint(tokens.words)
    aspects = [
        (name, None if open_ended else pole)
        for name, pole in sides.items()
        # Who asks for the colour wants to hear it, and not what others think of it.
        if pole is not None or lexicon.aspects[name].field not in fields
    ]
    # Scripts without spaces leave runs of little words behind.
    telling = any(word.isascii() for word in words)
    whole = overall[0].name if overall and not sides and not telling else None
    return Question(
        aspects=tuple(aspects[:_MOST_ASPECTS]),
        overall=whole,
        # The stars are what the shop knows of all reviews.
        fields=fields | {"rating"} if whole else fields,
        words=words,
        covered=frozenset().union(*(_stems_of(match, tokens) for match in matches)) - naming,
    )


def is_code(asked: str) -> bool:
    """Whether this is what a button of ours asks, and nothing that somebody wrote."""
    return asked in load_aspects().aspects or asked in _OVERALL


def coded_question(code: str) -> Question:
    """The question of a button: an aspect's name, or a kind of question about all reviews."""
    if code in load_aspects().aspects:
        return Question(((code, None),), None, frozenset())
    return Question((), code, frozenset())


def names_for(question: Question) -> frozenset[frozenset[str]]:
    """What the shop may call that which is asked, each as the stems of its words."""
    aspects = load_aspects().aspects
    called = (fact for name, _ in question.aspects for fact in aspects[name].facts)
    return frozenset([*called, *(frozenset({word}) for word in question.words)])


def _stems_of(match: Match[Side], tokens: Tokens) -> frozenset[str]:
    return stems(" ".join(tokens.words[match.start : match.end]))


def _asks_for_field(match: Match[Side]) -> bool:
    aspect, pole = match.name
    return pole is None and load_aspects().aspects[aspect].field is not None


def _without(tokens: Tokens, spans: Iterable[tuple[int, int]]) -> str:
    kept = list(tokens.text)
    for first, end in spans:
        start, stop = tokens.span(first, end)
        kept[start:stop] = " " * (stop - start)
    return "".join(kept)
