"""Seeds as Brazilian spreadsheets write them: built as if a program had written them, or refused in one sentence."""

import logging
import shutil
from pathlib import Path

import pytest

from fbads_pipeline.adapters.csv_reading import FileRefused
from fbads_pipeline.adapters.dbt.project import project_dir, project_hash
from fbads_pipeline.adapters.dbt.seeds import readable_project

PLAIN = {
    "account_goals": "account_id,family\n123,lead\n",
    "account_action_types": "account_id,family,action_type\n123,lead,offsite_conversion.custom.1\n",
    "currency_minor_units": "currency,factor\nCLP,1\n",
    "exchange_rates": "day,base,currency,rate\n2026-11-03,EUR,BRL,6.1234567\n2026-11-04,EUR,BRL,1234.5\n",
}
LOCAL = {
    "account_goals": "account_id;family\r\nact_123;lead\r\n",
    "exchange_rates": ("Day;Base;Currency;Rate\r\n03/11/2026;EUR;BRL;6,1234567\r\n04/11/2026;EUR;BRL;1.234,5\r\n"),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with its four seeds in dbt's own form."""
    folder = tmp_path / "dbt_project"
    (folder / "seeds").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: x\n")
    for name, text in PLAIN.items():
        (folder / "seeds" / f"{name}.csv").write_text(text)
    return folder


def test_a_project_in_dbts_own_form_is_used_as_it_lies(project, tmp_path, caplog):
    assert readable_project(project, "plain", tmp_path / "target") == project
    assert not (tmp_path / "target").exists() and caplog.records == []
    assert readable_project(project_dir(), project_hash(), tmp_path / "target") == project_dir()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_files_of_spreadsheets_are_read_and_stay_as_their_owner_wrote_them(project, tmp_path, caplog, encoding):
    for name, text in LOCAL.items():
        (project / "seeds" / f"{name}.csv").write_bytes(text.encode(encoding))
    with caplog.at_level(logging.WARNING):
        read = readable_project(project, f"local {encoding}", tmp_path / "target")
    assert read != project and (read / "dbt_project.yml").is_file()
    for name in PLAIN:
        assert (read / "seeds" / f"{name}.csv").read_text() == PLAIN[name]
    assert (project / "seeds" / "account_goals.csv").read_bytes() == LOCAL["account_goals"].encode(encoding)
    assert [one.getMessage() for one in caplog.records] == [
        "seed account_goals.csv was read as ; separated, UTF-8",
        "seed exchange_rates.csv was read as ; separated, decimal comma, dd/mm/yyyy, UTF-8",
    ]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("account_goals", "account_id;family\n1,23E+15;lead\n", "row 2, column account_id: '1,23E+15' is no id"),
        ("exchange_rates", "day;base;currency;rate\n03/11/2026;EUR;BRL;6.123\n", "row 2, column rate: '6.123' can be"),
        (
            "exchange_rates",
            "day,base,currency,rate\n11/25/2026,EUR,BRL,6.12\n",
            "column day: '11/25/2026' is no day",
        ),
        ("currency_minor_units", "currency;fator\nCLP;1\n", "lacks the column factor"),
    ],
)
def test_what_cannot_be_read_without_guessing_is_refused(project, tmp_path, name, text, sentence):
    (project / "seeds" / f"{name}.csv").write_text(text)
    with pytest.raises(FileRefused, match=r"\.csv") as refused:
        readable_project(project, text, tmp_path / "target")
    assert sentence in str(refused.value)


def test_dbt_builds_such_a_file(warehouse, tmp_path, monkeypatch):
    folder = tmp_path / "dbt_project"
    shutil.copytree(project_dir(), folder, ignore=shutil.ignore_patterns("target"))
    (folder / "seeds" / "account_goals.csv").write_bytes(b"account_id;family\r\nact_1;lead\r\n")
    monkeypatch.setenv("FBADS_DBT_PROJECT_DIR", str(folder))
    outcome = warehouse.dbt.run(["seed"], ["account_goals"])
    assert outcome.succeeded, outcome.error
    assert warehouse.rows("select account_id, family from staging.account_goals") == [("1", "lead")]
    (folder / "seeds" / "account_goals.csv").write_bytes(b"account_id;family\r\nLoja;lead\r\n")
    refused = warehouse.dbt.run(["seed"], ["account_goals"])
    assert not refused.succeeded and "row 2, column account_id: 'Loja' is no id of an account" in refused.error
