"""The contract of the port ReportFacts, for the fake of the tests and for PostgreSQL."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fbads_pipeline.adapters.postgres.reports.facts import PostgresReportFacts
from fbads_pipeline.bootstrap.metrics import metric_expressions
from fbads_pipeline.domain.reports.facts import PeriodFigures
from fbads_pipeline.domain.reports.report import Period
from fbads_pipeline.services.reports.build_report import METRICS
from fbads_pipeline_tests.support.fake_reports import FakeReportFacts, an_account
from fbads_pipeline_tests.support.sample_marts import SampleMarts

NOW = datetime(2026, 11, 23, 11, tzinfo=UTC)
WEEK = Period(date(2026, 11, 16), date(2026, 11, 22))


@pytest.fixture(params=["fake", "postgres"])
def facts(request):
    """Accounts 1 and 2, of which the second has no figures; two campaigns of the first have some on every day."""
    if request.param == "fake":
        fake = FakeReportFacts(an_account("2", "Loja 2"), an_account(), names=("Verão", "Inverno"))
        fake.empty = {"2"}
        return fake
    tables = SampleMarts(request.getfixturevalue("migrated_engine"))
    for account in ("2", "1"):
        tables.account(account)
    for campaign, spend in (("7", "10"), ("8", "30")):
        tables.campaign(campaign, "1", name=f"Campanha {campaign}")
        tables.days(campaign, WEEK.last, spend=spend)
    return PostgresReportFacts(tables.engine, metric_expressions)


def test_accounts_are_ordered_by_id_and_unknown_ones_are_left_out(facts):
    assert facts.accounts(None, now=NOW) == [an_account(), an_account("2", "Loja 2")]
    assert [one.account_id for one in facts.accounts(["404", "2"], now=NOW)] == ["2"]
    assert facts.accounts([], now=NOW) == []


def test_figures_name_every_metric_for_the_period_each_day_and_each_campaign(facts):
    found = facts.figures("1", WEEK, METRICS)
    assert [one.day for one in found.days] == [WEEK.first + timedelta(days=number) for number in range(7)]
    shown = [found.total, *(one.figures for one in (*found.days, *found.campaigns))]
    assert {tuple(sorted(one)) for one in shown} == {tuple(sorted(METRICS))}
    assert found.as_of is not None


def test_the_campaign_that_spends_most_comes_first(facts):
    spent = [one.figures["spend"] for one in facts.figures("1", WEEK, METRICS).campaigns]
    assert len(spent) == 2
    assert spent == sorted(spent, reverse=True)


def test_an_account_without_figures_has_undefined_ones(facts):
    assert facts.figures("2", WEEK, METRICS) == PeriodFigures(dict.fromkeys(METRICS), (), (), None)


def test_an_account_without_them_has_no_anomalies_and_suggestions(facts):
    assert (facts.anomalies("2", WEEK), facts.suggestions("2", WEEK)) == ([], [])
