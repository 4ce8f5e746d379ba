"""Prometheus' rules: known to the program, true when they should be, and over metrics that somebody makes."""

import re
import shutil
import subprocess

import pytest
import yaml

from fbads_pipeline.adapters.postgres.health.metric_families import FAMILIES
from fbads_pipeline.domain.health.platform_alerts import PLATFORM_ALERTS
from fbads_pipeline_tests.support.paths import ROOT

FOLDER = ROOT / "config/prometheus"
RULES = [rule for group in yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"] for rule in group["rules"]]
# Of the exporters, of Flower, and of the sidecar's own requests.
OTHERS = re.compile(r"up|(pg|redis)_up|node_\w+|flower_\w+|api_requests_total|request_duration_seconds_bucket")


def test_the_program_knows_each_rule_and_has_words_for_it():
    assert sorted(rule["alert"] for rule in RULES) == sorted(PLATFORM_ALERTS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_reads_metrics_that_somebody_makes(rule):
    made = (
        {one.name for one in FAMILIES}
        | {f"{one.name}_total" for one in FAMILIES}
        | {"backup_age_seconds", "clock_offset_seconds"}
    )
    plain = re.sub(r'"[^"]*"|\{[^}]*\}|\[\w+\]|by \([^)]*\)', " ", rule["expr"])
    words = set(re.findall(r"[A-Za-z_]{2,}", plain))
    functions = {"or", "on", "unless", "absent", "abs", "sum", "min", "max", "rate", "increase", "histogram_quantile"}
    assert words - functions
    assert {word for word in words - functions if word not in made and not OTHERS.fullmatch(word)} == set()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed: it comes with prometheus")
def test_each_alert_comes_when_it_should_and_not_when_all_is_well():
    for command in (["check", "rules", "rules.yml"], ["test", "rules", "rules_test.yml"]):
        done = subprocess.run(["promtool", *command], cwd=FOLDER, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    tested = set(re.findall(r'alertname="(\w+)"\}', (FOLDER / "rules_test.yml").read_text()))
    assert tested == set(PLATFORM_ALERTS)


def test_alertmanager_reports_to_the_sidecar_with_its_token():
    told = yaml.safe_load((ROOT / "config/alertmanager/alertmanager.yml").read_text())
    (receiver,) = told["receivers"]
    (webhook,) = receiver["webhook_configs"]
    assert webhook["url"] == "http://sidecar:8000/api/v1/webhooks/alertmanager" and webhook["send_resolved"]
    assert webhook["http_config"]["authorization"] == {"credentials_file": "/run/secrets/alertmanager_token"}
