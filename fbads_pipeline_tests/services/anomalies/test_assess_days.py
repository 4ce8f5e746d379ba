"""Whole days from end to end: months backfilled by one reading, and the anomalies of the last week on the first run."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from evaluation.anomalies.first_start import FOUND_AS
from fbads_pipeline.domain.anomalies.daily.past_anomalies import IncidentLabel, compare_with_labels
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.services.anomalies.backtest_anomalies import backtest_anomalies
from fbads_pipeline_tests.support.following import FollowedAccount
from fbads_pipeline_tests.support.postgres_fixture import fresh_database
from fbads_pipeline_tests.support.rendering import text_of

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
TODAY = NOW.date()
PERIOD = DayRange(TODAY - timedelta(days=59), TODAY)


@pytest.fixture(scope="module")
def accounts(postgres, migrated_template) -> Iterator[tuple[SandboxServer, list[FollowedAccount]]]:
    """Four accounts whose last 60 days were read at once, and assessed for the first time."""
    with (
        fresh_database(postgres, template=migrated_template, name="followed") as url,
        SandboxServer(campaigns=24, now=NOW.isoformat(), anchor=str(TODAY)) as server,
    ):
        names = sorted({one["account_id"] for one in server.control("incidents")})
        followed = [FollowedAccount(server, url, name) for name in names]
        for one in followed:
            one.read(NOW, PERIOD)
        followed[0].build()
        followed[0].clock.instant = NOW
        yield server, followed
        for one in followed:
            one.close()


def recent(server):
    """Injected anomalies of the last week that are no slow drift."""
    since = str(TODAY - timedelta(days=7))
    return [one for one in server.control("incidents") if one["first_day"] >= since and one["name"] in FOUND_AS]


def test_the_first_run_finds_what_happened_in_the_last_week(accounts):
    server, followed = accounts
    account = followed[0]
    assert [one.days for one in account.anomalies.learning()] == [0] * len(account.anomalies.learning())
    report = account.detect()
    assert set(report.days.values()) == {59 - 3}
    rows = account.rows("select account_id, campaign_id, kind, since, grain from analysis.anomalies")
    missed = []
    for one in recent(server):
        first = date.fromisoformat(one["first_day"])
        is_found = any(
            row.account_id == one["account_id"]
            and (one["level"] == "account" or row.campaign_id == one["object_id"])
            and row.kind in FOUND_AS[one["name"]]
            and abs((row.since.date() - first).days) <= 1
            for row in rows
        )
        missed += [] if is_found else [one]
    assert len(missed) <= 0.2 * len(recent(server)), missed
    assert len(recent(server)) >= 5
    assert {row.grain for row in rows} == {"day"}


def test_a_backtest_finds_of_a_month_what_was_labelled_and_writes_nothing(accounts):
    server, followed = accounts
    account = followed[0]
    account.detect()
    before = account.rows("select xmin, anomaly_id from analysis.anomalies order by 2")
    month = DayRange(TODAY - timedelta(days=30), TODAY - timedelta(days=3))
    known = [Account(one.account_id, None, "BRL", "America/Sao_Paulo") for one in followed]
    found = list(backtest_anomalies(account.anomalies, known, month))
    assert [one.account_id for one in found] == [one.account_id for one in followed]
    assert {(one.days_read, one.half_hour_readings) for one in found} == {(28, 0)}
    past = [one for account in found for one in account.past]
    assert all(one.since_on in month and one.found_on > one.since_on for one in past)
    labels = [
        IncidentLabel(one["object_id"], first, date.fromisoformat(one["last_day"]))
        for one in server.control("incidents")
        if one["level"] == "campaign" and one["name"] in FOUND_AS
        if (first := date.fromisoformat(one["first_day"])) in month
    ]
    compared = compare_with_labels(past, labels)
    assert compared.labels >= 8 and compared.recall >= 0.6
    assert compared.right >= compared.found * 0.9
    of_today = {(row.campaign_id, row.kind) for row in account.rows("select campaign_id, kind from analysis.anomalies")}
    late = {(one.found.campaign_id, one.found.kind) for one in past if one.since_on > TODAY - timedelta(days=6)}
    assert late and late <= of_today, "one code for both"
    assert account.rows("select xmin, anomaly_id from analysis.anomalies order by 2") == before


def test_a_backtest_compares_what_it_finds_with_what_people_marked(accounts):
    _, followed = accounts
    account = followed[0]
    account.detect()
    stored = account.rows(
        "select anomaly_id, account_id, kind from analysis.anomalies where resolution is distinct from 'notice'"
    )
    for place, row in enumerate(stored):
        _run(
            account,
            f"insert into ops.feedback values ('anomaly', '{row.anomaly_id}', 'u1', '{row.account_id}', '{row.kind}',"
            f" {place % 2 == 0}, 'web', '{NOW}')",
        )
    known = [Account(one.account_id, None, "BRL", "America/Sao_Paulo") for one in followed]
    found = list(backtest_anomalies(account.anomalies, known, DayRange(TODAY - timedelta(days=30), TODAY)))
    marked, useful = (sum(getattr(one.marks, name) for one in found) for name in ("marked", "useful"))
    assert len(stored) >= 4 and marked == len(stored) and useful == (len(stored) + 1) // 2
    assert all(one.marks.marked == sum(row.account_id == one.account_id for row in stored) for one in found)
    _run(account, "delete from ops.feedback")


def test_a_second_run_says_nothing_new_and_the_account_is_watched(accounts):
    _, followed = accounts
    account = followed[0]
    account.detect()
    before = account.rows("select xmin, anomaly_id from analysis.anomalies order by 2")
    report = account.detect()
    assert (report.rows_written, report.days) == (0, {})
    _run(account, "update analysis.day_watches set fingerprint = 'older'")
    assert account.detect().rows_written == 0
    assert account.rows("select xmin, anomaly_id from analysis.anomalies order by 2") == before
    (learning, *_) = account.anomalies.learning([account.account_id])
    assert learning.is_watched and learning.is_learning
    assert text_of(learning.note()).startswith("Aprendendo: 0 de 5 dias de leituras a cada meia hora")


def test_a_correction_is_said_once(accounts):
    _, followed = accounts
    account = followed[0]
    account.detect()
    (row, *_) = account.rows(
        "select anomaly_id, account_id, campaign_id, since from analysis.anomalies where kind = 'spend_spike'"
        " order by since desc"
    )
    _run(account, "update analysis.anomalies set is_alert = false")
    told = (
        f"is_alert = true, status = 'OPEN', closed_at = null, resolution = null where anomaly_id = '{row.anomaly_id}'"
    )
    _run(account, f"update analysis.anomalies set {told}")
    assert account.announce() == 1
    days = f"account_id = '{row.account_id}' and object_id = '{row.campaign_id}' and day >= '{row.since.date()}'"
    usual = (
        "update raw.insight_readings as new set impressions = old.impressions, clicks = old.clicks, spend = old.spend"
        " from raw.insight_readings as old where old.level = new.level and old.object_id = new.object_id"
        f" and old.day = new.day - 14 and new.level = 'campaign' and new.{days.replace(' and ', ' and new.')}"
    )
    _run(account, usual)
    _run(account, "update analysis.day_watches set fingerprint = 'older'")
    account.detect()
    assert account.rows(f"select resolution from analysis.anomalies where anomaly_id = '{row.anomaly_id}'") == [
        ("corrected",)
    ]
    assert account.announce() == 1
    (correction,) = account.rows("select title, body from ops.alerts order by created_at desc, rule desc limit 1")
    assert text_of(correction.title).endswith(": 1 anomalia não se confirma")
    assert account.detect().rows_written == 0 and account.announce() == 0


def _run(account: FollowedAccount, statement: str) -> None:
    with account.engine.begin() as connection:
        connection.exec_driver_sql(statement)
