"""Names that shoppers introduce themselves by, and postal addresses."""

import re

from nlu.entities.mentions import Mention

_WORD = r"[^\W\d_][\w'’-]*"
# "This is" and "I'm" introduce anything at all; those are for the model.
_INTRODUCED = re.compile(
    rf"\bmy\s+(?:full\s+)?name(?:\s+is|['’]?s)\s+(?P<name>(?!(?:on|not|in|wrong|spelt|back)\b){_WORD}"
    rf"(?:\s+(?!(?:and|but|please|pls|can|could|i|from|with|here|my)\b){_WORD})?)",
    re.IGNORECASE,
)
_STREET = r"(?i:street|road|rd|lane|avenue|ave|drive|crescent|terrace|boulevard|blvd)"
# In lower case these may be anything.
_STREET_NAME = r"(?:St|Ln|Close|Dr|Court|Ct|Way|Place|Grove|Gardens|Parade|Row|Hill|Square|Park)"
_POSTCODE = r"(?i:[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}|(?:[a-z]{2}\s)?\d{5}(?:-\d{4})?)"
_TOWN = (
    r"[^\W\d_]+(?:[\s-](?!(?i:please|pls|instead|by|before|on|for|as|asap|i|and)\b)[^\W\d_]+){0,2}"
)
_ADDRESS = re.compile(
    r"(?<![\w#-])(?:(?i:flat|apt\.?|apartment|unit|suite)\s+\w{1,4},?\s+)?"
    rf"\d{{1,5}}[A-Za-z]?\s+(?:{_WORD}\.?\s+){{1,3}}(?:{_STREET}|{_STREET_NAME})\b\.?"
    rf"(?:,\s*(?!(?i:please|pls|thanks|i|not|and|can)\b){_TOWN}\b)?(?:,?\s+{_POSTCODE}\b)?"
)
# "My grandson says": whoever does something is not who the goods are for.
_ACTS = re.compile(
    r"\s+(?:says?|said|tells?|told|thinks?|thought|opened|ate|broke|pressed|clicked|bought)\b",
    re.IGNORECASE,
)


def acts(text: str, end: int) -> bool:
    """Whether somebody who is named up to a place says or does something."""
    return bool(_ACTS.match(text, end))


def find_people(text: str) -> list[Mention]:
    """Names after "my name is", and addresses of a number and a street, left to right."""
    found = [
        *(Mention("address", *match.span(), source="rule") for match in _ADDRESS.finditer(text)),
        *(
            Mention("person", *match.span("name"), source="rule")
            for match in _INTRODUCED.finditer(text)
        ),
    ]
    return sorted(found, key=lambda mention: mention.start)
