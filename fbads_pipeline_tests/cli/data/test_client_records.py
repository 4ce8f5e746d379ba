"""`fbads clients add|set|list|show|remove|import`: a client in one command, and spreadsheets of them."""

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from fbads_pipeline.cli.data import clients
from fbads_pipeline.cli.errors import report
from fbads_pipeline_tests.adapters.postgres.clients.test_targets import KNOWN


@pytest.fixture
def run(monkeypatch, migrated_engine, migrated_url, tmp_path):
    with migrated_engine.begin() as connection:
        connection.execute(sa.text(KNOWN))
    monkeypatch.setenv("FBADS_DATABASE_URL", migrated_url)
    monkeypatch.setenv("FBADS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FBADS_NOW", "2026-11-10T12:00:00+00:00")
    return lambda *arguments: CliRunner().invoke(clients.app, arguments)


def listed(run):
    return [line.split("\t")[1:6] for line in run("list").stdout.splitlines()[1:]]


def test_a_client_is_added_changed_shown_and_removed(run):
    assert run("add", "Loja Lima", "--account", "Loja", "--budget", "9.000,00", "--cpa", "30").stdout == "1\n"
    assert listed(run) == [["Loja Lima", "42", "9000.00", "BRL", "country"]]
    assert run("set", "loja lima", "tax=off", "contact_email=ana@lima.example", "budget=12000").exit_code == 0
    assert listed(run) == [["Loja Lima", "42", "12000", "BRL", "off"]]
    shown = run("show", "Loja Lima").stdout
    assert "contact_email\tana@lima.example" in shown and "version 2\t2026-11-10 12:00\tcli:" in shown
    assert "42\taccount\t\t30" in run("targets", "list").stdout
    assert run("tax", "12,15", "--account", "42", "--from", "2026-01-01").stdout.splitlines()[1:] == [
        "0001-01-01\t2026-01-01\t0\tclient",
        "2026-01-01\t9999-12-31\t12.15\taccount",
    ]
    assert run("remove", "Loja Lima").exit_code == 0 and listed(run) == []


def test_a_brazilian_spreadsheet_of_clients_is_imported_or_refused_as_a_whole(run, tmp_path, capsys):
    file = tmp_path / "clientes.csv"
    rows = ["name;accounts;budget;currency;tax;budget_from", "Ação;act_42;12.000,50;BRL;;01/11/2026", "Shop;43;;;off;"]
    file.write_bytes("\r\n".join(rows).encode("cp1252"))
    assert run("import", str(file)).exit_code == 0
    assert listed(run) == [["Ação", "42", "12000.50", "BRL", "country"], ["Shop", "43", "", "", "off"]]
    file.write_bytes("\r\n".join([*rows, "Terceira;act_42;;;;"]).encode("cp1252"))
    answer = run("import", str(file))
    assert (report(answer.exception), len(listed(run))) == (2, 2)
    file.write_text("name;contas\nA;42\n")
    assert report(run("import", str(file)).exception) == 2
    assert "has the column contas, which is none of name," in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "A", "--account", "99"), "account 99 is not known"),
        (("add", "A", "--tax", "200"), "is no tax rate"),
        (("add", "A", "--budget", "10"), "a budget needs its currency"),
        (("add", "A", "--channels", "pombo:1"), "is no channel"),
        (("add", "A", "--primary-color", "azul"), "is no colour"),
        (("set", "A", "name=B"), "there is no client A"),
        (("set", "A", "nome=B"), "is no field of a client"),
    ],
)
def test_what_cannot_be_set_is_one_sentence_and_exit_code_2(run, capsys, arguments, sentence):
    answer = run(*arguments)
    assert (report(answer.exception), sentence in capsys.readouterr().err) == (2, True)
    assert listed(run) == []
