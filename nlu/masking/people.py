"""Names of people: after words that announce them, or where a list of first names knows them."""

import re
from collections.abc import Iterator, Sequence

from nlu.masking.chinese_names import find_chinese
from nlu.masking.goods import Stretch, fold
from nlu.masking.introduced import GOODS, find_introduced
from nlu.masking.known_names import first_names, is_english, is_first_name, last_names
from nlu.masking.spans import Personal, keep_first

_NEAR = 30

_WORD = r"[^\W\d_](?:[\w'’-]*\w)?"
_CAP = r"[A-ZÀ-ÖØ-ÞĀ-Ž](?:[\w'’-]*\w)?"
_TITLE = r"(?:mrs|mr|ms|miss|mx|dr|prof|professor|sir|aunt|uncle|grandpa|grandma)\b\.?"
_SMALL = r"(?:del|de|da|di|van|von|der|den|bin|al|el|la|le|o')"
_NAME = rf"(?:(?i:{_TITLE})\s+)*{_CAP}(?:\s+(?:{_SMALL}\s+)*{_CAP}){{0,3}}"
_RUN = re.compile(rf"(?<![\w@'’-]){_NAME}(?:\s*(?:&|and)\s+{_CAP}(?=\W|$))?")
_RELATION = (
    r"(?:wife|husband|son|daughter|brother|sister|mother|father|mom|mum|dad|friend|girlfriend|"
    r"boyfriend|partner|colleague|boss|neighbou?r|aunt|uncle|cousin|niece|nephew|grandma|grandpa|"
    r"flatmate|roommate|assistant|driver|parents)"
)
# After these a capitalised word is a name, whatever the list says.
_SURE = re.compile(
    r"(?:\bname(?:\s+(?:is|was|of|on(?:\s+card)?)|['’]?s|\s*[:=])?(?:\s+from)?|"
    r"\bcardholder:?|\brecipient(?:\s+is)?:?|\bcontact(?:\s+person)?:|"
    r"\b(?:kind|best|warm|many)?\s*(?:regards|wishes)\s*,?|\bsincerely\s*,|\byours\s*,|"
    r"\bcheers\s*,|"
    rf"\b(?:my|his|her|our|their|the)\s+(?:\w+\s+)?{_RELATION}\s*,?|"
    r"\bsigned\s*,?|\bask|\bagent|\bspoke (?:with|to)|\bsigned for by|\btaken by|\bbought by|"
    r"\bordered by|\bunder|\bin the name of|\bsign it from|\bgift card goes to|\blabel says|"
    r"\bthey wrote|\bcalled|\bbooked under)\s*$",
    re.IGNORECASE,
)
# After these it must also be in the list.
_LIKELY = re.compile(
    r"(?:\bthank(?:s| you)\s*,?|\bregards|\bbill|\bfor|\bto|\bfrom|\bwith|\bput|\bwrite|"
    r"\bengrave|\bsay|\bread|\bbe|\blet|\byou|\bis|\bcan|\bcould|\bhi|\bhello|\bhey|\bdear|"
    r"[,;.!]|\bcontact|"
    r"\bparcel for|\bdriver\s*,)\s*$",
    re.IGNORECASE,
)
_DOES = re.compile(
    r"^\s*(?:here\b|know\b|get back\b|a (?:real|person|human|bot)\b|or a (?:bot|computer)\b|"
    r"in (?:your|today|the)\b|earlier\b|before\b|today\b|help(?:ed|ing)|"
    r"from (?:your|the|support|yesterday)|will (?:pick|be)|can pick|is my|ordered|"
    r"paid|took|gave|promised|was|call(?:ed)?\b|there\b|again\b|asked|said|speaking|at the|knows|"
    r"loves|likes|on (?:it|the|my)|who\b|[,.!]|please\b|paid|and I\b|to (?:call|pick)|$)",
    re.IGNORECASE,
)
# The same of who begins a message.
_DOES_FIRST = re.compile(
    r"^\s*(?:here|in (?:your|today|the)|earlier|today|helped|from (?:your|the|support|yesterday)|"
    r"will (?:pick|be)|can pick|is my|ordered|paid|took|gave|promised|was|called|again|asked|said|"
    r"speaking|at the|knows|loves|likes|who|and I|to (?:call|pick))\b",
    re.IGNORECASE,
)
# Only people do these.
_HUMAN = re.compile(
    r"^\s*(?:here\b|from (?:your|the|support|yesterday)|(?:will|can|could) (?:pick|collect|call)|"
    r"is my|ordered|paid|took|gave|promised|asked|said|speaking|knows|loves|likes)\b",
    re.IGNORECASE,
)
# "The Dr. Martens" is no doctor.
_ARTICLE = re.compile(r"\b(?:the|an?|some|any|of|these|those)\s*$", re.IGNORECASE)
_SPOKEN = re.compile(
    rf"\b(?:my\s+(?:full\s+)?name(?:\s+is|['’]?s)|name\s*[:=]|i\s+am|i['’]?m|this\s+is|(?:its|"
    rf"it's))\s+"
    rf"(?P<name>{_WORD}(?:\s+{_WORD})?)",
    re.IGNORECASE,
)
_SAYS_NAME = re.compile(r"\b(?:name|cardholder|recipient)", re.IGNORECASE)
# Capitalised at the start of a sentence, and no names.
_STARTER = re.compile(
    r"(?:i|hi|hello|hey|dear|the|a|an|is|are|do|does|can|could|please|my|it|its|what|when|"
    r"where|which|who|how|thanks|thank|regards|kind|best|order|invoice|name|contact|"
    r"address|no|not|yes|and|or|for|from|to|with|if|so|but|add|show|deliver|ship|send|"
    r"bring|call|ring|phone|mobile|text|mail|i'm|im|it's|its|name's|that's|you|your|we|"
    r"our|they|he|she|his|her|this|that|there|here|any|anything|all|delivery)",
    re.IGNORECASE,
)


def find_names(
    text: str,
    *,
    brands: Sequence[Stretch] = (),
    goods: Sequence[Stretch] = (),
    beside: bool = False,
) -> list[Personal]:
    """Every name, left to right.

    Args:
        brands: where a brand of the shop stands: a name there needs words that announce it.
        goods: where the model sees goods: so it does there, or a title, or a person's doings.
        beside: an address or a number of somebody was found: a name that the text begins with is
            theirs.
    """
    introduced = [
        Personal(each.start, each.end, "name")
        for each in find_introduced(text, beside=beside)
        if each.start < each.end and (each.sure or not _meets(brands, each.start, each.end))
    ]
    written = list(_written(text, brands=brands, goods=goods))
    spoken = [*introduced, *_spoken(text), *written]
    longest = sorted(spoken, key=lambda each: each.start - each.end)
    return keep_first([*find_chinese(text), *longest])


def _spoken(text: str) -> Iterator[Personal]:
    """Names in small letters, after the words that introduce somebody."""
    for match in _SPOKEN.finditer(text):
        start, end = match.span("name")
        words = match["name"].split()
        if words[0][0].isupper():
            continue
        if fold(words[0]) not in first_names():
            continue
        named = bool(_SAYS_NAME.search(match[0]))
        # "I'm sad" is no introduction, though somebody is called so.
        if not named and is_english(words[0]):
            continue
        if len(words) > 1 and not (named or fold(words[1]) in last_names()):
            end = start + len(words[0])
        yield Personal(start, end, "name")


def _written(
    text: str, *, brands: Sequence[Stretch], goods: Sequence[Stretch]
) -> Iterator[Personal]:
    for match in _RUN.finditer(text):
        start, end = match.span()
        # "Hi Emily": what begins the sentence is no part of the name.
        words = list(re.finditer(r"\S+", text[start:end]))
        while words and _STARTER.fullmatch(words[0][0].strip(",.").replace("’", "'")):
            words = words[1:]
        if not words:
            continue
        start += words[0].start()
        before, after = text[:start], text[end:]
        bare = re.sub(rf"(?i)^{_TITLE}\s+", "", text[start:end])
        one_of_many = _ARTICLE.search(before)
        titled = bare != text[start:end] and not (one_of_many or GOODS.match(text, start))
        known = _is_first_name(bare)
        family = len(words) > 1 and any(fold(word[0]) in last_names() for word in words)
        acts = known and not one_of_many and _HUMAN.search(after)
        if _is_shouted(text[start:end]) and not _SAYS_NAME.search(before[-_NEAR:]):
            continue
        branded = _meets(brands, start, end)
        if _SURE.search(before) or ((titled or acts) and not branded):
            yield Personal(start, end, "name")
        elif branded or _meets(goods, start, end):
            continue
        elif (
            (known and _LIKELY.search(before) and (_DOES.search(after) or family))
            or (known and not before.strip() and not after.strip())
            or ((known or family) and not before.strip() and _DOES_FIRST.search(after))
        ):
            yield Personal(start, end, "name")


def _meets(stretches: Sequence[Stretch], start: int, end: int) -> bool:
    return any(first < end and start < last for first, last in stretches)


def _is_shouted(name: str) -> bool:
    """Whether it stands in capitals, as whole messages do."""
    return len(name) > 1 and name.isupper()


def _is_first_name(name: str) -> bool:
    return is_first_name(re.split(r"[\s&]", name, maxsplit=1)[0])
