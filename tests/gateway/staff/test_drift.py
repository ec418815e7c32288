"""What changes in the shop, as supervisors read it."""

from datetime import timedelta

import pytest

from db.tables.base import now
from db.tables.catalog_days import CatalogDay
from gateway.staff import drift
from gateway.staff.drift import DriftWatch
from gateway.store import ConversationStore
from tests.builders import a_product
from tests.gateway.conftest import Gateway, on_sqlite
from tests.gateway.staff.conftest import Office

pytestmark = on_sqlite


def run_out_of_stock(gateway: Gateway) -> None:
    """Thirty of forty goods are gone, where a tenth used to be."""
    long_ago = now() - timedelta(days=200)
    gone = ["out_of_stock"] * 30 + ["in_stock"] * 10
    gateway.add(*(a_product(availability=each, created_at=long_ago) for each in gone))
    for days in range(8, 13):
        day = (now() - timedelta(days=days)).date().isoformat()
        gateway.add(CatalogDay(day=day, goods=40, out_of_stock=4))


def a_watch(gateway: Gateway) -> DriftWatch:
    return DriftWatch(gateway.settings, store=ConversationStore(gateway.sessions))


def test_a_supervisor_reads_what_changed_and_an_agent_does_not(office: Office) -> None:
    run_out_of_stock(office.gateway)
    a_watch(office.gateway).count_catalogue()
    found = office.sign_in("Sue", role="supervisor").get("/drift").json()
    states = {each["name"]: each["state"] for each in found["measures"]}
    assert states["out_of_stock"] == "alert"
    assert states["intents"] == "too_few"
    assert len(found["days"]) == 36
    assert office.sign_in("Ana").get("/drift").status_code == 403


def test_the_catalogue_is_counted_once_a_day(office: Office) -> None:
    run_out_of_stock(office.gateway)
    watch = a_watch(office.gateway)
    watch.count_catalogue()
    watch.count_catalogue()
    with office.gateway.sessions() as session:
        today = session.get_one(CatalogDay, now().date().isoformat())
        assert (today.goods, today.out_of_stock) == (40, 30)


def test_a_report_is_made_anew_only_when_it_is_old(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = a_watch(office.gateway)
    first = watch.latest()
    assert watch.latest() is first
    monkeypatch.setattr(drift, "FRESH", timedelta(0))
    assert watch.latest() is not first
