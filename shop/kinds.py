"""Which goods a message names: one kind or several, and what they are for."""

from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz

from shop.reading import Mention, Reading

_SAME_WORD = 75


class Kind(BaseModel):
    """One kind of goods: the shop's name for it, and the shopper's."""

    model_config = ConfigDict(frozen=True)

    value: str
    word: str
    known: bool = True


def read_kinds(reading: Reading, *, under_way: bool = False) -> tuple[list[Kind], list[str]]:
    """The goods that a message names.

    Args:
        under_way: goods are being looked for already, so that "for the bedroom" is about those.

    Returns:
        The kinds, and what they are for: a "lamp" and "bedroom" of "a lamp for the bedroom".
    """
    kinds: list[Kind] = []
    purposes: list[str] = []
    # Who asks for advice names an interest as often as goods: "a gift for someone into cooking".
    interests = reading.intent == "ask_recommendation"
    end = 0
    for mention in reading.named("category"):
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
    return list({kind.value: kind for kind in kinds}.values()), purposes


def natural_word(mention: Mention) -> str:
    """The shopper's own word, unless it is only a misspelling of the shop's."""
    value, word = str(mention.value).lower(), mention.word
    if word.rstrip("s") == value.rstrip("s") or word.removesuffix("es") == value:
        return word
    # "Sunglasses" is no misspelling of "glasses".
    misspelt = fuzz.ratio(word, value) >= _SAME_WORD and value not in word
    return value if misspelt else word
