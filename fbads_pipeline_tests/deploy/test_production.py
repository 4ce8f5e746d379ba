"""docker-compose.prod.yml: what reaches a service, who meets whom, and what nothing may do without a limit."""

import os
import re
import subprocess
from ipaddress import ip_address, ip_network
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from fbads_pipeline.domain.identity.operator_services import OPERATOR_SERVICES
from fbads_pipeline.setting_sources import variable_of
from fbads_pipeline.settings import Settings, known_variables, load_settings
from fbads_pipeline_tests.support.paths import ROOT

TEXT = (ROOT / "docker-compose.prod.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
OURS = {name for name, one in SERVICES.items() if one["image"].startswith("${IMAGE:-fbads-pipeline}:")}
PROFILES = {"core", "scale", "observe", "automate", "sandbox"}
# Who of ours is reached by whom that is not ours, and why it is there.
MEETINGS = {
    *(("edge", one) for one in ("sidecar", "webserver")),
    *((one, "sidecar") for one in ("prometheus", "alertmanager", "flower", "n8n")),
    *((one, "sidecar") for one in ("node-exporter", "postgres-exporter", "redis-exporter")),
    *((one, ours) for one in ("postgres", "redis") for ours in OURS),
}


def networks_of(name):
    return set(SERVICES[name].get("networks", ()))


def test_every_service_belongs_to_a_profile_and_what_it_waits_for_is_there_too():
    assert {profile for one in SERVICES.values() for profile in one["profiles"]} == PROFILES
    for name, service in SERVICES.items():
        for other, wish in service.get("depends_on", {}).items():
            assert set(SERVICES[other]["profiles"]) <= {"core", *service["profiles"]}, name
            assert wish["condition"] != "service_healthy" or "healthcheck" in SERVICES[other]


def test_only_the_edge_publishes_ports():
    assert {name for name, one in SERVICES.items() if "ports" in one} == {"edge"}
    assert all(one.get("network_mode") is None for one in SERVICES.values())


def test_no_service_grows_or_logs_without_a_limit_or_keeps_rights_that_it_does_not_need():
    for name, service in SERVICES.items():
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name
        assert "mem_limit" in service, name
        assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is (name != "postgres"), name
        assert re.fullmatch(r"\S+:(v?\d[\w.]*|\$\{IMAGE_VERSION:-latest\})", service["image"]), f"{name} has no version"


def test_no_health_check_starts_python():
    checked = {name: one["healthcheck"]["test"][1] for name, one in SERVICES.items() if "healthcheck" in one}
    assert set(SERVICES) - set(checked) == {"migrate", "redis-exporter"}
    assert not {name for name, command in checked.items() if re.match(r"python|fbads|dagster", command)}
    own = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["daemon"]
    assert SERVICES["daemon"]["healthcheck"] == own["healthcheck"]


def test_nobody_meets_whom_they_have_no_business_with():
    met = {
        (guest, ours)
        for one, other in combinations(SERVICES, 2)
        if networks_of(one) & networks_of(other)
        for guest, ours in ((one, other), (other, one))
        if guest not in OURS and ours in OURS
    }
    assert met <= MEETINGS, sorted(met - MEETINGS)
    assert set().union(*map(networks_of, SERVICES)) == set(COMPOSE["networks"])


def test_a_way_out_is_of_one_service_alone():
    for network, given in COMPOSE["networks"].items():
        if not (given or {}).get("internal"):
            assert len([name for name in SERVICES if network in networks_of(name)]) == 1, network


def test_every_setting_reaches_every_service_of_ours(monkeypatch, tmp_path):
    """As compose would start it: .env as the example has it, the file's own values above, secrets as files."""
    example = (ROOT / ".env.example").read_text()
    in_file = dict(re.findall(r"^([A-Z_0-9]+)=(.*)$", example, re.MULTILINE))
    own = {"FBADS_HOME", "FBADS_DATABASE_URL", "FBADS_DATABASE_TLS", "FBADS_REDIS_TLS"}
    assert {variable_of(name) for name in Settings.model_fields} - own <= set(in_file)
    for name in OURS:
        service = SERVICES[name]
        assert service["env_file"] == [".env"], name
        own = service["environment"]
        assert set(own) <= known_variables(), name
        assert {Path(one).name for key, one in own.items() if key.endswith("_FILE")} == set(service["secrets"]), name
    for key, value in {**in_file, **SERVICES["sidecar"]["environment"]}.items():
        if key.endswith("_FILE"):
            (tmp_path / key).write_text(_secret(key))
            value = str(tmp_path / key)
        monkeypatch.setenv(key, re.sub(r"\$\{PUBLIC_HOST:[^}]*\}", "ads.example", value))
    read = load_settings()
    assert read.public_url == "https://ads.example" and read.api_host == "0.0.0.0"
    assert read.access_token is not None and read.jwt_secret is not None and read.redis_url is not None


def _secret(name):
    forms = {"KEYS": "A" * 43 + "=", "REDIS": "redis://r", "CELERY": "redis://r", "DATABASE": "postgresql://u@h/d"}
    return next((form for word, form in forms.items() if word in name), "a secret of enough characters")


def test_what_is_mounted_and_named_is_declared_and_there():
    named = {volume.split(":")[0] for one in SERVICES.values() for volume in one.get("volumes", ())}
    folders = {one for one in named if one.startswith("./")}
    assert named - folders - {"/"} == set(COMPOSE["volumes"])
    assert [one for one in folders - {"./files"} if not (ROOT / one).exists()] == []
    assert {secret for one in SERVICES.values() for secret in one.get("secrets", ())} == set(COMPOSE["secrets"])


def test_no_secret_stands_in_a_file_of_the_repository():
    for line in TEXT.splitlines():
        if re.match(r"\s+\w*(PASSWORD|TOKEN|SECRET|KEY)\w*:", line):
            assert "/run/secrets/" in line or "${" in line, line
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_edge_asks_the_sidecar_before_each_service_and_believes_no_header_of_a_browser():
    text = (ROOT / "config/traefik/dynamic.yml").read_text()
    (listed,) = re.findall(r"range \$service := list (.*) }}", text)
    assert set(re.findall(r'"(\w+)"', listed)) == set(OPERATOR_SERVICES)
    routers = yaml.safe_load(re.sub(r"\{\{.*?\}\}", "", text.split("  middlewares:\n    headers:")[0]))["http"][
        "routers"
    ]
    for service in OPERATOR_SERVICES:
        assert routers[service]["middlewares"] == ["headers", "requests", f"ask-{service}"]
        assert f"--entrypoints.{service}.address=:" in TEXT
        assert f"--entrypoints.{service}.http.aliasHeadersStrategy=delete" in TEXT
    assert all("tls" in one and "headers" in one["middlewares"] for one in routers.values())
    assert "trustForwardHeader: false" in text and "insecure" not in TEXT.lower()
    edge = SERVICES["edge"]["networks"]
    for name, given in edge.items():
        if "ipv4_address" in (given or {}):
            (pool,) = COMPOSE["networks"][name]["ipam"]["config"]
            address = ip_address(given["ipv4_address"])
            assert address in ip_network(pool["subnet"]) and address not in ip_network(pool["ip_range"]), name
    trusted = SERVICES["sidecar"]["environment"]["FBADS_TRUSTED_PROXIES"].split(",")
    assert trusted == [edge[name]["ipv4_address"] for name in ("edge-sidecar", "edge-dagster")]
    assert SERVICES["grafana"]["environment"]["GF_AUTH_PROXY_WHITELIST"] == edge["edge-grafana"]["ipv4_address"]


def test_what_waits_in_redis_is_on_the_disk_and_never_thrown_out():
    command = " ".join(SERVICES["redis"]["command"])
    for given in ("--appendonly yes", "--appendfsync always", "noeviction", "requirepass"):
        assert given in command


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/secrets.sh").write_text((ROOT / "scripts/secrets.sh").read_text())
    return tmp_path


def test_secrets_are_made_once_and_fit_together(checkout):
    def made():
        subprocess.run(["bash", checkout / "scripts/secrets.sh"], check=True, capture_output=True)
        return {one.name: one.read_text() for one in (checkout / "secrets").iterdir()}

    first = made()
    assert made() == first
    assert set(first) == set(COMPOSE["secrets"])
    assert first["postgres_password"] in first["database_url"] and first["redis_password"] in first["celery_broker_url"]
    assert os.stat(checkout / "secrets").st_mode & 0o077 == 0
    assert len(set(first.values())) == len(first) - 1, "only the two that are yours are the same: empty"
    assert len(first["encryption_keys"]) == 44
