"""As much of PromQL as it takes to find the metrics in an expression."""

import json
import re
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_LABELS = re.compile(r"\{[^}]*\}")
_RANGE = re.compile(r"\[[^\]]*\]")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_NAME = re.compile(r"(?<![\w.$:])[a-zA-Z_:][\w:]*(?!\s*\()(?![\w:])")
_WORDS = frozenset({"and", "or", "unless", "offset", "bool", "inf", "nan"})
# Prometheus makes this one itself for everything that it asks.
_OWN = frozenset({"up"})
_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def metrics_in(expression: str) -> set[str]:
    """The names of the metrics in a PromQL expression."""
    for noise in (_QUOTED, _LABELS, _RANGE, _GROUPING):
        expression = noise.sub(" ", expression)
    return set(_NAME.findall(expression)) - _WORDS - _OWN


def exported_names(text: str) -> set[str]:
    """The names of the time series that a /metrics page declares."""
    names: set[str] = set()
    for family in text_string_to_metric_families(text):
        names.update(family.name + suffix for suffix in _SUFFIXES.get(family.type, ("",)))
    return names


def load_dashboard(deploy: Path) -> dict[str, Any]:
    """The Grafana dashboard."""
    dashboard: dict[str, Any] = json.loads((deploy / "grafana" / "shopkeeper.json").read_text())
    return dashboard


def load_rules(deploy: Path) -> list[dict[str, Any]]:
    """The alert rules of every group."""
    groups = yaml.safe_load((deploy / "prometheus" / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions(deploy: Path) -> list[str]:
    """Every PromQL expression of dashboard and alerts."""
    panels = load_dashboard(deploy)["panels"]
    asked = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    return asked + [rule["expr"] for rule in load_rules(deploy)]


def named_metrics(deploy: Path) -> set[str]:
    """Every metric that they name."""
    return set().union(*map(metrics_in, expressions(deploy)))
