from datetime import UTC, datetime

import pytest

from db.imports.fields import (
    Fields,
    parse_address,
    parse_count,
    parse_identifier,
    parse_moment,
    parse_paragraphs,
    parse_period,
    parse_rating,
    parse_text,
    parse_whole_number,
    parse_yes_or_no,
)
from db.imports.report import BadField


def test_html_becomes_the_text_that_a_reader_sees() -> None:
    html = (
        "<p>Soft &amp; warm.</p><ul><li>Wool</li><li>Washable<br>at 30&deg;</li></ul>"
        "<script>alert('no')</script><style>p {}</style>"
    )
    assert parse_paragraphs(html) == "Soft & warm.\nWool\nWashable\nat 30°"


@pytest.mark.parametrize("text", ["5 < 10", "a & b", "I <3 tea", "R&D"])
def test_signs_that_are_no_markup_stay(text: str) -> None:
    assert parse_text(text) == text


def test_text_is_trimmed_and_holds_nothing_that_a_database_refuses() -> None:
    assert parse_text("  Red\x00  \t shoe \ud83d") == "Red shoe"
    assert parse_text("Cafe\u0301") == "Café"


def test_an_id_keeps_its_zeros_and_loses_what_spreadsheets_add() -> None:
    assert parse_identifier(" 007 ") == "007"
    assert parse_identifier("17850.0") == "17850"
    assert parse_identifier("1.10") == "1.10"
    with pytest.raises(BadField, match="at most 200"):
        parse_identifier("x" * 201)


def test_whole_numbers() -> None:
    assert parse_whole_number("-6") == -6
    assert parse_whole_number("6.0") == 6
    assert parse_count("-3") == 0
    for text in ("6.5", "many", "99999999999"):
        with pytest.raises(BadField):
            parse_whole_number(text)


def test_ratings_lie_between_0_and_5() -> None:
    assert parse_rating("4,5") == 4.5
    for text in ("5.1", "-1", "nan", "good"):
        with pytest.raises(BadField, match="from 0 to 5"):
            parse_rating(text)


def test_a_moment_without_a_zone_is_in_utc() -> None:
    assert parse_moment("2010-12-01 08:26:00") == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert parse_moment("2010-12-01T08:26:00+02:00") == datetime(2010, 12, 1, 6, 26, tzinfo=UTC)
    assert parse_moment("1/12/2010 8:26", date_format="%d/%m/%Y %H:%M") == datetime(
        2010, 12, 1, 8, 26, tzinfo=UTC
    )
    with pytest.raises(BadField, match="--date-format"):
        parse_moment("12/1/2010 8:26")
    with pytest.raises(BadField):
        parse_moment("0001-01-01T00:00:00+10:00")


def test_only_web_addresses_become_links() -> None:
    assert parse_address("https://shop.example/p/1") == "https://shop.example/p/1"
    assert parse_address("//cdn.example/p") == "https://cdn.example/p"
    assert parse_address("/p/1") == "/p/1"
    assert parse_address("https://shop.example/\0\ud83dp") == "https://shop.example/p"
    for text in ("javascript:alert(1)", "null", "data:text/html,x", "http://a b"):
        with pytest.raises(BadField, match="web address"):
            parse_address(text)


def test_all_that_is_wrong_with_a_row_is_collected() -> None:
    fields = Fields({"rating": "good", "stock": "many", "title": " "})
    assert fields.take("rating", parse_rating, default=None) is None
    assert fields.take("stock", parse_count, default=0) == 0
    assert fields.need("title", parse_text, default="") == ""
    assert [name for name, _ in fields.problems] == ["rating", "stock", "title"]


def test_a_value_that_a_row_can_do_without_is_left_out() -> None:
    fields = Fields({"link": "javascript:alert(1)"})
    assert fields.take_if_it_fits("link", parse_address) is None
    assert fields.problems == []
    assert [name for name, _ in fields.left_out] == ["link"]


def test_markup_without_words_is_no_title() -> None:
    fields = Fields({"title": "<b></b>"})
    fields.need("title", parse_text, default="")
    assert [name for name, _ in fields.problems] == ["title"]


def test_a_period_has_a_beginning_and_an_end() -> None:
    begins, ends = parse_period("2026-05-01T13:00-0800/2026-05-31T15:30-0800")
    assert (begins.hour, ends.isoformat()) == (21, "2026-05-31T23:30:00+00:00")
    for text in ("2026-05-01", "2026-05-01/", "May/June"):
        with pytest.raises(BadField, match="is no period"):
            parse_period(text)


def test_yes_and_no() -> None:
    assert (parse_yes_or_no("TRUE"), parse_yes_or_no(" no ")) == (True, False)
    with pytest.raises(BadField, match="neither yes nor no"):
        parse_yes_or_no("2020")
