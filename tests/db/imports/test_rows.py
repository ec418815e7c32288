import io

import pytest

from db.imports.report import BadFile
from db.imports.rows import Row, csv_rows, yaml_rows


def csv_of(text: str) -> list[Row]:
    return list(csv_rows(io.StringIO(text, newline="")))


def yaml_of(text: str) -> list[Row]:
    return list(yaml_rows(io.StringIO(text)))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_is_read_with_any_usual_separator(delimiter: str) -> None:
    text = "id,title,price\r\n1,Cap,5.00\r\n".replace(",", delimiter)
    assert csv_of(text) == [Row(2, {"id": "1", "title": "Cap", "price": "5.00"})]


def test_a_csv_row_is_named_by_the_line_where_it_begins() -> None:
    text = 'id,title\n1,"Cap,\nred"\n\n2,Hat\n'
    assert [(row.line, row.values["title"]) for row in csv_of(text)] == [
        (2, "Cap,\nred"),
        (5, "Hat"),
    ]


def test_excel_may_name_the_separator_itself() -> None:
    assert csv_of("sep=;\nid;title\n1;Cap, red\n") == [Row(3, {"id": "1", "title": "Cap, red"})]


def test_a_row_with_more_values_than_columns_is_a_bad_one() -> None:
    good, bad = csv_of("id,price\n1,5.00\n2,5,00\n")
    assert good.problem == ""
    assert bad.line == 3
    assert "3 values for 2 columns" in bad.problem


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(BadFile, match="two columns are named 'id'"):
        csv_of("id,id\n1,2\n")


def test_a_quote_that_is_never_closed_costs_its_own_row_alone() -> None:
    bad, *others = csv_of('id,title\n1,"Cap\n' + "2,Hat\n" * 40_000)
    assert (bad.line, "never closed" in bad.problem) == (2, True)
    assert len(others) == 40_000


def test_a_header_that_comes_again_is_a_bad_row() -> None:
    _, again, _ = csv_of("id,title\n1,Cap\nid,title\n2,Hat\n")
    assert (again.line, "two files" in again.problem) == (3, True)


def test_a_short_row_lacks_its_last_values() -> None:
    assert csv_of("id,title,price\n1,Cap\n") == [Row(2, {"id": "1", "title": "Cap"})]


def test_yaml_scalars_stay_as_written() -> None:
    text = "- id: 007\n  price: 5.10\n  vegan: yes\n  size: ~\n- id: '~'\n"
    assert yaml_of(text) == [
        Row(1, {"id": "007", "price": "5.10", "vegan": "yes", "size": ""}),
        Row(5, {"id": "~"}),
    ]


def test_yaml_lists_and_mappings_of_texts_become_lists() -> None:
    text = "- colors: [red, blue]\n  width: {cm: 3, in: 1.2}\n"
    assert yaml_of(text)[0].values == {"colors": ["red", "blue"], "width": ["cm: 3", "in: 1.2"]}


def test_what_is_nested_deeper_is_a_bad_row() -> None:
    good, bad = yaml_of("- id: 1\n- id: 2\n  sizes: [[1, 2]]\n")
    assert good.problem == ""
    assert bad.problem.startswith("sizes is nested too deeply")


def test_yaml_that_expands_without_end_stays_small() -> None:
    text = "- a: &a [x, x]\n- b: &b [*a, *a]\n- c: [*b, *b]\n"
    assert [bool(row.problem) for row in yaml_of(text)] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id: 1\n", "expected a list"),
        ("- id: 1\n  title: [red\n- id: 2\n", "line 3"),
        ("- id: *nobody\n", "undefined alias"),
        ("# nothing\n", "holds no list"),
    ],
)
def test_what_is_no_yaml_list_is_said_so(text: str, complaint: str) -> None:
    with pytest.raises(BadFile, match=complaint):
        yaml_of(text)


def test_an_item_that_is_no_mapping_is_a_bad_row() -> None:
    assert yaml_of("- red shoe\n")[0].problem == "expected a mapping of names to values"
