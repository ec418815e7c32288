"""Names where somebody is introduced, addressed or signs, however they are written."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from nlu.masking.goods import fold
from nlu.masking.known_names import (
    is_english,
    is_first_name,
    is_pinyin,
    last_names,
)

_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*[^\W_])?")
_SMALL = "al ap bin bint d da das de del della den der di do dos du e el la le san st ter van von y"
_PARTICLES = frozenset(_SMALL.split())
_MOST_WORDS = 5
# Whoever says these gives a name next, in whatever letters.
_NAMED = re.compile(
    r"(?:\b(?:name|nmae|naem|surname)\s*(?:is|was|['’]?s|[:=])|\bnames(?=\s)|\bsurname|"
    r"\b(?:first|last|full|family|given|middle)\s+name(?:\s+(?:is|was)|\s*[:=])?|"
    r"\bi\s*(?:['’]?m|\s+am)?\s+call?e?d|\bi go by|\bunder (?:the )?name(?: of)?|\bin the name of|"
    r"\b(?:account|card)\s?holder(?:\s+is)?|\b(?:recipient|receiver|addressee|consignee)(?:\s+is)?|"
    r"\battn|\b(?:to the )?attention(?: of)?|\bc/o|\bsomeone called|"
    r"\bme llamo|\bmi nombre es|\bse llama|\bje m['’]appelle|\bmon nom est|\bname ist|"
    r"\bich hei(?:ß|ss)e|\bmi chiamo|\bmio nome (?:è|e)|\bik heet|\bnaam is|\bmeu nome (?:é|e)|"
    r"\bme chamo|\bchamo-me|\bjag heter|\bmitt namn är|\bjeg (?:heter|hedder)|\bmit navn er|"
    r"\bnazywam si(?:ę|e)|\bmam na imi(?:ę|e)|\bjmenuji se|\bvolám sa|\bnimeni on|\bad(?:ı|i)m|"
    r"\bnama saya|\btên tôi là|\bменя зовут|\bмене звати)\s*[:=]?\s*[\"'“„«(]?\s*",
    re.IGNORECASE,
)
# After these a name begins with a capital, or is a known one.
_LIKELY = re.compile(
    r"(?:\bname|\bcall me|\bask(?:ing)? for|\bsp(?:oke|eak|oken) (?:to|with|2)|"
    r"\btalk(?:ed)? (?:to|with)|"
    r"\b(?:account|order|booking) is (?:under|for)|\bengraved? (?:it )?with|\bfor [\"“„]|"
    r"\b(?:whos|who['’]s|who is|who was)|\bsays? (?:hi|hello|dear)|\bhappy birthday|"
    r"\b(?:dear|hi|hello|hey|yo|hiya)|\bthis is|\bi\s?['’]?\s?m|\bi am|\bdis(?: is)?|\bits|"
    r"\bit['’]s|"
    r"\bit['’]?s me|\bhave on|\bmoi c['’]est|\bici|\bc['’]est|\bich bin(?: (?:die|der))?|"
    r"\bhier ist|\bsoy|\bsono|"
    r"\bik ben|\bsou(?: [oa])?|"
    r"\bjestem|\bolen|\bben|\bпривет,? я|\bя|"
    r"\b(?:my|his|her|our|your) (?:\w+ )?(?:bf|gf|hubby|wife|husband|partner|mate|pal|bro|sis|"
    r"brother|"
    r"sister|mum|mom|dad|mother|father|son|daughter|kid|gran|granny|nan|grandma|grandpa|grandson|"
    r"granddaughter|aunt|auntie|uncle|cousin|niece|nephew|friend|boss|colleague|neighbou?r|"
    r"fianc[eé]e?|flatmate|roommate|boyfriend|girlfriend)(?:['’]?s name(?: is)?|['’]?s called|"
    r" is)?)"
    r"[,:]?\s+",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"\b(?:mrs|mr|ms|mx|dr|prof|herr|frau|se[nñ]ora?|sra|sr|monsieur|madame|mme|signora?|sig|"
    r"sig\.ra|"
    r"pan[i]?|meneer|mevrouw)\b\.?\s+",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"\b(?:(?:best|kind|warm|many) (?:regards|wishes)|regards|wishes|sincerely|faithfully|cheers|"
    r"thanks|thank you|thx|ty|ta|best|yours|love|"
    r"merci|cordialement|gr(?:ü|ue|u)(?:ß|ss)e|gru(?:ß|ss)|danke|lg|mfg|vg|saludos|gracias|grazie|"
    r"saluti|obrigad[oa]|abra[cç]os|groet(?:en|jes)|h(?:ä|a)lsningar|hilsen|mvh|pozdrawiam|"
    r"спасибо|с уважением)\b(?P<gap>[\s,.!–—-]+)(?P<name>[^\W\d_][^\n,;:?!()\d]{0,40}?)"
    r"(?P<end>\s*(?:\bx+\b|[:;]-?[)D]|[.!]|\s)*)$",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"^\W*(?:(?:hi|hey|hello|hiya|yo|its|it['’]s|this is)[\s,!]+)*(?P<name>[^\W\d_][\w'’-]*"
    r"(?:\s[^\W\d_][\w'’-]*)?)\s+(?:(?:here|speaking)\b|again\b|from (?:earlier|yesterday|before))",
    re.IGNORECASE,
)
_IS_NAME = re.compile(
    r"(?:^|[,;.!]\s*|"
    r"\bsay,?\s+)(?P<name>[^\W\d_][\w'’-]*(?:\s[^\W\d_][\w'’-]*){0,2})\s+is my name\b",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"(?P<name>[^\W\d_][\w-]*(?:\s[^\W\d_][\w-]*)?)['’]s\s+(?:parcel|package|order|account|address|"
    r"name|number|phone|e-?mail|delivery|box|birthday|wedding|house|stuff)\b"
)
# Called like people, and goods.
GOODS = re.compile(
    r"dr\.?\s+(?:martens|oetker|scholl|bronner|pepper|dre|seuss|hauschka|squatch|beckmann)|"
    r"mrs?\.?\s+(?:coffee|clean|muscle|potato|meyers?|kipling|men)",
    re.IGNORECASE,
)
_SHORTENED = re.compile(r"(?:mr|mrs|ms|mx|dr|prof|st|[a-z])", re.IGNORECASE)
# "Clara Nguyen, 5 Birch Court, 555 0134": whose the rest is.
_LABEL = re.compile(
    r"^\W*(?P<name>[^\W\d_][\w'’-]*(?:\s+[^\W\d_][\w'’-]*){1,3})\s*(?:[,;:–-]|$|\s\+?\d)",
    re.MULTILINE,
)
_ARTICLE = re.compile(r"\b(?:the|an?|some|any|of|these|those)\s*$", re.IGNORECASE)
# "I am Muslim", "I'm Dutch": no names.
_PEOPLE_OF = re.compile(
    r"(?:ish|ese|ian|ean|lim|ist|ic|hindu|greek|dutch|french|german|arab|thai|swiss)$"
)
_ENDS = re.compile(r"\s*(?:[,.!;]|$|(?:and|from|here|again|y|et|und|und|e|en)\b)", re.IGNORECASE)
# No name in small letters is one of these, and none in capitals where all is in capitals.
_NO_NAMES = """
    a all alright also am an and any anyone anyway are as asap at back be been bit but by bye
    can card cheers correct could cu customer cya did do does don dont dude e else es est et
    everybody everyone folks for from fyi go goodbye got guys had has have he hello help here
    hey hi how hun i if im in incorrect is ist it its just later like lol luv man mate me mine
    miss missing misspelled mister mit my need no not nothing now of ok okay omg on or order
    our out please pls plz really right she sir so sorry spelled spelt still sure tbh team than
    thank thanks that the their them then there they this thx till to today tomorrow too ty u
    und unknown up ur us very wanna want was wassup we well what when where which who why will
    with wrong y yall yea yeah yes yet yo you your yours
"""
_NEVER = frozenset(_NO_NAMES.split())


class Introduced(NamedTuple):
    """`text[start:end]` is a name, for sure, or unless it is something that is sold."""

    start: int
    end: int
    sure: bool


def find_introduced(text: str, *, beside: bool = False) -> Iterator[Introduced]:
    """Names after words that announce one, of those who sign, and of whoever is "here".

    Args:
        beside: an address or a number of somebody stands there as well: a name before it is theirs.
    """
    shouted = text.isupper()
    for match in _NAMED.finditer(text):
        yield Introduced(*_given(text, match.end(), shouted=shouted), sure=True)
    for match in _IS_NAME.finditer(text):
        if fold(match["name"]) not in _NEVER:
            yield Introduced(*match.span("name"), sure=True)
    for match in _LIKELY.finditer(text):
        yield Introduced(*_likely(text, match.end(), shouted=shouted), sure=False)
    for start, end in _titled(text, shouted=shouted):
        yield Introduced(start, end, sure=False)
    if (signed := _SIGNED.search(text)) and _signs(signed, shouted=shouted):
        yield Introduced(*signed.span("name"), sure=False)
    for pattern in (_HERE, _OWNED, *([_LABEL] if beside else [])):
        for match in pattern.finditer(text):
            if is_person(match["name"], here=pattern is _HERE):
                yield Introduced(*match.span("name"), sure=False)


def _titled(text: str, *, shouted: bool) -> Iterator[tuple[int, int]]:
    for match in _TITLED.finditer(text):
        start, end = _given(text, match.end(), shouted=shouted)
        if GOODS.match(text, match.start()) or _ARTICLE.search(text[: match.start()]):
            continue
        if start < end and (text[match.start()].isupper() or _is_family(text[start:end])):
            yield match.start(), end


def _is_family(name: str) -> bool:
    """Whether its last word is a known family name."""
    return fold(name.split()[-1]) in last_names()


def is_person(name: str, *, here: bool = False) -> bool:
    """Whether lists know it.

    Args:
        here: something in the text says that it is a person: an English word will do.
    """
    words = name.split()
    if not words or fold(words[0]) in _NEVER:
        return False
    if is_pinyin(words):
        return True
    known = is_first_name(words[0])
    if len(words) == 1:
        return known and (here or words[0][0].isupper() or not is_english(words[0]))
    return (known or fold(words[-1]) in last_names()) and not any(
        is_english(word) and word[0].islower() for word in words[1:]
    )


def _given(text: str, start: int, *, shouted: bool) -> tuple[int, int]:
    """The name that must begin here: its first word, and what belongs to it."""
    words = _words(text, start)
    if not words:
        return start, start
    first = words[0][0]
    if fold(first) in _NEVER:
        return start, start
    small = shouted or first[0].islower()
    if small and is_english(first) and not is_first_name(first):
        return start, start
    end = words[0].end()
    taken = 1
    for word in words[1:]:
        said = word[0]
        if fold(said) in _PARTICLES and taken < _MOST_WORDS:
            taken += 1
            continue
        if fold(said) in _NEVER or taken >= _MOST_WORDS:
            break
        if shouted or said[0].islower():
            if not small or taken >= 3 or (is_english(said) and fold(said) not in last_names()):
                break
            # "My name is ana busco": a second word that no list knows is another matter's.
            if not (is_first_name(said) or fold(said) in last_names() or is_pinyin([first, said])):
                break
        taken += 1
        end = word.end()
    # "O'Brien, Patrick"
    turned = re.match(r",\s+([^\W\d_][\w'’-]*)\s*(?:$|[.;])", text[end:])
    if turned and turned[1][0].isupper() and is_first_name(turned[1]):
        end += turned.end(1)
    return words[0].start(), end


def _likely(text: str, start: int, *, shouted: bool) -> tuple[int, int]:
    """The name that may begin here: several capitals of which one is known, or one."""
    first, end = _given(text, start, shouted=shouted)
    name = text[first:end]
    if not name:
        return start, start
    words = name.split()
    if name[0].isupper() and not shouted:
        known = is_first_name(words[0]) or any(fold(word) in last_names() for word in words[1:])
        if len(words) > 1 and known:
            return first, end
        if is_pinyin(words) or (len(words) == 1 and is_first_name(name)):
            return first, end
        foreign = not (is_english(name) or name.isupper() or _PEOPLE_OF.search(fold(name)))
        return (first, end) if foreign and _ENDS.match(text, end) else (start, start)
    # In small letters: all of it known, and no English word among it.
    two = _WORD.match(text, end + 1) if end < len(text) and text[end] == " " else None
    if len(words) == 1 and two and is_pinyin([name, two[0]]):
        return first, two.end()
    if len(words) > 1 and is_person(name):
        return first, end
    if is_first_name(words[0]) and not is_english(words[0]):
        return first, first + len(words[0])
    return start, start


def _signs(match: re.Match[str], *, shouted: bool) -> bool:
    name = match["name"].strip()
    words = name.split()
    if any(fold(word.strip(".")) in _NEVER for word in words) or len(words) > 4:
        return False
    apart = bool(match["gap"].strip())
    if is_person(name, here=apart):
        return True
    capital = all(word[0].isupper() or fold(word) in _PARTICLES for word in words)
    return apart and capital and not shouted and not all(is_english(word) for word in words)


def _words(text: str, start: int) -> list[re.Match[str]]:
    """The words from here on as long as only blanks, or a stop after a title, part them."""
    found: list[re.Match[str]] = []
    while match := _WORD.match(text, start):
        found.append(match)
        gap = re.match(r"(\.?)[ \u00a0]+", text[match.end() :])
        if gap and gap[1] and not _SHORTENED.fullmatch(match[0]):
            break
        if not gap:
            break
        start = match.end() + gap.end()
    return found
