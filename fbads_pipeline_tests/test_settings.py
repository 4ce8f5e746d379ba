"""Settings: typed, read once, and a wrong one is named in one sentence that keeps secrets."""

import traceback

import pytest
from cryptography.fernet import Fernet

from fbads_pipeline import setting_sources
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.cli.operations.demo import DEMO_TOKEN, demo_settings
from fbads_pipeline.domain.core.redaction import redact
from fbads_pipeline.setting_sources import answers_for_children, only_here
from fbads_pipeline.settings import Settings, SettingsError, load_settings, misspelt_settings

# Secrets that are not any text.
SECRETS_OF_A_FORM = {
    "encryption_keys": Fernet.generate_key().decode(),
    "celery_broker_url": "redis://:secret@127.0.0.1:6379/0",
    "celery_result_url": "rediss://:secret@redis:6379/1",
}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FBADS_NOW", "2026-11-01T12:00", "FBADS_NOW is not usable: the instant needs an offset"),
        ("FBADS_NOW", "yesterday", "FBADS_NOW is not usable"),
        ("FBADS_ACCOUNT_IDS", "act_1,x", "FBADS_ACCOUNT_IDS is not usable: 'x' is not an ad account id"),
        ("FBADS_LEVELS", "campaign,creative", "FBADS_LEVELS is not usable"),
        ("FBADS_LEVELS", ",", "FBADS_LEVELS is not usable: levels are a comma list"),
        ("FBADS_API_PORT", "99999", "FBADS_API_PORT is not usable"),
        ("FBADS_API_VERSION", "25", "FBADS_API_VERSION is not usable"),
        ("FBADS_GRAPH_URL", "graph.facebook.com", "FBADS_GRAPH_URL is not usable: an address starts with http"),
        (
            "FBADS_LANGUAGE",
            "xx",
            "FBADS_LANGUAGE is not usable: 'xx' is none of the languages that have a catalogue: en, pt",
        ),
        (
            "FBADS_ATTRIBUTION_WINDOWS",
            "7d_click,28d_view",
            "FBADS_ATTRIBUTION_WINDOWS is not usable: 28d_view has been",
        ),
        ("FBADS_ATTRIBUTION_WINDOWS", "7 days", "FBADS_ATTRIBUTION_WINDOWS is not usable: '7 days' is no attribution"),
        ("FBADS_ATTRIBUTION_WINDOWS", ",", "FBADS_ATTRIBUTION_WINDOWS is not usable: it names no attribution window"),
        ("FBADS_RESTATEMENT_DAYS", "1", "FBADS_RESTATEMENT_DAYS is not usable"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as wrong:
        load_settings()
    assert str(wrong.value).startswith(said)
    assert "\n" not in str(wrong.value)


def test_lists_are_trimmed_ordered_and_freed_of_their_prefix(monkeypatch):
    monkeypatch.setenv("FBADS_ACCOUNT_IDS", " act_2, 1,2 ,")
    monkeypatch.setenv("FBADS_LEVELS", "ad,account")
    settings = load_settings()
    assert settings.account_ids == ("2", "1")
    assert settings.levels == ("account", "ad")


@pytest.mark.parametrize("value", ["act_2, 1", '["act_2", 1]', '"act_2";"1"', "ACT_2\n1"])
def test_accounts_are_listed_in_any_form(monkeypatch, value):
    monkeypatch.setenv("FBADS_ACCOUNT_IDS", value)
    assert load_settings().account_ids == ("2", "1")


def test_an_empty_variable_is_no_setting(monkeypatch):
    monkeypatch.setenv("FBADS_DATABASE_URL", "")
    monkeypatch.setenv("FBADS_API_PORT", "")
    assert load_settings().database_url is None
    assert load_settings().api_port == 8000


def test_a_database_on_another_machine_without_tls_stops_the_program_at_its_start(monkeypatch):
    monkeypatch.setenv("FBADS_DATABASE_URL", "postgresql://u:hunter2@db.example/fbads")
    for name in ("REDIS_URL", "CELERY_BROKER_URL", "CELERY_RESULT_URL"):
        monkeypatch.setenv(f"FBADS_{name}", "redis://:hunter2@r.example")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    said = str(refused.value)
    assert "FBADS_DATABASE_URL is not usable: db.example is another machine" in said and "hunter2" not in said
    for name in ("REDIS_URL", "CELERY_BROKER_URL", "CELERY_RESULT_URL"):
        assert f"FBADS_{name} is not usable: r.example is another machine" in said
    monkeypatch.setenv("FBADS_DATABASE_TLS", "off")
    monkeypatch.setenv("FBADS_REDIS_TLS", "false")
    assert load_settings().database_url and load_settings().redis_url


def test_secrets_do_not_show(monkeypatch):
    monkeypatch.setenv("FBADS_ACCESS_TOKEN", "EAAcanary")
    monkeypatch.setenv("FBADS_APP_SECRET", "canary")
    assert "canary" not in repr(load_settings()) + str(load_settings().model_dump())


def test_every_setting_says_what_it_is_for():
    assert [name for name, field in type(load_settings()).model_fields.items() if not field.description] == []


def secrets_by_name():
    fields = Settings.model_fields.items()
    return [name for name, field in fields if "SecretStr" in str(field.annotation)]


@pytest.mark.parametrize("name", secrets_by_name())
def test_each_secret_can_come_from_a_file(monkeypatch, tmp_path, name):
    content = SECRETS_OF_A_FORM.get(name, "a secret of enough characters")
    (tmp_path / "secret").write_text(content + "\n")
    monkeypatch.setenv(f"FBADS_{name.upper()}", "")
    monkeypatch.setenv(f"FBADS_{name.upper()}_FILE", str(tmp_path / "secret"))
    assert getattr(load_settings(), name).get_secret_value() == content
    assert misspelt_settings() == []


def test_a_secret_file_that_cannot_be_read_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("FBADS_ACCESS_TOKEN_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="_FILE names .*/none, which cannot be read: No such file"):
        load_settings()


@pytest.mark.parametrize("name", secrets_by_name())
def test_what_a_process_hands_on_is_read_instead_of_the_file_that_it_was_read_from(monkeypatch, tmp_path, name):
    content = SECRETS_OF_A_FORM.get(name, "a secret of enough characters")
    monkeypatch.setenv(f"FBADS_{name.upper()}_FILE", str(tmp_path / "not read again"))
    for variable, value in only_here(f"FBADS_{name.upper()}", content).items():
        monkeypatch.setenv(variable, value)
    assert getattr(load_settings(), name).get_secret_value() == content


def test_workers_and_children_find_the_database_whose_address_came_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "url").write_text("postgresql://fbads:secret@127.0.0.1:5432/fbads")
    monkeypatch.setenv("FBADS_DATABASE_URL_FILE", str(tmp_path / "url"))
    database = Database(load_settings().database_url.get_secret_value(), tmp_path)
    monkeypatch.setattr(Database, "dagster_url", "postgresql://fbads:secret@127.0.0.1:5432/fbads_dagster")
    for variable, value in database.environment().items():
        monkeypatch.setenv(variable, value)
    assert load_settings().database_url.get_secret_value() == database.url


def test_the_demo_reads_no_secret_of_a_file(monkeypatch, tmp_path):
    for name in ("FBADS_GRAPH_URL", "FBADS_DRY_RUN", "FBADS_ACCOUNT_IDS"):
        monkeypatch.setenv(name, "")
    for name in ("FBADS_ACCESS_TOKEN", "FBADS_APP_SECRET"):
        (tmp_path / name).write_text("of production")
        monkeypatch.setenv(name, "")
        monkeypatch.setenv(f"{name}_COMMAND", "")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    settings = demo_settings(8090)
    assert settings.access_token.get_secret_value() == DEMO_TOKEN
    assert settings.app_secret is None


def test_a_secret_is_set_in_one_way(monkeypatch, tmp_path):
    (tmp_path / "token").write_text("EAAfile")
    monkeypatch.setenv("FBADS_ACCESS_TOKEN", "EAAcanary")
    monkeypatch.setenv("FBADS_ACCESS_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(SettingsError) as wrong:
        load_settings()
    assert str(wrong.value) == "FBADS_ACCESS_TOKEN and FBADS_ACCESS_TOKEN_FILE are both set: keep one of them"


class TestSecretsFromCommands:
    """As a key service's program prints them."""

    def test_it_is_asked_once_without_a_shell_and_handed_on_to_children(self, monkeypatch, tmp_path):
        program = tmp_path / "a key service"
        lines = (f'echo asked >> "{tmp_path}/log"', "echo canary >&2", 'printf "%s\\n" "$1"')
        program.write_text("\n".join(("#!/bin/sh", *lines)))
        program.chmod(0o700)
        monkeypatch.setenv("FBADS_ACCESS_TOKEN", "")
        monkeypatch.setenv("FBADS_ACCESS_TOKEN_COMMAND", f"'{program}' '$HOME;EAA canary'")
        assert [load_settings().access_token.get_secret_value() for _ in range(2)] == ["$HOME;EAA canary"] * 2
        assert (tmp_path / "log").read_text() == "asked\n" and misspelt_settings() == []
        assert "canary" not in redact("it says $HOME;EAA canary")
        handed = answers_for_children(Settings)
        assert handed == only_here("FBADS_ACCESS_TOKEN", "$HOME;EAA canary")
        for name, value in handed.items():
            monkeypatch.setenv(name, value)
        assert load_settings().access_token.get_secret_value() == "$HOME;EAA canary"

    @pytest.mark.parametrize(
        ("command", "said"),
        [
            ("sh -c 'echo EAAcanary; echo EAAcanary >&2; exit 3'", "failed with exit code 3"),
            ("/nowhere/kms EAAcanary", "cannot be started: No such file or directory"),
            ("sh -c 'echo EAAcanary; sleep 60; true'", "did not end within 0 s"),
            ("true EAAcanary", "prints nothing"),
            ("echo 'EAAcanary", "a quotation mark that is not closed"),
            (r"printf \\377EAAcanary", "prints no UTF-8 text"),
        ],
    )
    def test_one_that_fails_is_named_and_nothing_of_it_is_shown(self, monkeypatch, command, said):
        monkeypatch.setattr(setting_sources, "COMMAND_SECONDS", 0.2)
        monkeypatch.setenv("FBADS_ACCESS_TOKEN_COMMAND", command)
        with pytest.raises(SettingsError, match=said) as wrong:
            load_settings()
        shown = "".join(traceback.format_exception(wrong.value))
        assert "FBADS_ACCESS_TOKEN_COMMAND" in str(wrong.value) and "canary" not in shown

    def test_it_stands_alone(self, monkeypatch):
        monkeypatch.setenv("FBADS_ACCESS_TOKEN", "EAAcanary")
        monkeypatch.setenv("FBADS_ACCESS_TOKEN_COMMAND", "echo EAAother")
        with pytest.raises(SettingsError, match="_TOKEN and FBADS_ACCESS_TOKEN_COMMAND are both set: keep one of them"):
            load_settings()


def test_only_secrets_come_from_files(monkeypatch, tmp_path):
    (tmp_path / "port").write_text("9000")
    monkeypatch.setenv("FBADS_API_PORT_FILE", str(tmp_path / "port"))
    assert load_settings().api_port == 8000
