"""Which goods a message names: one kind or several, and what they are for."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz

from shop.reading import Mention, Reading

_SAME_WORD = 75


class Kind(BaseModel):
    """One kind of goods: the shop's name for it, and the shopper's.

    Attributes:
        known: whether the shop has such goods, or any that come under the name.
        near: the shop's name is a department's, in which nothing is called by the shopper's word.
    """

    model_config = ConfigDict(frozen=True)

    value: str
    word: str
    known: bool = True
    near: bool = False


def read_kinds(
    reading: Reading, *, under_way: bool = False, interests: bool = False
) -> tuple[list[Kind], list[str]]:
    """The goods that a message names.

    Args:
        under_way: goods are being looked for already, so that "for the bedroom" is about those.
        interests: what they name and the shop lacks may be what somebody likes to do.

    Returns:
        The kinds, and what they are for: a "lamp" and "bedroom" of "a lamp for the bedroom".
    """
    kinds: list[Kind] = []
    purposes: list[str] = []
    # Who asks for advice names an interest as often as goods: "a gift for someone into cooking".
    interests = interests or reading.intent == "ask_recommendation"
    interests = interests and "stocked" not in reading.signals
    end = 0
    for mention in reading.named("category"):
        if not mention.known and _says_which(reading, mention):
            continue
        gap = reading.text[end : mention.start]
        leads = (kinds or under_way) and reading.phrases.leads_to_purpose(gap)
        if leads or (interests and not mention.known):
            purposes.append(mention.word)
        elif kinds and not gap.strip() and mention.end and not (kinds[-1].known and mention.known):
            # Two words in a row of which the shop lacks one are one thing that it lacks.
            both = f"{kinds[-1].word} {mention.word}"
            kinds[-1] = Kind(value=both, word=both, known=False)
        else:
            kinds.append(
                Kind(
                    value=reading.phrases.without_article(str(mention.value)),
                    word=reading.phrases.without_article(natural_word(mention)),
                    known=mention.known,
                )
            )
        end = mention.end
    return list({(kind.value, stem(kind.word)): kind for kind in kinds}.values()), purposes


def _says_which(reading: Reading, mention: Mention) -> bool:
    """Whether "real" of "real ones" is about goods that were named before."""
    after = reading.text[mention.end :].split(maxsplit=1)
    return bool(mention.end and after) and "same_kind" in reading.phrases.signals(after[0])


def stem(word: str) -> str:
    """One form for singular and plural. It is compared and never shown, so it need be no word."""
    lower = word.lower()
    return f"{lower[:-3]}f" if lower.endswith("ves") else lower.rstrip("es")


def same_goods(kinds: Sequence[Kind], others: Sequence[Kind]) -> bool:
    """Whether both name the same goods, in whatever words: trainers are sneakers.

    A shop may keep teapots and kettles under one name; they are not the same.
    """
    return len(kinds) == len(others) and are_among(kinds, others)


def are_among(kinds: Sequence[Kind], others: Sequence[Kind]) -> bool:
    """Whether each of these goods is one of the others."""
    return all(any(_same(kind, other) for other in others) for kind in kinds)


def same_head(kind: Kind, other: Kind) -> bool:
    """Whether both are called by one noun: a christmas wreath is a wreath."""
    return stem(kind.word.split()[-1]) == stem(other.word.split()[-1])


def _same(kind: Kind, other: Kind) -> bool:
    words = {stem(kind.word), stem(other.word)}
    by_name = stem(kind.value) in words
    return kind.value.lower() == other.value.lower() and (len(words) == 1 or by_name)


def natural_word(mention: Mention) -> str:
    """The shopper's own word, unless it is only a misspelling of the shop's."""
    value, word = str(mention.value).lower(), mention.word
    if word.rstrip("s") == value.rstrip("s") or word.removesuffix("es") == value:
        return word
    # "Sunglasses" is no misspelling of "glasses", nor "kayak" of "kayaking".
    misspelt = fuzz.ratio(word, value) >= _SAME_WORD and value not in word and word not in value
    return value if misspelt else word
