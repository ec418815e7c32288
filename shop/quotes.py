"""Buyers' own words, short enough to be quoted."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from shop.aspects import load_aspects
from shop.claims import Claim
from shop.patterns import Tokens
from shop.stems import stems

_LONGEST = 110
_SHORTEST = 14
_BEST = 45
# How much a "but" or a "not" takes from a quote, in letters.
_HEDGE = 60
# What a clause may end with, where a sentence is too long.
_CLAUSE_ENDS = ",;:–—-.!"
_ELLIPSIS = "…"


def choose_quotes(
    claims: Iterable[Claim],
    *,
    poles: Sequence[str],
    limit: int,
    words: AbstractSet[str] = frozenset(),
) -> list[str]:
    """The clearest words for each side, in the order of the sides, none twice.

    Args:
        words: stems of what was asked; who uses them is quoted first.
    """
    by_pole: dict[str, list[Claim]] = {}
    sides: dict[str, set[str]] = {}
    for claim in claims:
        by_pole.setdefault(claim.pole, []).append(claim)
        sides.setdefault(claim.sentence, set()).add(claim.pole)

    def vagueness(claim: Claim) -> tuple[int, int, int]:
        # A sentence that takes both sides shows neither.
        sentence = claim.sentence
        shared = len(words & stems(sentence)) if words else 0
        return len(sides[sentence]), -shared, _awkwardness(sentence)

    quotes: list[str] = []
    for pole in poles:
        for claim in sorted(by_pole.get(pole, ()), key=vagueness):
            quote = shorten(claim.sentence, around=(claim.start, claim.end))
            if quote not in quotes:
                quotes.append(quote)
                break
    return quotes[:limit]


def shorten(sentence: str, *, around: tuple[int, int] | None = None) -> str:
    """A sentence, or so many of its words in a row as can be quoted.

    Args:
        around: the part that must be among them; the beginning unless told.
    """
    if len(sentence) <= _LONGEST:
        return sentence
    start, end = around or (0, 0)
    first = _clause_start(sentence, start)
    if end - first > _LONGEST:
        first = start
    last = _word_end(sentence, max(end, min(first + _LONGEST, len(sentence))))
    shown = sentence[first:last].strip()
    before = _ELLIPSIS if first > 0 else ""
    after = _ELLIPSIS if last < len(sentence) else ""
    return f"{before}{shown}{after}"


def _awkwardness(sentence: str) -> int:
    """How far from a short, plain statement."""
    lexicon = load_aspects()
    vague = lexicon.hedges | lexicon.negators
    hedged = sum(word in vague for word in Tokens(sentence).words)
    stub = _LONGEST if len(sentence) < _SHORTEST else 0
    return abs(len(sentence) - _BEST) + _HEDGE * hedged + stub


def _clause_start(sentence: str, start: int) -> int:
    for here in range(start - 1, -1, -1):
        if sentence[here] in _CLAUSE_ENDS and sentence[here + 1 : here + 2].isspace():
            return here + 1
    return 0


def _word_end(sentence: str, end: int) -> int:
    """Back to the end of a word, unless that word is where it must end."""
    if end >= len(sentence) or not sentence[end - 1 : end + 1].strip().isalnum():
        return end
    while end > 0 and sentence[end - 1].isalnum():
        end -= 1
    return end
