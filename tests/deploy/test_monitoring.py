import re
from itertools import pairwise
from typing import Any

import pytest
import yaml

from tests.deploy.promql import expressions, load_dashboard, load_rules, metrics_in
from tests.journeys.shop import ROOT

DEPLOY = ROOT / "deploy"
PANELS: list[dict[str, Any]] = load_dashboard(DEPLOY)["panels"]
CHARTS = [panel for panel in PANELS if panel["type"] != "row"]


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("sum(rate(a_total[5m])) / sum(rate(b_count[$__rate_interval]))", {"a_total", "b_count"}),
        ('topk(10, sum by (intent) (increase(c_total{intent="up", x=~"a|b"}[1h])))', {"c_total"}),
        ("histogram_quantile(0.95, sum by (le, job) (rate(d_bucket[5m]))) > 2.5", {"d_bucket"}),
        ("max(e - f) > 0 and g", {"e", "f", "g"}),
        ("up == 0", set()),
    ],
)
def test_metrics_are_found_in_an_expression(expression: str, names: set[str]) -> None:
    assert metrics_in(expression) == names


def test_every_expression_is_closed_and_names_a_metric() -> None:
    for expression in expressions(DEPLOY):
        for opening, closing in ("()", "[]", "{}"):
            assert expression.count(opening) == expression.count(closing), expression
        assert metrics_in(expression) or re.search(r"\bup\b", expression), expression


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    dashboard = load_dashboard(DEPLOY)
    assert dashboard["uid"]
    assert dashboard["title"]
    # Grafana gives the id; one of our own would overwrite somebody's.
    assert dashboard["id"] is None
    assert dashboard["schemaVersion"] >= 36
    variables = [variable["type"] for variable in dashboard["templating"]["list"]]
    assert variables == ["datasource"]


def test_every_panel_has_an_id_of_its_own_and_asks_something() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    for panel in CHARTS:
        assert panel["type"] in {"timeseries", "stat"}
        assert panel["targets"], panel["title"]
        letters = [target["refId"] for target in panel["targets"]]
        assert len(set(letters)) == len(letters)
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_no_two_panels_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_rows_follow_each_other() -> None:
    heights = [panel["gridPos"]["y"] for panel in PANELS]
    assert all(one <= next_ for one, next_ in pairwise(heights))


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    rules = load_rules(DEPLOY)
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["do"]
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))


def test_prometheus_asks_every_process_and_the_gateway_with_the_secret() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    assert set(jobs) == {"gateway", "rasa", "nlu", "recommender", "actions"}
    assert [name for name, job in jobs.items() if "authorization" in job] == ["gateway"]


def test_what_the_services_mount_is_there() -> None:
    compose = yaml.safe_load((DEPLOY / "docker-compose.monitoring.yml").read_text())
    mounted = [
        volume.partition(":")[0]
        for service in compose["services"].values()
        for volume in service["volumes"]
    ]
    for path in mounted:
        assert not path.startswith("./") or (ROOT / path).exists(), path


def test_grafana_finds_the_data_and_the_dashboard() -> None:
    provisioning = DEPLOY / "grafana" / "provisioning"
    sources = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text())
    assert [source["url"] for source in sources["datasources"]] == ["http://prometheus:9090"]
    boards = yaml.safe_load((provisioning / "dashboards" / "shopkeeper.yml").read_text())
    compose = yaml.safe_load((DEPLOY / "docker-compose.monitoring.yml").read_text())
    folder = boards["providers"][0]["options"]["path"]
    assert any(f":{folder}/" in mount for mount in compose["services"]["grafana"]["volumes"])
