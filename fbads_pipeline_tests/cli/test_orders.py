"""`fbads orders`: sources with their secrets, and spreadsheets of orders, all or nothing."""

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from fbads_pipeline.adapters.encryption import new_key
from fbads_pipeline.cli import orders
from fbads_pipeline.cli.errors import report
from fbads_pipeline_tests.adapters.postgres.clients.test_targets import KNOWN

HEADER = "id;time;value;currency;status;refunded;utm_campaign"
ROWS = [
    HEADER,
    "1001;20/11/2026 10:00;1.299,90;BRL;Pago;;Black Friday",
    "1002;21/11/2026 23:30;89,90;BRL;Reembolsado;;",
    "1003;22/11/2026 08:00;100,00;BRL;Pago;25,50;Black Friday",
    "1001;20/11/2026 10:00;1.299,90;BRL;Pago;;Black Friday",
]


@pytest.fixture
def run(monkeypatch, migrated_engine, migrated_url, tmp_path):
    with migrated_engine.begin() as connection:
        connection.execute(sa.text(KNOWN))
    for name, value in (("DATABASE_URL", migrated_url), ("HOME", str(tmp_path / "home")), ("NOW", "2026-11-26T12:00Z")):
        monkeypatch.setenv(f"FBADS_{name}", value)
    monkeypatch.setenv("FBADS_ENCRYPTION_KEYS", new_key())
    return lambda *arguments, **options: CliRunner().invoke(orders.app, arguments, **options)


@pytest.fixture
def file(tmp_path):
    def write(rows, encoding="cp1252"):
        made = tmp_path / "pedidos.csv"
        made.write_bytes("\r\n".join(rows).encode(encoding))
        return str(made)

    return write


def kept(engine, query="select order_id, value, status from ops.orders order by 1"):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_a_brazilian_spreadsheet_is_imported_once(run, file, migrated_engine):
    assert run("add", "loja", "--mapping", "generic", "--account", "Loja").exit_code == 0
    done = run("import", "loja", file(ROWS))
    assert done.exit_code == 0, done.output
    assert "3 orders are new, 0 changed, 0 were here; 1 refunds, 0 of them" in done.stderr
    assert [(one[0], float(one[1]), one[2]) for one in kept(migrated_engine)] == [
        ("1001", 1299.9, "paid"),
        ("1002", 89.9, "refunded"),
        ("1003", 100.0, "paid"),
    ]
    days = "select first_day::text, last_day::text from ops.order_coverage"
    assert kept(migrated_engine, days) == [("2026-11-20", "2026-11-22")]
    again = run("import", "loja", file([*ROWS[:3], ROWS[3].replace("25,50", "30,00")]))
    assert "0 orders are new, 0 changed, 3 were here; 1 refunds" in again.stderr
    assert [float(one[0]) for one in kept(migrated_engine, "select amount from ops.order_refunds")] == [30.0]
    shown = run("sources").stdout.splitlines()[1].split("\t")
    assert shown[:6] == ["loja", "generic", "42", "America/Sao_Paulo", "2026-11-20…2026-11-22", "no"]
    assert run("remove", "loja").exit_code == 0 and kept(migrated_engine) == []


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("1004;22/11/2026;-5;BRL;Pago;;", "row 6: -5 is no amount"),
        ("1004;22/11/2026;5;R$;Pago;;", "row 6: R$ is no currency"),
        ("1004;22/11/2026;5;BRL;talvez;;", "row 6: talvez is no status"),
        ("1004;22/11/2026;5;BRL;Pago;6;", "row 6: 6 was paid back of an order of 5"),
        ("1001;20/11/2026 10:00;1,00;BRL;Pago;;", "the order 1001 stands in rows 2 and 6 with different contents"),
        ("1004;31/02/2026;5;BRL;Pago;;", "row 6, column time: '31/02/2026' is no day"),
    ],
)
def test_one_wrong_row_refuses_the_whole_file(run, file, migrated_engine, row, sentence, capsys):
    run("add", "loja", "--mapping", "generic", "--account", "42")
    answer = run("import", "loja", file([*ROWS, row]))
    assert report(answer.exception) == 2 and sentence in capsys.readouterr().err
    assert kept(migrated_engine) == []


def test_secrets_are_shown_once_and_sources_are_checked(run, migrated_engine, capsys):
    run("add", "loja", "--mapping", "kiwify", "--account", "42")
    secret = run("secret", "loja", "--new").stdout.strip()
    assert len(secret) == 43
    assert run("secret", "loja", input="canary-of-the-shop-42\n").exit_code == 0
    everything = run("sources").output + str(kept(migrated_engine, "select * from ops.audit_log"))
    assert secret not in everything and "canary-of-the-shop" not in everything
    assert run("sources").stdout.splitlines()[1].split("\t")[4:6] == ["2026-11-27…", "yes"]
    for arguments, sentence in (
        (("secret", "loja"), "a secret has 16 characters at least"),
        (("secret", "outra", "--new"), "there is no source outra"),
        (("add", "Loja Um", "--mapping", "kiwify", "--account", "42"), "is no name of a source"),
        (("add", "loja", "--mapping", "kiwify", "--account", "42"), "there is a source loja already"),
        (("add", "b", "--mapping", "nuvem", "--account", "42"), "'nuvem' is no mapping: use generic"),
        (("add", "b", "--mapping", "kiwify", "--account", "99"), "99"),
        (("add", "b", "--mapping", "kiwify", "--account", "42", "--timezone", "Mars"), "Mars is no time zone"),
    ):
        assert report(run(*arguments, input="short\n").exception) == 2
        assert sentence in capsys.readouterr().err
