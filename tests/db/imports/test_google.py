import io

import pytest

from db.imports import google
from db.imports.google import google_rows
from db.imports.report import BadFile
from db.imports.rows import Row, Value


def rows_of(text: str) -> list[Row]:
    return list(google_rows(io.StringIO(text, newline="")))


def values_of(
    item: str, *, namespace: str = 'xmlns:g="http://base.google.com/ns/1.0"'
) -> dict[str, Value]:
    """What the one item of a feed says."""
    (row,) = rows_of(
        f"<rss {namespace}><channel><title>Shop</title><item>{item}</item></channel></rss>"
    )
    return dict(row.values)


def test_a_text_feed_is_parted_by_tabs() -> None:
    assert rows_of("id\timage link\tprice\n1\thttps://x.example/1.jpg\t15.00 USD\n") == [
        Row(2, {"id": "1", "image link": "https://x.example/1.jpg", "price": "15.00 USD"})
    ]


def test_an_rss_feed_names_each_product_by_the_line_where_it_begins() -> None:
    feed = (
        '<?xml version="1.0"?>\n<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">\n'
        "<channel><title>Shop</title>\n"
        "<item>\n<g:id>1</g:id>\n<title>Cap &amp; hat</title>\n</item>\n<!-- one more -->\n"
        "<item><g:id>2</g:id></item>\n</channel></rss>\n"
    )
    assert rows_of(feed) == [
        Row(4, {"id": "1", "title": "Cap & hat"}),
        Row(9, {"id": "2"}),
    ]


def test_an_atom_feed_is_read_too() -> None:
    (row,) = rows_of(
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">'
        '<link rel="self" href="https://shop.example/feed"/>'
        "<entry><id>tag:1</id><g:id>1</g:id><title>Cap</title><summary>Warm.</summary>"
        '<link rel="enclosure" href="https://x.example/a.mp3"/>'
        '<link href="https://shop.example/p/1"/></entry></feed>'
    )
    assert row.values == {
        "id": "1",
        "title": "Cap",
        "summary": "Warm.",
        "link": "https://shop.example/p/1",
    }


def test_googles_own_element_goes_before_that_of_rss() -> None:
    for item in ("<title>a</title><g:title>b</g:title>", "<g:title>b</g:title><title>a</title>"):
        assert values_of(item) == {"title": "b"}


def test_elements_that_come_again_become_a_list() -> None:
    item = "<g:additional_image_link>a</g:additional_image_link>" * 2
    assert values_of(item) == {"additional_image_link": ["a", "a"]}


def test_product_details_keep_their_names() -> None:
    item = (
        "<g:product_detail><g:section_name>Body</g:section_name>"
        "<g:attribute_name>Fit</g:attribute_name><g:attribute_value>slim</g:attribute_value>"
        "</g:product_detail>"
    )
    assert values_of(item) == {"product_detail": "Fit: slim"}


def test_markup_in_a_description_is_kept_as_text() -> None:
    assert values_of("<description><![CDATA[<p>Soft</p> & warm]]></description>") == {
        "description": "<p>Soft</p> & warm"
    }
    assert values_of("<description><p>Soft</p><p>warm</p></description>") == {
        "description": "Soft  warm"
    }


def test_a_prefix_that_was_never_declared_is_googles() -> None:
    assert values_of("<g:id>1</g:id>", namespace="") == {"id": "1"}


def test_another_prefix_may_stand_for_googles_namespace() -> None:
    values = values_of(
        "<m:id>1</m:id><media:title>no</media:title>",
        namespace='xmlns:m="http://base.google.com/ns/1.0"',
    )
    assert values == {"id": "1", "media_title": "no"}


def test_signs_that_xml_forbids_and_entities_of_html_do_no_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for block in (1, 7, 1 << 16):  # Wherever the file is cut into pieces.
        monkeypatch.setattr(google, "BLOCK", block)
        assert values_of("<title>Caf&eacute;&nbsp;\x0b10 &euro; &lt;</title>") == {
            "title": "Café\xa0 10 € <"
        }


@pytest.mark.parametrize("block", [1, 7, 1 << 16])
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Dolce & Gabbana", "Dolce & Gabbana"),
        ("AT&T; &", "AT&T; &"),
        ("R&#38;B &LT;b&GT; &#x26;", "R&B <b> &"),
        ("<![CDATA[A & B &amp; C]]> & D", "A & B &amp; C & D"),
    ],
)
def test_an_ampersand_that_begins_no_entity_is_itself(
    monkeypatch: pytest.MonkeyPatch, block: int, written: str, meant: str
) -> None:
    monkeypatch.setattr(google, "BLOCK", block)
    assert values_of(f"<title>{written}</title>") == {"title": meant}


def test_a_blank_line_before_the_declaration_does_no_harm() -> None:
    (row,) = rows_of(
        '\n\n<?xml version="1.0" encoding="UTF-16"?>\n<rss><item><id>1</id></item></rss>'
    )
    assert row == Row(4, {"id": "1"})


@pytest.mark.parametrize(
    ("feed", "complaint"),
    [
        ("<rss>\n<item><id>1</id>\n<title>a < b</title></item></rss>", "line 3: .*<title>"),
        ("<rss>\n<item><id>1</id></itm></rss>", "line 2: .*mismatched tag"),
        ("<rss>\n<item><id>1</id></item>\n", "line 3: .*no element found"),
        ("<rss><item><id>1</id></item></rss>\nid,title\n2,Hat\n", "line 2: .*junk"),
        ("<rss><channel></channel></rss>", "holds no product"),
    ],
)
def test_broken_xml_is_named_by_its_line(feed: str, complaint: str) -> None:
    with pytest.raises(BadFile, match=complaint):
        rows_of(feed)


def test_entities_that_could_expand_without_end_are_refused() -> None:
    bomb = (
        '<!DOCTYPE rss [<!ENTITY a "aaaa">\n<!ENTITY b "&a;&a;&a;">]>'
        "<rss><item><id>&b;</id></item></rss>"
    )
    with pytest.raises(BadFile, match="line 1: declares the entity 'a'"):
        rows_of(bomb)


def test_no_other_file_is_read() -> None:
    spy = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss><item><id>&a;</id></item></rss>'
    with pytest.raises(BadFile, match="declares the entity"):
        rows_of(spy)
