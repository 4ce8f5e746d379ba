"""`fbads clients targets`: set, list, end and import, and files as Brazilian spreadsheets write them."""

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from fbads_pipeline.adapters.targets_file import read_targets
from fbads_pipeline.cli.data import clients
from fbads_pipeline.cli.errors import report
from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline_tests.adapters.postgres.clients.test_targets import DAY, KNOWN

HEADER = "account,currency,campaign_id,name_pattern,goal_family,cpa,roas,monthly_budget,valid_from,valid_until\n"


@pytest.fixture
def run(monkeypatch, migrated_engine, migrated_url, tmp_path):
    with migrated_engine.begin() as connection:
        connection.execute(sa.text(KNOWN))
    monkeypatch.setenv("FBADS_DATABASE_URL", migrated_url)
    monkeypatch.setenv("FBADS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FBADS_NOW", "2026-11-10T12:00:00+00:00")
    return lambda *arguments: CliRunner().invoke(clients.app, ["targets", *arguments])


def test_a_target_is_set_listed_and_ended(run):
    assert run("set", "--account", "act_42", "--cpa", "30,50", "--goal", "lead").stdout == "1\n"
    assert run("set", "--account", "Loja", "--pattern", "[vendas]*", "--roas", "4").exit_code == 0
    assert run("end", "--account", "42", "--from", "2026-12-01").exit_code == 0
    rows = [line.split("\t") for line in run("list").stdout.splitlines()]
    assert [row[:9] for row in rows[-3:]] == [
        ["1", "42", "account", "lead", "30.50", "", "", "BRL", "2026-11-10"],
        ["2", "42", "pattern [vendas]*", "", "", "4", "", "BRL", "2026-11-10"],
        ["3", "42", "account", "", "", "", "", "BRL", "2026-12-01"],
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--account", "42"), "nothing was given"),
        (("--account", "42", "--cpa", "1.234"), "is not a number"),
        (("--account", "42", "--cpa", "3", "--roas", "2"), "a CPA, a ROAS or a margin"),
        (("--account", "42", "--goal", "vendas"), "neither one of"),
        (("--account", "99", "--cpa", "3"), "account 99 is not known"),
        (("--account", "42", "--campaign", "8", "--cpa", "3"), "has no campaign 8"),
    ],
)
def test_what_cannot_be_set_is_one_sentence_and_exit_code_2(run, capsys, arguments, sentence):
    answer = run("set", *arguments)
    assert (report(answer.exception), sentence in capsys.readouterr().err) == (2, True)
    assert "42" not in run("list").stdout


def test_a_file_of_a_brazilian_spreadsheet_is_imported_and_said_how(run, tmp_path):
    file = tmp_path / "metas.csv"
    lines = [
        "account;campaign_id;name_pattern;goal_family;cpa;roas;monthly_budget;currency;valid_from;valid_until",
        "act_42;;;purchase;1.030,50;;12.000,00;BRL;01/11/2026;",
        "42;;Promoção*;;;3,5;;BRL;15/11/2026;30/11/2026",
    ]
    file.write_bytes("\r\n".join(lines).encode("cp1252"))
    answer = run("import", str(file))
    assert answer.stdout.splitlines() == ["1", "2"]
    assert "; separated, decimal comma, dd/mm/yyyy, cp1252" in answer.stderr
    rows = [line.split("\t") for line in run("list").stdout.splitlines()][-2:]
    assert rows[0][3:9] == ["purchase", "1030.50", "", "12000.00", "BRL", "2026-11-01"]
    assert rows[1][2:10] == ["pattern promoção*", "", "", "3.5", "", "BRL", "2026-11-15", "2026-11-30"]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.yaml", "targets:\n  - account: 42\n    cpa: 3\n", "a.yaml line 2: currency is missing"),
        (
            "a.yaml",
            "targets:\n  - account: x\n    currency: BRL\n",
            "a.yaml line 2: account: 'x' is not an ad account id",
        ),
        (
            "a.yaml",
            "targets:\n  - account: 42\n    currency: BRL\n    cpa: 3\n    roas: 2\n",
            "a CPA, a ROAS or a margin",
        ),
        ("a.csv", HEADER + "42,BRL,,,,-3,,,,\n", "a.csv row 2: cpa: '-3' is not a number"),
        ("a.csv", HEADER + ",BRL,,,,3,,,,\n", "a.csv row 2: account is missing"),
        ("a.csv", HEADER, "no row below its header"),
        ("a.csv", "account,currency\n42,BRL\n", "lacks the column campaign_id"),
        ("a.csv", HEADER + "42,BRL,,,vendas,,,,,\n", "a.csv row 2: “vendas” is neither one of"),
    ],
)
def test_a_file_with_a_wrong_line_is_refused_with_the_line(tmp_path, name, text, sentence):
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(WrongUse) as refused:
        read_targets(file, today_of=lambda account: DAY)
    assert sentence in str(refused.value), str(refused.value)


def test_a_target_of_a_file_without_a_day_holds_from_the_accounts_own_today(run, tmp_path, monkeypatch):
    monkeypatch.setenv("FBADS_NOW", "2026-11-11T01:30:00+00:00")  # still the 10th in São Paulo
    for name, text in (
        ("a.csv", HEADER + "42,BRL,,,,3,,,,\n"),
        ("a.yaml", "targets: [{account: 42, currency: BRL, cpa: 4}]"),
    ):
        (tmp_path / name).write_text(text)
        assert run("import", str(tmp_path / name)).exit_code == 0
    assert [line.split("\t")[8] for line in run("list").stdout.splitlines()[-2:]] == ["2026-11-10", "2026-11-10"]
