"""What was said, as Telegram's HTML: what anyone typed stays text, cut to what a message holds."""

import re
from collections.abc import Callable
from html import escape
from urllib.parse import urljoin

from gateway import wire

# Counted as Telegram counts: in UTF-16 units, after its markup is read.
MOST_TEXT, MOST_CAPTION = 4096, 1024
_TITLE, _REASON = 200, 400
_BOLD = re.compile(r"\*\*([^\s*](?:[^*\n]*[^\s*])?)\*\*")
_NAMED_LINK = re.compile(r"\[([^\]\n]{1,200})\]\(([^\s()<>\"']{1,2000})\)")
_BREAKS = ("\n\n", "\n", ". ", "。", " ")


def length(text: str) -> int:
    """How long Telegram takes a text to be."""
    return len(text.encode("utf-16-le")) // 2


def shorten(text: str, most: int) -> str:
    """The text, with an ellipsis where it was too long."""
    if length(text) <= most:
        return text
    return _head(text, most - 1).rstrip() + "…"


def split(text: str, most: int = MOST_TEXT) -> list[str]:
    """The text in pieces that a message may hold, broken where a reader would pause."""
    pieces = []
    rest = text.strip()
    while length(rest) > most:
        head = _head(rest, most)
        breaks = (head.rfind(sign) + len(sign.rstrip()) for sign in _BREAKS if sign in head)
        # A break near the beginning would leave a message of a few words.
        at = next((at for at in breaks if at > len(head) // 2), len(head))
        pieces.append(head[:at].rstrip())
        rest = rest[at:].lstrip()
    return [piece for piece in [*pieces, rest] if piece]


def as_html(text: str, *, base: str | None) -> str:
    """The few signs that mean something in a chat, as tags; all else escaped.

    Args:
        base: where addresses within the shop begin; without one they are left as text.
    """

    def with_links(plain: str) -> str:
        return _cut(plain, _NAMED_LINK, lambda found: _link(found[1], found[2], base=base), _text)

    return _cut(text, _BOLD, lambda found: f"<b>{with_links(found[1])}</b>", with_links)


def public_address(url: str, *, base: str | None) -> str | None:
    """The whole address of a page, None where Telegram would refuse it."""
    whole = urljoin(base, url) if base else url
    return whole if re.match(r"https?://[^/\s]+\.[^/\s]+", whole) else None


def caption(card: wire.ProductCard, *, price: str, was: str | None, stock: str | None) -> str:
    """A product under its picture, as HTML.

    Args:
        price: what it costs, in words.
        was: what it cost before, in words.
        stock: that it cannot be had at once, in words.
    """
    lines = [f"<b>{_text(shorten(card.title, _TITLE))}</b>"]
    about = [card.brand or ""]
    if card.rating is not None:
        count = f" ({card.rating_count})" if card.rating_count else ""
        about.append(f"★ {card.rating:.1f}{count}")
    if any(about):
        lines.append(_text(shorten(" · ".join(filter(None, about)), _TITLE)))
    costs = f"<b>{_text(price)}</b>"
    lines.append(f"{costs}  <s>{_text(was)}</s>" if was else costs)
    if stock:
        lines.append(_text(stock))
    if card.reason:
        lines.append(f"<i>{_text(shorten(card.reason, _REASON))}</i>")
    return "\n".join(lines)


def table(comparison: wire.Comparison) -> str:
    """Products side by side, for a screen that is too narrow for a table."""
    heads = [shorten(column.title, _TITLE) for column in comparison.columns]
    lines = []
    for row in comparison.rows:
        lines.append(f"**{row.label}**")
        for place, (head, value) in enumerate(zip(heads, row.values, strict=True)):
            ahead = " ✓" if row.best == place else ""
            lines.append(f"{head}: {value or '–'}{ahead}")
        lines.append("")
    return "\n".join(lines).strip()


def _head(text: str, most: int) -> str:
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")


def _link(words: str, url: str, *, base: str | None) -> str:
    address = public_address(url, base=base)
    words = words.replace("**", "")
    if address is None:
        return _text(words)
    # Words may stand for an address of the shop alone: another's is shown for what it is.
    if base is None or not address.startswith(base.rstrip("/") + "/"):
        return f"{_text(words)} ({_text(address)})"
    return f'<a href="{escape(address)}">{_text(words)}</a>'


def _text(plain: str) -> str:
    return escape(plain, quote=False)


def _cut(
    text: str,
    pattern: re.Pattern[str],
    found: Callable[[re.Match[str]], str],
    between: Callable[[str], str],
) -> str:
    parts, end = [], 0
    for match in pattern.finditer(text):
        parts += [between(text[end : match.start()]), found(match)]
        end = match.end()
    return "".join([*parts, between(text[end:])])
