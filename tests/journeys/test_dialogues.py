"""The scripted conversations of tests/dialogues, against running shops."""

from pathlib import Path

import pytest

from tests.journeys.shop import ROOT, RunningShop

pytestmark = pytest.mark.journey

DIALOGUES = ROOT / "tests" / "dialogues"


def test_the_demo_shop_holds_its_conversations(shop: RunningShop) -> None:
    done = shop.run("evaluate", "dialogues", str(DIALOGUES / "demo_shop.yml"))
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_a_shop_of_other_goods_holds_its_conversations(tmp_path: Path, real_data: Path) -> None:
    shop = RunningShop(tmp_path / "shop")
    products = real_data / "shop" / "retail_demo_store" / "products.yaml"
    mapping = ("--map", "title=name", "--map", "stock=current_stock")
    imported = shop.run("import", "catalog", str(products), "--format", "yaml", *mapping)
    assert imported.returncode == 0, imported.stderr
    try:
        shop.start("--no-demo")
        done = shop.run("evaluate", "dialogues", str(DIALOGUES / "retail_demo_store.yml"))
    finally:
        shop.stop()
    assert done.returncode == 0, done.stdout


def test_a_broken_script_is_refused_with_its_place(shop: RunningShop, tmp_path: Path) -> None:
    script = tmp_path / "broken.yml"
    script.write_text("- name: no steps\n  steps: []\n")
    done = shop.run("evaluate", "dialogues", str(script))
    assert done.returncode == 1
    assert "0.steps" in done.stderr
