"""What is refused, by the words just before it."""

import re

from nlu.wire import Role

_CUE = (
    r"(?:do(?:n|es)?(?:['’]?t|\s+not)\s+(?:really\s+)?(?:want|need|like|wear|buy|show|give|have|use|eat)"
    r"(?:\s+me)?|did(?:n['’]?t|\s+not)\s+(?:want|ask\s+for)|hate|can(?:['’]?t|not)\s+stand|"
    r"no\s+more|not|no|non|never|without|w/o|except(?:\s+for)?|excluding|anything\s+but|"
    r"everything\s+but|all\s+but|(?:other|rather)\s+than|instead\s+of|apart\s+from|aside\s+from|"
    r"avoid(?:ing)?|skip|minus|nothing)"
)
# What may stand between the cue and the thing without changing what is meant.
_FILLER = (
    r"(?:an?|any|the|those|these|this|that|in|with|from|by|made|of|more|another|ones?|"
    r"fan|keen|on|into|ur|your|their|some|real|pure)"
)
_REFUSED = re.compile(rf"(?:^|(?<=[\s,;.(!?])){_CUE}(?:\s+{_FILLER})*\s+$", re.IGNORECASE)
_WANTED = re.compile(
    r"\b(?:but|(?<!t )(?<!not )(?:want|need|prefer|like)|show\s+me|give\s+me|looking\s+for|after|"
    rf"rather|instead|only|just)(?:\s+{_FILLER}|\s+something)*\s+$",
    re.IGNORECASE,
)
# "not red or blue", "no nike, adidas": what follows a refused thing shares its fate.
_AND_ALSO = re.compile(
    r"^\s*(?:,|or|nor|and|/|&|,\s*(?:or|nor|and))\s*(?:the\s+|any\s+)?$", re.IGNORECASE
)


# "The black one" and what is not wanted "any more" were there already: no wish against a kind.
_POINTED_AT = re.compile(
    r"^[^,.;!?]*?(?:\bone\b|\bany\s?(?:more|longer)\b|\bafter\s+all\b|"
    r"\b(?:in|from|out\s+of)\s+(?:the|my)\s+(?:cart|basket|bag|trolley|order)\b)",
    re.IGNORECASE,
)
_THE = re.compile(r"\b(?:the|this|that|my|these|those)\s+(?:\S+\s+)?$", re.IGNORECASE)


def points_at(text: str, start: int, end: int) -> bool:
    """Whether a stretch picks something that is there instead of naming a kind."""
    return bool(_THE.search(text[:start]) and _POINTED_AT.match(text[end:]))


def polarity(text: str, start: int) -> Role | None:
    """Whether the words right before this place refuse or ask for what stands there.

    Returns:
        None where they do neither.
    """
    before = text[:start].replace("’", "'")
    if _REFUSED.search(before):
        return "exclude"
    return "include" if _WANTED.search(before) else None


def continues(text: str, end: int, start: int) -> bool:
    """Whether only a conjunction stands between two things."""
    return bool(_AND_ALSO.match(text[end:start]))
