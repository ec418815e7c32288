import io

import pytest

from db.imports.jsonl import jsonl_rows
from db.imports.report import BadFile
from db.imports.rows import Row


def rows_of(*lines: str) -> list[Row]:
    return list(jsonl_rows(io.StringIO("\n".join(lines))))


def test_every_line_is_a_row_and_numbers_stay_as_written() -> None:
    assert rows_of(
        '{"id": 7, "price": 5.10}', "", '{"id": "007", "vegan": true, "size": null}'
    ) == [
        Row(1, {"id": "7", "price": "5.10"}),
        Row(3, {"id": "007", "vegan": "true", "size": ""}),
    ]


def test_lists_and_mappings_of_texts_become_lists() -> None:
    (row,) = rows_of('{"care": ["wash", null, 30], "width": {"cm": 3}, "ships": [{"to": "DE"}]}')
    assert row.values == {"care": ["wash", "30"], "width": ["cm: 3"], "ships": ["to: DE"]}


def test_money_may_be_an_object() -> None:
    (row,) = rows_of(
        '{"price": {"value": "15.00", "currency": "EUR"}, "sale": {"amount": 9, "currency": "EUR"}}'
    )
    assert row.values == {"price": "15.00 EUR", "sale": "9 EUR"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": 1', "is no JSON"),
        ("id,title", "is no JSON"),
        ('"just a text"', "expected an object"),
        ('{"a": {"b": {"c": 1}}}', "a is nested too deeply"),
        ('{"a":' + "[" * 100_000, "nested too deeply"),
    ],
)
def test_a_line_that_is_no_product_is_a_bad_row_and_the_next_is_read(
    line: str, problem: str
) -> None:
    bad, good = rows_of(line, '{"id": 2}')
    assert (bad.line, problem in bad.problem) == (1, True)
    assert good == Row(2, {"id": "2"})


@pytest.mark.parametrize("lines", [["[", '{"id": 1}', "]"], ['[{"id": 1}]'], ["{", '"id": 1}']])
def test_one_json_document_is_refused_with_what_to_do(lines: list[str]) -> None:
    with pytest.raises(BadFile, match=r"line 1: this is one JSON document.*JSON Lines"):
        rows_of(*lines)
