"""Postal addresses, as a number and a street are written in the languages of our shops."""

import re
from collections.abc import Iterator

from nlu.entities.people import find_people
from nlu.masking.spans import Personal, keep_first
from nlu.masking.told_places import find_told

_CAP = r"[A-ZÀ-ÖØ-ÞĀ-ŽŁŚŹŻÇŞİĞ][\w'’.-]*"
_NUMBER = r"\d{1,5}(?:[/-]\d{1,4})*[A-Za-z]?"
_SMALL = (
    r"(?:(?:de la|de las|de los|de l'|de|du|des|del|della|di|da|do|dos|la|le|van|von|of|the|der)"
    r"\s+)"
)
_UNIT = r"(?i:(?:flat|apt\.?|apartment|unit|suite|room|floor|fl|shop)\s+#?\w{1,5})"
# After the street: commas with flats, towns, states, post codes and countries.
_ZIP = (
    r"(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[A-Z]{2,3}\s\d{4,5}(?:-\d{4})?|"
    r"\d{2}-\d{3}|\d{3}\s\d{2}|\d{4,6}(?:-\d{3,4})?(?:\s?[A-Z]{2}\b)?)"
)
_TOWN = rf"{_CAP}(?:[\s-]{_CAP}){{0,2}}"
_PART = rf"(?:{_UNIT}|{_ZIP}(?:\s+{_TOWN})?|{_TOWN}\s+{_ZIP}|{_TOWN})"
_REST = rf"(?:,?\s*{_UNIT})?(?:(?:,\s*|\s+(?=\d{{4,5}}\b)){_PART}){{0,3}}"
_ANY_CASE = r"(?i:street|road|lane|avenue|drive|crescent|terrace|boulevard|highway|rd|ave|blvd)"
# In small letters these may be anything.
_CAPITAL = (
    r"(?:Gardens|Square|Close|Court|Way|Place|Grove|Parade|Row|Hill|Park|View|Quay|Mews|Circle|"
    r"Axe|St|Ln|Dr|Ct|Pl|Sq|Hwy)"
)
_ROAD = re.compile(
    rf"(?<![\w#-])(?:{_UNIT},?\s+)?(?:{_CAP}\s(?:Court|House),?\s+)?"
    rf"{_NUMBER}\s+(?:(?:(?!(?:to|at|its|in)\b)[^\W_][\w'’.-]*\s+){{1,4}}(?:{_ANY_CASE}|"
    rf"{_CAPITAL})|Broadway|"
    rf"The (?:{_ANY_CASE}|{_CAPITAL}|Green))\b\.?"
    rf"(?:\s(?:N|S|E|W|NW|NE|SW|SE)\b)?(?:\s\d{{1,4}}\b)?{_REST}"
)
_KIND_FIRST = (
    r"(?:Rue|Avenue|Boulevard|Place|Quai|Allée|Impasse|Via|Viale|Piazza|Corso|Largo|Calle|C/|Gran|"
    r"Avenida|Av\.|Paseo|Plaza|Rua|Praça|Travessa|Rambla)"
)
# "7 Rue de Rivoli" and "Calle Mayor 5".
_ROMANCE = re.compile(
    rf"(?<![\w#])(?:{_NUMBER}(?:\s(?:bis|"
    rf"ter))?,?\s+(?i:{_KIND_FIRST})\s+{_SMALL}*{_CAP}(?:[\s-]{_SMALL}*{_CAP}){{0,3}}"
    rf"|{_KIND_FIRST}\s+{_SMALL}*{_CAP}(?:\s{_SMALL}*{_CAP}){{0,3}},?\s+{_NUMBER}\b){_REST}"
)
# "Hauptstraße 15", "Lindenweg 8", "Keizersgracht 123".
_GERMANIC = re.compile(
    rf"(?<![\w#])(?:{_CAP}\s+)?[A-ZÀ-ÖØ-Þ]\w*(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|"
    rf"ufer|"
    rf"damm|gracht|straat|laan|plein|kade|gatan|vägen|gade|vej|veien|gata|katu|tie|"
    rf"utca)\s+{_NUMBER}\b{_REST}"
    rf"|\b(?:{_CAP}\s+)(?:Straße|Strasse|Allee|Platz|Weg)\s+{_NUMBER}\b{_REST}"
)
# "ul. Marszałkowska 10/12 m. 5", "İstiklal Cad. No: 25", "Jl. Sudirman 5", "Jalan Ampang".
_MARKED = re.compile(
    rf"(?<![\w#])(?:(?:ul|al|os|pl|Jl|"
    rf"Jln)\.\s?{_CAP}(?:\s{_CAP}){{0,2}}\s+{_NUMBER}(?:\s?m\.\s?\d+)?"
    rf"|{_CAP}(?:\s{_CAP})?\s(?:Cad\.|Caddesi|Sok\.|Sokak|Sk\.|Bulvarı|"
    rf"Mah\.)\s?(?:No:?\s?)?{_NUMBER}"
    rf"|{_NUMBER},?\s(?:Jalan|Jln|Jl\.?|Lorong)\s{_CAP}(?:\s{_CAP}){{0,2}}"
    rf"|(?i:blk|"
    rf"block)\s{_NUMBER}\s(?:{_CAP}\s){{1,4}}\d{{0,3}}(?:,?\s*#\d+-\d+)?(?:\s{_CAP}\s\d{{5,6}})?){_REST}"
)
# "Thornfield Cottage, Mill Lane, Haworth": a house with a name.
_HOUSE = re.compile(
    rf"(?<![\w#])(?:{_CAP}\s){{1,2}}(?:House|Cottage|Lodge|Farm|Villa|Manor|Barn|Hall)"
    rf"(?:,\s*(?:{_CAP}\s){{1,3}}(?:{_ANY_CASE}|{_CAPITAL}))(?:,\s*{_PART}){{0,3}}"
)
_BOX = re.compile(rf"\bP\.?\s?O\.?\s+Box\s+\d{{1,6}}{_REST}", re.IGNORECASE)
_CHINESE = re.compile(
    r"[\u4e00-\u9fff]{2,}?(?:省|市|区|县)[\u4e00-\u9fff]{0,20}(?:路|街|道|巷|"
    r"村)\d+[号弄]?[\d\u4e00-\u9fff室楼栋单元]*"
)
_CHINESE_LEAD = re.compile(r"^(?:请|把|送到|寄到|我的|地址|是|在|住|家|我)+")
_NEVER_LAST = re.compile(
    r"(?i)[,\s]+(?:please|pls|thanks|instead|asap|ok|bitte|is|but|and|i|from|by|before|in)\b.*$"
)


def find_addresses(text: str) -> list[Personal]:
    """Every address, left to right."""
    return keep_first(sorted(_candidates(text), key=lambda each: each.start - each.end))


def _candidates(text: str) -> Iterator[Personal]:
    for pattern in (_ROAD, _ROMANCE, _GERMANIC, _MARKED, _HOUSE, _BOX):
        for match in pattern.finditer(text):
            surface = _NEVER_LAST.sub("", match[0])
            if pattern is _HOUSE or any(char.isdigit() for char in surface):
                yield Personal(match.start(), match.start() + len(surface), "address")
    for match in _CHINESE.finditer(text):
        lead = _CHINESE_LEAD.match(match[0])
        yield Personal(match.start() + (lead.end() if lead else 0), match.end(), "address")
    yield from find_told(text)
    for mention in find_people(text):
        if mention.entity == "address":
            surface = _NEVER_LAST.sub("", text[mention.start : mention.end])
            yield Personal(mention.start, mention.start + len(surface), "address")
