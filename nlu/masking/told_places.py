"""Addresses after words that announce one, which need not look like those of any one country."""

import re
from collections.abc import Iterator

from nlu.masking.spans import Personal

_WORD = r"[^\W\d_][\w'’.-]*"
_HOUSE = r"\d{1,5}(?:[/-]\d{1,5})*\s?[A-Za-z]?\b"
# After these an address comes and nothing else.
_ADDRESS = re.compile(
    r"(?:\b(?:address|adress|addres|addr|adres|adresse|adresim|direcci[oó]n|endere[cç]o|"
    r"indirizzo|anschrift|"
    r"adressen|osoite|c[ií]m|адрес[а]?)(?:\s+(?:is|to|is now|now|ist|es|è|est|[eé]|är|er|on|"
    r"2)\b)?\s*[:=-]?|"
    r"\b(?:i|we|she|he|they|who)\s+(?:now\s+)?live[sd]?\s+(?:at|in|on)|\bliving (?:at|in|on)|"
    r"\bstaying (?:at|in|on)|"
    r"\b(?:we|i)(?:['’]?ve)?\s+(?:just\s+)?moved\s+to|\bmoved to|\bwohnen? (?:in der|in dem|im|"
    r"in|an der|am)|\bvivo en|"
    r"\babito (?:in|a)|\bj['’]habite(?: (?:au|à))?|\bmoro (?:na|no|em)|\bmieszkam (?:na|przy|w)|"
    r"\bbor (?:på|i)|"
    r"\bwoon (?:op|aan|in)|\b(?:my|our|the) (?:house|place|flat|home|new place|new house|"
    r"new flat|office)(?:\s+is)?(?:\s+(?:at|in|on))?)"
    r"\s+[\"“(]?",
    re.IGNORECASE,
)
# After these it may be many another thing.
_SENT = re.compile(
    r"\b(?:(?:deliver|ship|send|sent|post|bring|mail|forward|drop|leave|change|redirect|moving|"
    r"went|going|"
    r"shipping|sending|delivered|shipped|posted|delivery|"
    r"pick\s?up)(?:\s+[^\W\d_][\w'’]*){0,4}?\s+(?:to|at|2|off at|2\s?to)|"
    r"ship 2|leave it next door,|livrez (?:au|à)|(?:envi[aoe]\w*|mandal[oa]|entregar?|spedire|"
    r"bezorgen|skicka\w*|"
    r"wysłać|schick\w*|liefern?|lever(?:e|er|era)?)(?:\s+[^\W\d_]+){0,2}?\s+(?:a|na|no|em|op|"
    r"till|til|an|nach|in|to))\s+",
    re.IGNORECASE,
)
# And after these most often: only a street of known kind tells.
_MAYBE = re.compile(
    r"\b(?:(?:i['’]?m|i am|we['’]?re|we are|is|now|are)\s+(?:now\s+)?at|its|it['’]s|it is|to)\s+",
    re.IGNORECASE,
)
# Where the stretch ends.
_END = re.compile(
    r"[;!?\n]|\.(?=\s+[A-ZÀ-Þ][a-z]+\s+[a-z]|\s*$)|\s[–-]\s|[,\s]+(?:please|pls|plz|thanks|thx|"
    r"instead|asap|ok(?:ay)?|but|and|not|"
    r"so|if|when|before|after|by|until|on|is|was|isn['’]?t|do|does|can|could|ring|call|tel|phone|"
    r"mobile|mail|e-?mail|"
    r"that|which|because|bitte|por favor|svp|today|tomorrow|asap|where|order|name|my|for|from|"
    r"with|i|you|we|he|she|it|yet|already|again|soon|only)\b"
    r"|[,\s]+\+?\d{2,4}[\s-]?\d{3}[\s-]?\d{3,}",
    re.IGNORECASE,
)
# A number that begins it counts no goods, hours or money.
_NO_PLACE = re.compile(
    r"\s*\d+(?:[.:,]\d+)?\s*(?:am|pm|uhr|h\b|o['’]?clock|days?|hours?|hrs?|mins?|minutes|weeks?|"
    r"months?|years?|items?|pairs?|pcs|"
    r"pieces|times|people|persons|friends|of|x|%|cm|mm|kg|g|ml|usd|eur|dollars?|euros?|pounds?|"
    r"stores?|shops?|"
    r"places|addresses|different|or|to|st floor|nd floor|more|bucks|inch|in|left|right)\b",
    re.IGNORECASE,
)
_LONGEST = 110
_KIND = (
    r"(?:street|st|road|rd|lane|ln|avenue|ave|drive|dr|crescent|cres|terrace|boulevard|blvd|"
    r"close|court|ct|way|"
    r"place|pl|grove|gardens|parade|row|hill|square|sq|park|view|mews|circle|loop|walk|rise|"
    r"green|gate|quay|"
    r"house|cottage|lodge|farm|villa|tower|building|apartments?)"
)
_LOOKS = (
    # A house and a street of known kind, in any letters.
    re.compile(rf"{_HOUSE},?\s+(?:[\w'’.-]+\s+){{0,4}}{_KIND}\b", re.IGNORECASE),
    # A house and words in capitals: "88 Nguyễn Huệ".
    re.compile(rf"{_HOUSE},?\s+(?:{_WORD}\s+)?[^\W\d_a-zà-ÿ][\w'’.-]*"),
    # Words in capitals and a house: "Vasagatan 7", "Mannerheimintie 5 A 12".
    re.compile(rf"[^\W\d_a-zà-ÿ][\w'’.-]*(?:\s+{_WORD}){{0,4}},?\s+(?:n[ro°º.:]*\s*)?{_HOUSE}"),
    # A street that ends as streets do: "lindenallee 4".
    re.compile(
        r"\w+(?:stra(?:ß|ss)e|str\.?|weg|platz|allee|gasse|straat|laan|plein|gracht|gatan|"
        r"v[aä]gen|gade|vej|"
        r"veien|gata|katu|tie|utca|ulica|sokak|caddesi)\s+\d",
        re.IGNORECASE,
    ),
)
_KNOWN = (_LOOKS[0], _LOOKS[3])
# "The new place, 14 Oak Lane": what leads to it.
_LEAD = re.compile(
    r"(?:(?:the|my|our|your|new|old|other|place|house|flat|home|office|address|its|is|at|to|in|"
    r"order|\d{4,} to)"
    r"[\s,:]+)+",
    re.IGNORECASE,
)
# "Address 1 infinite loop cupertino": after a word for addresses, a number and two words.
_ANY = re.compile(rf"(?:no\.?\s*|number\s+)?{_HOUSE},?\s+{_WORD}\s+{_WORD}")
_STRICT_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}"
_POSTCODE = re.compile(
    rf"(?:\b(?:post\s?code|postal code|zip(?: code)?|plz|eircode)\b(?:\s+(?:is|was|now|of|"
    rf"for))?\s*[:=]?\s*"
    rf"(?P<code>{_STRICT_POSTCODE}|[A-Z]\d[A-Z]\s?\d[A-Z]\d|\d{{4}}\s?[A-Z]{{2}}|"
    rf"[A-Z]\d[\dW]\s?[A-Z\d]{{4}}|"
    r"\d{4,6}(?:-\d{3,4})?)(?![\w]))",
    re.IGNORECASE,
)
# In capitals and parted it is nothing else.
_BARE_POSTCODE = re.compile(r"(?<![\w-])[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}(?![\w-])")


def find_told(text: str) -> Iterator[Personal]:
    """Every address that words announce, and post codes."""
    for pattern, looks in ((_ADDRESS, (*_LOOKS, _ANY)), (_SENT, _LOOKS), (_MAYBE, _KNOWN)):
        for match in pattern.finditer(text):
            surface = _clause(text, match.end())
            if _NO_PLACE.match(surface) or not any(char.isdigit() for char in surface):
                continue
            found = [m.start() for each in looks if (m := each.search(surface))]
            # What stands before the house must belong to it: "reception, 30 Mary Axe".
            if found and min(found) <= _first_gap(surface):
                lead = _LEAD.match(surface)
                start = match.end() + (lead.end() if lead else 0)
                yield Personal(start, match.end() + len(surface), "address")
    for match in _POSTCODE.finditer(text):
        yield Personal(*match.span("code"), "address")
    for match in _BARE_POSTCODE.finditer(text):
        yield Personal(*match.span(), "address")


def _clause(text: str, start: int) -> str:
    rest = text[start : start + _LONGEST]
    end = _END.search(rest)
    said = rest[: end.start()] if end else rest
    # "3 Castle Street, Durham, delete both": after capitals, small letters are another matter.
    for comma in re.finditer(r",\s+(?=[^\W\d_A-Z])", said):
        if any(char.isupper() for char in said[: comma.start()]) and said[comma.end()].islower():
            said = said[: comma.start()]
            break
    return said.rstrip(" ,.")


def _first_gap(surface: str) -> int:
    """Up to where an address may begin: after a comma, or a few words."""
    comma = surface.find(",")
    return max(comma + 2 if comma >= 0 else 0, 12)
