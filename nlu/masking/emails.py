"""E-mail addresses as they are typed: well formed, with slips, or spelled out."""

import re
from collections.abc import Iterator

from nlu.masking.spans import Personal, keep_first

_ENDING = (
    r"(?:com|net|org|info|biz|edu|gov|eu|io|co|me|app|dev|shop|store|xyz|at|au|be|br|ca|ch|cn|cz|"
    r"de|"
    r"dk|es|fi|fr|gr|hr|hu|ie|il|in|it|jp|ke|kr|mx|ng|nl|no|nz|pl|pt|ro|ru|se|sg|sk|tr|tw|ua|uk|"
    r"us|za)"
)
_LOCAL = r"[^\W_](?:[\w.+'’-]*[\w+])?"
_HOST = r"[^\W_][\w-]*"
_PLAIN = re.compile(rf"{_LOCAL}[@\uff20]{_HOST}(?:\.[\w-]+)+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# "lisa_k @ hotmail.com", "john@gmail,com", "jo@gmail . com", "jo@mail..com".
_SLIPPED = re.compile(
    rf"{_LOCAL}\s?[@\uff20]\s?{_HOST}(?:\s?[.,\u3002]{{1,2}}\s?[\w-]+)*?\s?[.,\u3002]{{1,2}}\s?{_ENDING}(?![\w])",
    re.IGNORECASE,
)
# "tom@gmail": no ending at all.
_SHORT = re.compile(r"(?<![\w@])[^\W_][\w.+-]*[^\W_]@[A-Za-z][A-Za-z-]{2,}\b")
_DOT_WORD = r"(?:dot|punkt|punto|point|ponto|punt|kropka|tecka)"
_SIGN = rf"(?:{_DOT_WORD}|underscore|unterstrich|dash|hyphen|minus|plus)"
_DOT = rf"(?:\s*[\(\[{{<]?\s*(?:\.|\b{_DOT_WORD}\b)\s*[\)\]}}>]?\s*)"
_AT = r"(?:at|ät|arroba|chiocciola|aapje|apenstaartje|zavinac|malpa)"
# "(at)" says by itself what it means; a naked "at" needs a spelled-out dot and a sign besides.
_FENCED = re.compile(
    rf"{_LOCAL}(?:\s+{_SIGN}\s+\w+)*\s*[\(\[{{<]\s*(?:{_AT}|"
    rf"@)\s*[\)\]}}>]\s*{_HOST}(?:{_DOT}{_HOST})*{_DOT}{_ENDING}\b",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    rf"\b(?P<local>{_LOCAL}(?:\s+{_SIGN}\s+\w+)*)\s+(?P<at>{_AT})\s+(?P<host>{_HOST}(?:{_DOT}{_HOST})*{_DOT}{_ENDING})\b",
    re.IGNORECASE,
)
_MAIL_NEAR = re.compile(
    r"\b(?:e-?mails?|mails?|correo|courriel|posta|inbox|reach|write)\b|邮", re.IGNORECASE
)
_NEAR = 40


def find_emails(text: str) -> list[Personal]:
    """Every e-mail address; the longest reading where several overlap."""
    found = [*_written(text), *_spelled(text)]
    return keep_first(sorted(found, key=lambda each: each.start - each.end))


def _written(text: str) -> Iterator[Personal]:
    for pattern in (_PLAIN, _SLIPPED, _SHORT, _FENCED):
        for match in pattern.finditer(text):
            yield Personal(*match.span(), "email")


def _spelled(text: str) -> Iterator[Personal]:
    for match in _SPELLED.finditer(text):
        near = _MAIL_NEAR.search(text[max(0, match.start() - _NEAR) : match.start()])
        # "Shop at amazon.com" is none.
        signed = re.search(rf"[\d_.+]|\s{_SIGN}\s", match["local"], re.IGNORECASE)
        spelled = re.search(rf"\s{_SIGN}\s", match["host"], re.IGNORECASE)
        foreign = match["at"].lower() != "at"
        if signed or near or foreign or (spelled and match["at"].isupper()):
            yield Personal(*match.span(), "email")
