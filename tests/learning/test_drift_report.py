"""The report on a shop's last five weeks, read from its database."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from common.settings import Settings
from db.tables.behaviour import Event
from db.tables.catalog_days import CatalogDay
from db.tables.conversations import Conversation, Message
from learning.drift_reading import MOST_ROWS, Span
from learning.drift_report import Measured, Report, note_catalogue, report
from learning.drift_words import words_of
from tests.builders import NOON, a_product

END = NOON
# Most is arithmetic on what was read: one database is enough for that.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
_talks = count(1)

SAID = {
    "track_order": ("where is my order", "has it been sent yet", "when does it arrive"),
    "search_product": ("show me blue shoes", "i want a jacket", "do you have red bags"),
    "return_item": ("can i send it back", "i want to return this"),
    "greet": ("hello", "good morning"),
}
USUAL = {"track_order": 4, "search_product": 8, "return_item": 2, "greet": 3}
STEPS = {"view_item": 20, "add_to_cart": 4, "search": 6, "purchase": 1}


def said(text: str, intent: str, **parse: Any) -> dict[str, Any]:
    return {
        "text": text,
        "parse": {
            "intent": {"name": intent, "confidence": 0.9},
            "intent_ranking": [{"name": intent, "confidence": 0.9}],
            "sentiment": {"score": 0.1},
            **parse,
        },
    }


def talk(
    session: Session, talks: Sequence[tuple[datetime, str | None, Sequence[dict[str, Any]]]]
) -> None:
    """Conversations: when, by which customer, and what was said; each line is answered."""
    heads, rows = [], []
    for moment, customer, lines in talks:
        name = f"talk{next(_talks)}"
        heads.append({"id": name, "channel": "web", "customer_id": customer})
        for n, line in enumerate(lines):
            common = {"conversation_id": name, "created_at": moment + timedelta(seconds=10 * n)}
            rows.append({**common, "role": "shopper", **line})
            rows.append({**common, "role": "bot", "text": "Sure.", "parse": None})
    session.execute(insert(Conversation), heads)
    session.execute(insert(Message), rows)


def five_weeks(
    session: Session,
    *,
    seed: int = 1,
    talks: int = 60,
    last: dict[str, int] | None = None,
    add: Sequence[dict[str, Any]] = (),
) -> None:
    """So many conversations a week; in the last another mix, or more lines in most of them."""
    rng = random.Random(seed)
    found: list[tuple[datetime, str | None, Sequence[dict[str, Any]]]] = []
    for moment in sorted(END - timedelta(days=rng.random() * 35) for _ in range(talks * 5)):
        recent = moment >= END - timedelta(days=7)
        mix = last if last and recent else USUAL
        lines = [
            said(rng.choice(SAID[intent]), intent, sentiment={"score": rng.gauss(0.1, 0.3)})
            for intent in rng.choices(list(mix), list(mix.values()), k=rng.randint(1, 4))
        ]
        found.append((moment, None, [*lines, *(add if recent and rng.random() < 0.6 else ())]))
    talk(session, found)


def visits(
    session: Session, *, seed: int = 1, a_week: int = 80, last: dict[str, int] | None = None
) -> None:
    """So many shoppers a week who look around; in the last they may do other things."""
    rng = random.Random(seed)
    rows = []
    for week in range(5):
        steps = last if last and week == 0 else STEPS
        for shopper in range(a_week):
            start = END - timedelta(days=7 * week + rng.uniform(0.1, 6.9))
            for n, name in enumerate(rng.choices(list(steps), list(steps.values()), k=12)):
                moment = start + timedelta(seconds=n)
                rows.append(
                    {"name": name, "occurred_at": moment, "customer_id": f"{week}/{shopper}"}
                )
    session.execute(insert(Event), rows)


def look(session: Session, tmp_path: Path) -> Report:
    session.commit()
    return report(session, Settings(home=tmp_path), at=END)


def states(found: Report) -> dict[str, str]:
    return {measured.name: measured.state for measured in found.measures}


def measured(found: Report, name: str) -> Measured:
    return next(each for each in found.measures if each.name == name)


def alerts(found: Report) -> set[str]:
    return {name for name, state in states(found).items() if state == "alert"}


@on_sqlite
def test_an_empty_shop_has_too_little_of_everything(session: Session, tmp_path: Path) -> None:
    found = look(session, tmp_path)
    assert set(states(found).values()) == {"too_few"}
    assert found.new_words == []
    assert len(found.days) == 36


@on_sqlite
def test_quiet_weeks_are_quiet(session: Session, tmp_path: Path) -> None:
    five_weeks(session)
    visits(session)
    found = look(session, tmp_path)
    assert alerts(found) == set()
    assert states(found)["intents"] == states(found)["behaviour"] == "quiet"
    assert measured(found, "confidence").now == 0.9


def test_a_surge_of_one_wish_alarms_and_is_named(session: Session, tmp_path: Path) -> None:
    five_weeks(session, last=USUAL | {"return_item": 14})
    found = look(session, tmp_path)
    assert alerts(found) == {"intents"}
    top = measured(found, "intents").moved[0]
    assert top.name == "return_item"
    assert top.now > 2 * top.before
    assert len(top.days) == len(found.days)


@on_sqlite
def test_words_that_the_bot_never_met_alarm_and_are_shown(session: Session, tmp_path: Path) -> None:
    five_weeks(session, add=[said("have you got the labubu zomper", "search_product")])
    found = look(session, tmp_path)
    assert "words" in alerts(found)
    assert found.new_words == ["labubu", "zomper"]


@on_sqlite
def test_what_goods_are_called_is_no_unknown_word(session: Session, tmp_path: Path) -> None:
    session.add(a_product(title="Labubu keyring", brand="Zomper"))
    five_weeks(session, add=[said("have you got the labubu zomper", "search_product")])
    found = look(session, tmp_path)
    assert found.new_words == []
    assert "words" not in alerts(found)


@on_sqlite
def test_what_few_shoppers_said_is_not_shown(session: Session, tmp_path: Path) -> None:
    five_weeks(session)
    moment = END - timedelta(days=1)
    name = said("my name is qwertzuiop", "greet")
    # One customer in many conversations, and three others.
    talk(session, [(moment, "talkative" if n < 5 else f"c{n}", [name]) for n in range(8)])
    found = look(session, tmp_path)
    assert found.new_words == []


@on_sqlite
def test_unsureness_and_anger_alarm(session: Session, tmp_path: Path) -> None:
    line = said("nothing works", "nlu_fallback")
    line["parse"]["intent_ranking"] = [{"name": "greet", "confidence": 0.2}]
    line["parse"]["sentiment"] = {"score": -0.8}
    five_weeks(session, add=[line, line])
    assert {"confidence", "fallback", "sentiment"} <= alerts(look(session, tmp_path))


def test_what_shoppers_do_and_buy_alarms(session: Session, tmp_path: Path) -> None:
    visits(session, a_week=150, last={"view_item": 6, "search": 25, "purchase": 3})
    found = look(session, tmp_path)
    assert alerts(found) == {"behaviour", "conversion"}
    assert measured(found, "behaviour").moved[0].name in ("search", "view_item")
    change = measured(found, "conversion").change
    assert change is not None
    assert change > 1


@on_sqlite
def test_goods_that_run_out_alarm(session: Session, tmp_path: Path) -> None:
    long_ago = END - timedelta(days=100)
    session.add_all(a_product(created_at=long_ago) for _ in range(60))
    session.add_all(a_product(created_at=long_ago, availability="out_of_stock") for _ in range(40))
    for days in range(8, 20):
        day = (END - timedelta(days=days)).date().isoformat()
        session.add(CatalogDay(day=day, goods=100, out_of_stock=12))
    note_catalogue(session, at=END - timedelta(hours=1))
    found = look(session, tmp_path)
    stock = measured(found, "out_of_stock")
    assert (stock.state, stock.before, stock.now) == ("alert", 0.12, 0.4)
    assert measured(found, "new_goods").state == "quiet"


def test_a_day_is_noted_again_and_stands_once(session: Session) -> None:
    session.add(a_product())
    session.flush()
    note_catalogue(session, at=END)
    session.add(a_product(availability="out_of_stock"))
    session.flush()
    note_catalogue(session, at=END)
    session.commit()
    (day,) = session.query(CatalogDay).all()
    assert (day.day, day.goods, day.out_of_stock) == ("2026-05-04", 2, 1)


@on_sqlite
def test_many_new_goods_alarm_but_not_in_a_shop_that_has_just_opened(
    session: Session, tmp_path: Path
) -> None:
    session.add_all(a_product(created_at=END - timedelta(days=2)) for _ in range(30))
    session.flush()
    assert measured(look(session, tmp_path), "new_goods").state == "too_few"
    session.add_all(a_product(created_at=END - timedelta(days=90)) for _ in range(100))
    session.flush()
    new = measured(look(session, tmp_path), "new_goods")
    assert (new.state, new.before, new.now) == ("alert", 0.0, round(30 / 130, 4))


def test_only_a_part_of_very_many_messages_is_read(session: Session, tmp_path: Path) -> None:
    session.add(Conversation(id="long", channel="web"))
    session.flush()
    values = [
        {
            "conversation_id": "long",
            "role": "shopper",
            "created_at": END - timedelta(days=30) + timedelta(seconds=n),
            **said("hello", "greet"),
        }
        for n in range(2)
    ]
    # Numbers far apart, as after years of talk.
    far = 2 * MOST_ROWS * 10 + 4
    session.execute(insert(Message), [{"id": 1, **values[0]}, {"id": far, **values[1]}])
    found = look(session, tmp_path)
    assert measured(found, "confidence").shoppers == (0, 0)


def test_weeks_are_counted_back_from_the_end() -> None:
    span = Span(END)
    weeks = [span.week(END - timedelta(days=days)) for days in (0.5, 6.5, 7.5, 34.5)]
    assert weeks == [0, 0, 1, 4]
    assert span.week(END) is None
    assert span.week(END - timedelta(days=36)) is None


def test_words_are_no_codes_and_no_addresses() -> None:
    text = "Mail me@shop.example about SKU-99, Größe XL, it's ok: frobnicate!"
    assert words_of(text) == ["mail", "about", "frobnicate"]
