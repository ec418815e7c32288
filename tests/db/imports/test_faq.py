from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from db.engine import session_factory
from db.imports.faq import FaqOptions, import_faq, slug_of
from db.imports.report import BadFile, BadRows, ImportReport
from db.tables.catalog import FaqEntry

PAGE = """# Help

## How do I return something?

> can i send it back
> return policy

Within 30 days.

- Pack it.
- Post it.

## Versand nach Österreich?
Yes, for 5 €.
"""


class Shop:
    """A shop that imports questions and answers."""

    def __init__(self, database: Engine, folder: Path) -> None:
        self.database = database
        self.folder = folder

    def take(self, text: str, *, file_format: str = "csv", **options: Any) -> ImportReport:
        file = self.folder / "faq"
        file.write_text(text, encoding="utf-8")
        return import_faq(self.database, file, FaqOptions(file_format, **options))

    def entries(self) -> dict[str, FaqEntry]:
        with session_factory(self.database)() as session:
            return {entry.id: entry for entry in session.scalars(select(FaqEntry))}


@pytest.fixture
def shop(database: Engine, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path)


def test_headings_are_questions_and_quotes_other_ways_of_asking(shop: Shop) -> None:
    assert shop.take(PAGE, file_format="markdown").added == 2
    entry = shop.entries()["how-do-i-return-something"]
    assert entry.question == "How do I return something?"
    assert entry.answer == "Within 30 days.\n- Pack it.\n- Post it."
    assert entry.examples == ["can i send it back", "return policy"]
    assert "versand-nach-österreich" in shop.entries()


def test_csv_parts_its_examples_with_bars_or_line_breaks(shop: Shop) -> None:
    shop.take(
        'question,answer,examples\nWhen?,Soon,"how long | when will it come\nso when||how long"\n'
    )
    assert shop.entries()["when"].examples == ["how long", "when will it come", "so when"]


def test_yaml_lists_them(shop: Shop) -> None:
    shop.take(
        "- id: when\n  question: When is it there?\n  answer: Soon\n  examples: [how long]\n",
        file_format="yaml",
    )
    assert shop.entries()["when"].examples == ["how long"]


def test_importing_again_updates_and_retires(shop: Shop) -> None:
    shop.take("question,answer\nWhen?,Soon\nWhere?,Here\nWho?,We\n")
    before = shop.entries()
    report = shop.take("question,answer\nWhen?,Soon\nWhere?,There\n")
    assert (report.unchanged, report.changed, report.retired) == (1, 1, 1)
    after = shop.entries()
    assert (after["where"].answer, after["who"].active) == ("There", False)
    assert after["when"].updated_at == before["when"].updated_at
    assert shop.take("question,answer\nWhy?,So\n", keep_missing=True).retired == 0


def test_one_bad_row_leaves_everything_as_it_was(shop: Shop) -> None:
    shop.take("question,answer\nWhen?,Soon\n")
    rows = "question,answer\nWhen?,\nWhere?,Here\nWhere ?,There\n"
    with pytest.raises(BadRows) as refusal:
        shop.take(rows)
    assert "line 2, answer: is missing" in refusal.value.detail
    assert "line 4, question: 'Where ?' is already on line 3" in refusal.value.detail
    assert list(shop.entries()) == ["when"]
    # The question is in the file still, so it does not retire.
    assert shop.take(rows, skip_bad_rows=True).retired == 0


def test_a_page_without_questions_is_refused(shop: Shop) -> None:
    with pytest.raises(BadFile, match="holds no question"):
        shop.take("Just words.\n", file_format="markdown")


def test_a_heading_inside_a_code_block_is_none(shop: Shop) -> None:
    shop.take("## How?\n```\n## not a question\n```\n", file_format="markdown")
    assert list(shop.entries()) == ["how"]


def test_a_question_makes_a_readable_id() -> None:
    assert slug_of("Can I pay – with *Visa*?") == "can-i-pay-with-visa"
    assert len(slug_of("why " * 100)) <= 80
