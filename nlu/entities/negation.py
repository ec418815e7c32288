"""What is refused, by the words just before it."""

import re

from nlu.wire import Role

_CUE = (
    r"(?:do(?:n|es)?(?:['’]?t|\s+not)\s+(?:really\s+)?(?:want|need|like|wear|buy|show|give|have|use|eat)"
    r"(?:\s+me)?|did(?:n['’]?t|\s+not)\s+(?:want|ask\s+for)|hate|can(?:['’]?t|not)\s+stand|"
    r"no\s+more|no\s+need\s+for|not\s+(?:bothered|fussed|crazy|mad|sold)\s+(?:about|by|on)|not\s+for|not|no|non|never|without|w/o|except(?:\s+for)?|excluding|anything\s+but|"
    r"every(?:thing|body|one)?\s+(?:\w+\s+)?but|any\s+\w+\s+but|all\s+but|(?:other|rather|else)\s+than|instead\s+of|apart\s+from|aside\s+from|"
    r"avoid(?:ing)?|skip|minus|nothing|forget(?:\s+about)?|leave\s+out|filter\s+out|"
    r"(?:stop|quit)\s+(?:showing(?:\s+me)?|suggesting|with)|hide)"
)
# What may stand between the cue and the thing without changing what is meant.
_FILLER = (
    r"(?:an?|any|the|those|these|this|that|in|with|from|by|made|of|more|another|ones?|"
    r"fan|keen|on|into|ur|your|their|some|real|pure)"
)
# "It came without the charger" tells what happened.
_REFUSED = re.compile(
    r"(?:^|(?<=[\s,;.(!?]))(?<!came )(?<!arrived )(?<!sent )(?<!delivered )"
    rf"{_CUE}(?:\s+{_FILLER})*\s+$",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"\b(?:but|(?<!t )(?<!not )(?:want|need|prefer|like)|show\s+me|give\s+me|looking\s+for|after|"
    r"rather(?:\s+(?:have|see|get|take|buy|wear|go\s+(?:for|with)))?|instead|only|just|"
    rf"and\s+(?=in|with|from))(?:\s*{_FILLER}|\s+something)*\s+$",
    re.IGNORECASE,
)
# "not red or blue", "no nike, adidas": what follows a refused thing shares its fate.
_AND_ALSO = re.compile(
    r"^\s*(?:,|or|nor|and|/|&|,\s*(?:or|nor|and))\s*(?:the\s+|any\s+)?$", re.IGNORECASE
)
_COMMA_ALONE = re.compile(r"^\s*,\s*$")

# "Change M to L", "from walnut to oak", "swap the black one for navy".
_REPLACED = re.compile(
    r"\b(?:change|swap|switch|exchange|trade|from)\b(?:\s+(?:the|my|size|colou?r|it))*"
    r"(?:\s+from)?(?:\s+the)?\s+$",
    re.IGNORECASE,
)
_BY = re.compile(r"^\s+(?:ones?\s+)?(?:to|for|into)\s+(?:an?\s+|the\s+)?$", re.IGNORECASE)
# "The leather ones are out", "silver is a no".
_RULED_OUT = re.compile(
    r"^(?:\s+(?:ones?|stuff))?\s+(?:is|are)\s+(?:out|off\s+the\s+table|a\s+no(?:-|\s)?(?:go)?)\s*(?:[,.;!?]|$)",
    re.IGNORECASE,
)
# "The black one" and what is not wanted "any more" were there already: no wish against a kind.
_POINTED_AT = re.compile(
    r"^[^,.;!?]*?(?:\bone\b|\bany\s?(?:more|longer)\b|\bafter\s+all\b|"
    r"\bi\s+(?:ordered|bought|got|paid)\b|\b(?:in|from|out\s+of)\s+(?:the|my)\s+(?:cart|basket|bag|trolley|order)\b)",
    re.IGNORECASE,
)
_THE = re.compile(r"\b(?:the|this|that|my|these|those)\s+(?:\S+\s+)?$", re.IGNORECASE)


def points_at(text: str, start: int, end: int) -> bool:
    """Whether a stretch picks something that is there instead of naming a kind."""
    return bool(_THE.search(text[:start]) and _POINTED_AT.match(text[end:]))


def is_replaced(text: str, start: int, end: int, other: int) -> bool:
    """Whether what stands at a stretch gives way to what begins at another place."""
    return bool(_REPLACED.search(text[:start]) and _BY.match(text[end:other]))


def is_ruled_out(text: str, end: int) -> bool:
    """Whether the words after a place refuse what ends there."""
    return bool(_RULED_OUT.match(text[end:]))


def polarity(text: str, start: int) -> Role | None:
    """Whether the words right before this place refuse or ask for what stands there.

    Returns:
        None where they do neither.
    """
    before = text[:start].replace("’", "'")
    if _REFUSED.search(before):
        return "exclude"
    return "include" if _WANTED.search(before) else None


def continues(text: str, end: int, start: int, *, alike: bool) -> bool:
    """Whether only a conjunction stands between two things.

    Args:
        alike: both are of one kind: "no nike, adidas"; between others a comma begins something
            new, as in "no polyester, terracotta".
    """
    between = text[end:start]
    return bool(_AND_ALSO.match(between)) and (alike or not _COMMA_ALONE.match(between))
