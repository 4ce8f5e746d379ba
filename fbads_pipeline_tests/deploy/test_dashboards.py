"""Grafana's dashboards are what the list of panels says, over metrics that somebody makes."""

import json
import re

import pytest
import yaml

from checks.dashboards.panels import DASHBOARDS
from checks.dashboards.write import FOLDER, dashboard_json
from fbads_pipeline.adapters.postgres.health.metric_families import DISTRIBUTIONS, FAMILIES
from fbads_pipeline_tests.support.paths import ROOT

PANELS = [(dashboard.uid, panel) for dashboard in DASHBOARDS for panel in dashboard.panels]
OURS = {f"{one.name}{'_total' * (one.kind == 'counter')}" for one in FAMILIES} | {
    *(f"{one.name}_bucket" for one in DISTRIBUTIONS),
    *(
        "backup_age_seconds",
        "clock_offset_seconds",
        "facebook_api_latency_seconds_bucket",
        "api_requests_total",
        "chat_questions_total",
    ),
    *("request_duration_seconds_bucket", "database_query_duration_seconds_bucket"),
    "database_query_duration_seconds_count",
}
OTHERS = re.compile(r"up|ALERTS|(pg|redis)_up|node_\w+|redis_memory_used_bytes|flower_\w+")


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda one: one.uid)
def test_the_files_are_what_is_written_and_panels_do_not_overlap(dashboard):
    text = (FOLDER / f"{dashboard.uid}.json").read_text()
    assert text == dashboard_json(dashboard), "python -m checks.dashboards.write"
    taken = set()
    for panel in json.loads(text)["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken and at["x"] + at["w"] <= 24, panel["title"]
        taken |= cells


def test_there_are_four_and_nothing_else():
    assert {path.stem for path in FOLDER.glob("*.json")} == {one.uid for one in DASHBOARDS} == {
        *("system-health", "ads-performance", "agent-activity", "api"),
    }  # fmt: skip
    titles = [(uid, panel.title) for uid, panel in PANELS]
    assert len(set(titles)) == len(titles) > 55


def test_each_panel_reads_metrics_that_somebody_makes():
    functions = {"or", "by", "sum", "max", "min", "avg", "count", "topk", "rate", "increase", "vector"}
    for uid, panel in PANELS:
        plain = re.sub(r'"[^"]*"|\{[^}]*\}|\[\w+\]|by \([^)]*\)', " ", panel.expression)
        words = set(re.findall(r"[A-Za-z_]{2,}", plain)) - functions - {"histogram_quantile"}
        assert words and not {one for one in words if one not in OURS and not OTHERS.fullmatch(one)}, (uid, panel.title)
        assert panel.of_workers is ("flower" in panel.expression)


def test_grafana_is_given_the_source_that_panels_name():
    (source,) = yaml.safe_load((ROOT / "config/grafana/provisioning/datasources/prometheus.yml").read_text())[
        "datasources"
    ]
    assert source["uid"] == "prometheus" and source["isDefault"]
    (provider,) = yaml.safe_load((ROOT / "config/grafana/provisioning/dashboards/fbads.yml").read_text())["providers"]
    mounted = yaml.safe_load((ROOT / "docker-compose.prod.yml").read_text())["services"]["grafana"]["volumes"]
    assert f"./config/grafana/dashboards:{provider['options']['path']}:ro" in mounted
