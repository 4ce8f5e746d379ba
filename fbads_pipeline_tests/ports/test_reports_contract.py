"""The contract of the port Reports, for the fake of the tests and for PostgreSQL."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fbads_pipeline.adapters.postgres.reports.reports import PostgresReports
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.reports.generated_reports import MadeReport, ReportFile
from fbads_pipeline_tests.support.fake_reports import FakeReports
from fbads_pipeline_tests.support.fakes import an_alert

MONDAY = datetime(2026, 11, 23, 11, tzinfo=UTC)
SUNDAY = date(2026, 11, 22)
FILES = (ReportFile("pt", "csv", "weekly_pt.csv", 3, "ab"), ReportFile("en", "csv", "weekly_en.csv", 3, "cd"))


@pytest.fixture(params=["fake", "postgres"])
def reports(request):
    return FakeReports() if request.param == "fake" else PostgresReports(request.getfixturevalue("migrated_engine"))


def a_report(account="1", kind="weekly", last_day=SUNDAY, made_at=MONDAY):
    key = f"{kind}-{account}-{last_day}"
    return MadeReport(key, kind, account, last_day - timedelta(days=6), last_day, FILES, made_at)


def keep(reports, report):
    alert = an_alert(alert_id=report.report_id, dedupe_key=report.report_id)
    return reports.keep(report, alert, [Recipient("email", "a@b.example")])


def test_a_report_is_kept_once(reports):
    assert keep(reports, a_report())
    assert not keep(reports, a_report())
    assert reports.newest(5) == [a_report()]


def test_what_was_made_is_found_by_kind_and_last_day(reports):
    for one in (a_report(), a_report(""), a_report("2", "daily"), a_report("3", last_day=date(2026, 11, 15))):
        keep(reports, one)
    assert reports.made("weekly", SUNDAY) == {"1", ""}
    assert reports.made("executive", SUNDAY) == set()


def test_the_newest_come_first_and_only_those_of_the_accounts_that_are_named(reports):
    first = a_report("1")
    second = a_report("2", made_at=MONDAY + timedelta(hours=1))
    third = a_report("1", "daily", made_at=MONDAY + timedelta(hours=2))
    for one in (first, second, third):
        keep(reports, one)
    assert reports.newest(2) == [third, second]
    assert reports.newest(5, ["1"]) == [third, first]
    assert reports.newest(5, []) == []
