from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shop.titles import find_by_title
from tests.builders import a_product


@pytest.fixture
def session(database: Engine) -> Iterator[Session]:
    with Session(database) as opened:
        opened.add_all(
            a_product(title=title, active=active)
            for title, active in (
                ("Desk Lamp", True),
                ("Desk Lamp (Red)", True),
                ("50% Wool_Sock!", True),
                ("Rug", True),
                ("Walnut Stool", False),
                ("Lamp " * 50, True),
            )
        )
        opened.flush()
        yield opened


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("please add the desk lamp to my cart", "Desk Lamp"),
        ("DESK LAMP, two of them", "Desk Lamp"),
        ("the desk lamp (red) please", "Desk Lamp (Red)"),
        ("a 50% wool_sock! thanks", "50% Wool_Sock!"),
        ("a desk lampshade", None),
        ("the fifty wool socks", None),
        ("i want the rug", None),
        ("that walnut stool", None),
        ("", None),
        ("lamp " * 50, None),
    ],
)
def test_a_title_is_found_where_it_stands_whole(
    session: Session, text: str, title: str | None
) -> None:
    found = find_by_title(session, text)
    assert (found.title if found else None) == title
