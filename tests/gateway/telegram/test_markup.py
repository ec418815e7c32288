"""What was said, as Telegram's HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.telegram.markup import as_html, length, public_address, shorten, split
from tests.gateway.telegram.bot_api import _Entities

BASE = "https://shop.example"


def shown(html: str) -> str:
    return _Entities().read(html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "plain"),
        ("the **Glow Lamp** is back", "the <b>Glow Lamp</b> is back"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("[Checkout](/checkout?cart=1)", f'<a href="{BASE}/checkout?cart=1">Checkout</a>'),
        ("**[Go](/a?b=1&c=2)**", f'<b><a href="{BASE}/a?b=1&amp;c=2">Go</a></b>'),
        ("[bank](https://evil.example/)", "bank (https://evil.example/)"),
        ("[shop](https://shop.example.evil.example/)", "shop (https://shop.example.evil.example/)"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[x](javascript:a)", "x"),
    ],
)
def test_of_all_markup_bold_and_links_mean_something(text: str, html: str) -> None:
    assert as_html(text, base=BASE) == html


def test_without_a_public_address_a_link_is_its_words() -> None:
    assert as_html("[Checkout](/checkout)", base=None) == "Checkout"
    assert public_address("/p", base="http://127.0.0.1:8080") == "http://127.0.0.1:8080/p"
    assert public_address("/p", base="http://localhost:8080") is None


@given(st.text(max_size=300))
def test_whatever_is_typed_telegram_can_read_it(text: str) -> None:
    shown(as_html(text, base=BASE))


@given(st.text(alphabet=st.sampled_from("ab <&.\n😀"), max_size=400))
def test_nothing_is_lost_where_a_text_is_cut(text: str) -> None:
    pieces = split(text, 40)
    assert all(0 < length(piece) <= 40 for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_text_that_is_too_long_ends_in_an_ellipsis() -> None:
    assert shorten("word " * 10, 12) == "word word w…"
    assert length(shorten("😀" * 10, 5)) <= 5
    assert shorten("short", 12) == "short"
