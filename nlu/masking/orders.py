"""Numbers of orders, parcels, invoices and returns, in the shapes that shops give them."""

import re
from collections.abc import Iterator

from nlu.masking.measured import is_code, is_measured
from nlu.masking.spans import Personal

_JOINS = (
    r"(?:\s|[:#(.,=°º-]|\b(?:number|numbr|numer|nummer|numero|número|no|nr|nº|n|num|id|code|is|"
    r"was|and|the|my|"
    r"with|called|old|new|now|its|it's|reference|ref|says|of|zam[oó]wienia)\b)*"
)
# With three figures at least, in up to six groups: 5512, SO123456, 2024/1187, A8F3-22B1.
_ID = r"(?=(?:[A-Za-z/-]{0,8}\d){3})[A-Za-z\d]{1,20}(?:[/-][A-Za-z\d]{1,14}){0,5}"
_GROUPED = r"\d{1,3}(?: \d{3}){1,3}"
_STOP = r"(?![A-Za-z\d%]|[.,]\d)"
_ORDER = (
    r"\b(?:order(?:s|ed)?|ordr|odrer|oder|bestelling|bestellung|bestellnummer|auftrag(?:snummer)?|"
    r"ordernummer|commande|pedido|encomenda|ordine|zam[oó]wieni[ae]|best[aä]llning|ordre|"
    r"bestilling|"
    r"tilaus|sipari[sş](?: no)?|objedn[aá]vk[aay]|rendel[eé]s|comand[aă]|narud[zž]ba|"
    r"заказ[а-я]*)\b|订单号?|訂單|单号|注文"
)
# These are other things as well: what follows must look like no count of them.
_PAPER = (
    r"\b(?:parcel|package|shipment|tracking|track|invoice|faktura|factura|facture|rechnung|receipt|"
    r"return|rma|ticket|case|claim|booking|confirmation|reference|ref)\b"
)
_NAMED = re.compile(
    rf"(?:{_ORDER}){_JOINS}(?P<id>(?<=no\. ){_GROUPED}|(?<=number ){_GROUPED}|{_ID}){_STOP}", re.I
)
_PAPERED = re.compile(
    rf"{_PAPER}{_JOINS}(?P<id>(?=[A-Za-z/-]*\d{{2}})(?=(?:[A-Za-z/-]{{0,8}}\d){{4}}){_ID}|"
    rf"(?<=number ){_ID}|(?<=number: ){_ID}|(?<=code ){_ID}){_STOP}",
    re.I,
)
_ANOTHER = re.compile(
    rf"^\s*(?:,|and|&|or|und|et|y|,\s*and)\s*(?:new\s+order\s*)?(?P<id>#?{_ID}){_STOP}", re.I
)
_SIGNED = re.compile(r"(?<![\w#&])#\s?(?P<id>(?:[A-Za-z]{1,4}-?)?\d{3,14})(?![\w-])")
# A maker's model has fewer digits, as a rule.
_PREFIXED = re.compile(
    r"(?<![\w#-])(?:[A-Z]{2,4}-\d{5,14}|(?:ORD(?:ER)?|SO|PO|INV|RMA|WEB)-?\d{3,14})(?![\w-])"
)
# The answer to "which order?".
_ALONE = re.compile(
    r"^\W*(?:it['’]?s|its|it is|number(?: is)?|here['’]?s the number|checking on)?\W*"
    r"(?P<id>\d{5,12})\W*$",
    re.I,
)
# Parcels of UPS, and of the world's post offices (UPU S10).
_PARCEL = re.compile(r"(?<![A-Za-z\d])(?:1Z[A-Z\d]{16}|[A-Z]{2}\d{9}[A-Z]{2})(?![A-Za-z\d])", re.I)
# Whoever speaks of these means no model by a number.
_OF_ORDERS = re.compile(
    r"\b(?:order|refund|reimburse|cancel|void|return|status|track|eta|parcel|package|purchase|"
    r"deliver|arriv|ship|invoice|call it off|dispatch|bump|replace|news on)|订单|快递|包裹|物流",
    re.IGNORECASE,
)
_LIKE_ORDER = re.compile(
    r"(?<![A-Za-z\d#.,$€£+/-])(?:[A-Z]{2,4}-\d{3,14}|[A-Z]{1,3}\d{4,12}|\d{5,12})"
    r"(?:-[A-Z\d]{1,4})?(?![A-Za-z\d%/-]|[.,]\d)",
    re.IGNORECASE,
)
_PHONE_NEAR = re.compile(
    r"\b(?:phone|telephone|tel|mobile|cell|call|ring|dial|text|sms|whatsapp|landline|fax|"
    r"reach|contact|handy)\b|电话|手机",
    re.IGNORECASE,
)
# "I want to order 300 napkins": a count of goods.
_WISH = re.compile(
    r"(?:\b(?:to|can|could|i|we|wanna|gonna|you|must|should|please|pls|would|'?ll)\s+|"
    r"^\s*)order(?:ed)?\s+$",
    re.I,
)
_COUNTED = re.compile(r"\s+(?!(?:is|was|has|hasn|status|pls|this|yes|yet)\b)[^\W\d_]{2,}s\b", re.I)
_MOST_COUNTED = 4


def find_orders(text: str) -> Iterator[Personal]:
    """Every number of an order or of what belongs to one."""
    for pattern in (_PREFIXED, _PARCEL):
        for match in pattern.finditer(text):
            if not is_code(text, match.start()):
                yield Personal(*match.span(), "order")
    yield from _named(text)
    if (alone := _ALONE.match(text)) and not is_measured(text, *alone.span("id")):
        yield Personal(*alone.span("id"), "order")
    for match in _SIGNED.finditer(text):
        if not is_code(text, match.start()):
            yield Personal(*match.span(), "order")
    if _OF_ORDERS.search(text):
        yield from _alike(text)


def _named(text: str) -> Iterator[Personal]:
    for pattern in (_NAMED, _PAPERED):
        for match in pattern.finditer(text):
            start, end = match.span("id")
            if text[start - 1 : start] == "#":
                start -= 1
            if is_measured(text, start, end) or _is_count(text, match):
                continue
            yield Personal(start, end, "order")
            while another := _ANOTHER.search(text[end:]):
                start, end = end + another.start("id"), end + another.end("id")
                yield Personal(start, end, "order")


def _alike(text: str) -> Iterator[Personal]:
    for match in _LIKE_ORDER.finditer(text):
        phone = match[0].isdigit() and _PHONE_NEAR.search(text[: match.start()])
        coded = is_code(text, match.start())
        if not (phone or coded or is_measured(text, *match.span())):
            yield Personal(*match.span(), "order")


def _is_count(text: str, match: re.Match[str]) -> bool:
    said = match["id"]
    if not said.isdigit() or len(said) > _MOST_COUNTED:
        return False
    wished = _WISH.search(text[: match.start("id")])
    return bool(wished and _COUNTED.match(text[match.end("id") :]))
