"""The workflows for n8n: importable as they lie, wired to the end, with the program's own addresses and signature."""

import json

import pytest

from fbads_pipeline.api.routes.webhooks_n8n import router
from fbads_pipeline_tests.support.paths import ROOT

FOLDER = ROOT / "config" / "n8n" / "workflows"
NAMES = ("build_recommendations", "calendar_context", "fb_fetch_metrics", "send_alerts_multi")


def test_the_four_are_there_each_with_ids_of_its_own():
    assert tuple(sorted(one.stem for one in FOLDER.iterdir())) == NAMES
    read = [json.loads((FOLDER / f"{name}.json").read_text()) for name in NAMES]
    for key in ("id", "versionId", "name"):
        assert len({one[key] for one in read}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_node_is_reached_and_every_wire_leads_somewhere(name):
    flow = json.loads((FOLDER / f"{name}.json").read_text())
    names = [node["name"] for node in flow["nodes"]]
    assert len(names) == len(set(names)) == len({node["id"] for node in flow["nodes"]})
    ends = [wire["node"] for wires in flow["connections"].values() for one in wires["main"] for wire in one]
    starts = {node["name"] for node in flow["nodes"] if node["type"].endswith(("Trigger", ".webhook"))}
    assert starts and set(ends) | starts == set(names) and not set(ends) & starts
    assert set(flow["connections"]) <= set(names)
    assert flow["active"] is False


@pytest.mark.parametrize("name", NAMES)
def test_requests_go_to_addresses_that_we_have_and_carry_no_secret(name):
    text = (FOLDER / f"{name}.json").read_text()
    flow = json.loads(text)
    ours = {"={{ $env.FBADS_URL }}" + route.path for route in router.routes}
    urls = [node["parameters"]["url"] for node in flow["nodes"] if "url" in node["parameters"]]
    assert set(urls) <= ours
    assert "whsec_" not in text.replace("'whsec_'", "") and "$env.FBADS_N8N_SECRET" in text


def test_the_workflow_that_collects_is_the_half_hourly_schedule_of_whoever_publishes_it():
    flow = json.loads((FOLDER / "fb_fetch_metrics.json").read_text())
    (trigger,) = [node for node in flow["nodes"] if node["type"].endswith("scheduleTrigger")]
    assert trigger["parameters"]["rule"]["interval"] == [{"field": "minutes", "minutesInterval": 30}]
    assert flow["connections"][trigger["name"]] == flow["connections"]["When asked"]
