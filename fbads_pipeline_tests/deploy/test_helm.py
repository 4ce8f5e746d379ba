"""The charts' files: what they name is there, and no Helm is needed to see that."""

import json
import re

import pytest
import yaml
from jsonschema import Draft202012Validator

from fbads_pipeline.setting_sources import is_secret, variable_of
from fbads_pipeline.settings import Settings
from fbads_pipeline_tests.support.paths import ROOT

CHART = ROOT / "config" / "helm" / "fbads"
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
DAGSTER = yaml.safe_load((ROOT / "config" / "helm" / "dagster-values.yaml").read_text())
COMPOSE = yaml.safe_load((ROOT / "docker-compose.prod.yml").read_text())["services"]
(LOCATION,) = DAGSTER["dagster-user-deployments"]["deployments"]
# What the chart says itself: its volumes, ports and addresses.
CHARTS_OWN = re.findall(r"^  (FBADS_[A-Z_]+): ", (CHART / "templates" / "settings.yaml").read_text(), re.MULTILINE)


def refusals(values):
    return [one.message for one in Draft202012Validator(SCHEMA).iter_errors(values)]


def test_the_schema_takes_the_charts_own_values_and_knows_every_setting_that_is_no_secret():
    assert refusals(VALUES) == []
    plain = {variable_of(name) for name, field in Settings.model_fields.items() if not is_secret(field)}
    assert set(SCHEMA["properties"]["settings"]["properties"]) == plain - set(CHARTS_OWN)
    assert set(CHARTS_OWN) <= plain


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ({"settings": {"FBADS_CTR_LIMT": "0.02"}}, "FBADS_CTR_LIMT"),
        ({"settings": {"FBADS_JWT_SECRET": "s"}}, "FBADS_JWT_SECRET"),
        ({"settings": {"FBADS_CTR_LIMIT": 0.02}}, "0.02"),
        ({"home": {"claim": "h", "size": "plenty"}}, "plenty"),
        ({"files": {"../passwd": "x"}}, "../passwd"),
        ({"sidecars": {}}, "sidecars"),
    ],
)
def test_what_is_wrong_in_values_is_refused_by_name(part, word):
    assert any(word in one for one in refusals({**VALUES, **part}))


def test_dagsters_values_name_what_our_release_has():
    for one in (LOCATION, DAGSTER["dagsterDaemon"]):
        assert one["envConfigMaps"] == [{"name": "fbads-settings"}]
        assert one["envSecrets"] == [{"name": VALUES["secretName"]}]
        claims = [volume["persistentVolumeClaim"] for volume in one["volumes"] if "persistentVolumeClaim" in volume]
        assert [claim["claimName"] for claim in claims] == [VALUES["home"]["claim"], VALUES["backups"]["claim"]]
        assert one["image"]["repository"] == VALUES["image"]["repository"]
        assert {"name": "DAGSTER_HOME", "value": "/var/lib/fbads/home/dagster"} in one["env"]
    assert VALUES["dagsterUi"]["codeLocation"] == {"host": LOCATION["name"], "port": LOCATION["port"]}


def test_the_code_location_and_the_daemon_are_those_of_production():
    """Same program, same location's name, and the daemon's heartbeats looked at in the same way."""
    started = [*COMPOSE["code-location"]["command"][:3], *LOCATION["dagsterApiGrpcArgs"]]
    assert started == [one for one in COMPOSE["code-location"]["command"] if one not in ("-h", "0.0.0.0", "-p", "4000")]
    (server,) = DAGSTER["dagsterWebserver"]["workspace"]["servers"]
    place = yaml.safe_load((ROOT / "config" / "dagster" / "workspace.docker.yaml").read_text())["load_from"][0]
    assert place["grpc_server"] == {"host": server["host"], "port": server["port"], "location_name": server["name"]}
    beats = COMPOSE["daemon"]["healthcheck"]["test"][3].replace("$$", "$")
    assert DAGSTER["dagsterDaemon"]["livenessProbe"]["exec"]["command"][2] == beats


def test_the_ui_without_a_login_is_not_started_and_no_probe_starts_python():
    assert DAGSTER["dagsterWebserver"]["replicaCount"] == 0
    assert DAGSTER["rbacEnabled"] is False
    assert LOCATION["readinessProbe"] == {"enabled": False} and LOCATION["startupProbe"]["enabled"] is True
    for one in (LOCATION, DAGSTER["dagsterDaemon"]):
        assert one["livenessProbe"]["exec"]["command"][0] == one["startupProbe"]["exec"]["command"][0] == "bash"
