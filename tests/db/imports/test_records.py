import io

from hypothesis import given
from hypothesis import strategies as st

from db.imports.records import csv_records


def cells_of(text: str) -> dict[int, list[str]]:
    """What each record says, by its line; nothing for a bad one."""
    records = csv_records(io.StringIO(text, newline=""), delimiter=",")
    return {record.line: [] if record.problem else record.cells for record in records}


def test_values_in_quotes_may_hold_commas_quotes_and_line_breaks() -> None:
    assert cells_of('1,"Cap, ""red""\nand blue"\n2,Hat\n') == {
        1: ["1", 'Cap, "red"\nand blue'],
        3: ["2", "Hat"],
    }


def test_the_lines_behind_a_wrong_quote_are_read_again() -> None:
    text = '1,"Cap,5\n2,"Hat",6\n3,"Bag, ""big""",7\n4,Tie,8\n'
    assert cells_of(text) == {
        1: [],
        2: ["2", "Hat", "6"],
        3: ["3", 'Bag, "big"', "7"],
        4: ["4", "Tie", "8"],
    }


def test_every_wrong_quote_costs_one_line() -> None:
    text = '1,"Cap\n2,"Hat\n3,Bag\n'
    assert cells_of(text) == {1: [], 2: [], 3: ["3", "Bag"]}


def test_quotes_that_come_in_pairs_are_understood_where_they_are_out_of_place() -> None:
    assert cells_of('1,"Best" cap,5\n2,27" screen,6\n') == {
        1: ["1", "Best cap", "5"],
        2: ["2", '27" screen', "6"],
    }


def test_a_file_may_end_within_quotes() -> None:
    assert cells_of('1,Cap\n2,"Hat') == {1: ["1", "Cap"], 2: []}


@given(st.lists(st.text(alphabet='a",\n', max_size=12), max_size=6))
def test_no_line_is_ever_lost(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    seen = list(cells_of(text + "last,one\n"))
    assert seen == sorted(set(seen))
    # Whatever came before, quotes included, the last line is read or part of the last record.
    assert seen[-1] <= text.count("\n") + 1
    assert "last" in str(list(cells_of(text + "last,one\n").values())[-1]) or '"' in text
