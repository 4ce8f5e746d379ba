"""Facts of reports and what was made of them, on a real PostgreSQL."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.postgres.reports.facts import PostgresReportFacts
from fbads_pipeline.adapters.postgres.reports.reports import PostgresReports
from fbads_pipeline.adapters.postgres.reports.requests import PostgresReportRequests
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.bootstrap.metrics import metric_expressions, metric_labels
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.reports.facts import FigureBelow, HitRate
from fbads_pipeline.domain.reports.report import Period
from fbads_pipeline.domain.reports.requests import ReportRequest
from fbads_pipeline.services.reports.build_report import METRICS, ReportBuilder
from fbads_pipeline.services.reports.make_reports import ReportService
from fbads_pipeline_tests.support.fake_reports import FakeFiles, an_account
from fbads_pipeline_tests.support.fakes import FixedClock
from fbads_pipeline_tests.support.rendering import text_of
from fbads_pipeline_tests.support.sample_marts import SampleMarts

MONDAY = datetime(2026, 11, 23, 11, tzinfo=UTC)
WEEK = Period(date(2026, 11, 16), date(2026, 11, 22))
TO = [Recipient("email", "a@b.example"), Recipient("slack", "C1", language="en")]


class World(SampleMarts):
    def __init__(self, engine):
        super().__init__(engine)
        self.facts = PostgresReportFacts(engine, metric_expressions)
        self.reports, self.files, self.clock = PostgresReports(engine), FakeFiles(), FixedClock(MONDAY)
        builder = ReportBuilder(self.facts, metric_labels(), ("7d_click",))
        self.report_service = ReportService(
            builder, {"csv": lambda report, language: b"csv"}, translator(), self.files, self.reports, self.clock
        )

    def day(self, campaign, days_ago, spend, conversions, currency="BRL"):
        self.execute(
            "insert into marts.campaign_daily (account_id, campaign_id, day, currency, impressions, clicks, spend,"
            " conversions, purchase_value, is_provisional, collected_at)"
            " values ('1', :campaign, :day, :currency, 1000, 10, :spend, :conversions, :spend, :days_ago < 3, :at)",
            campaign=campaign,
            day=date(2026, 11, 23) - timedelta(days=days_ago),
            currency=currency,
            spend=spend,
            conversions=conversions,
            days_ago=days_ago,
            at=MONDAY,
        )

    def outcome(self, suggestion, account, is_hit):
        """Of a suggestion that the rate does not look at."""
        self.execute(
            "insert into analysis.suggestion_outcomes (suggestion_id, account_id, campaign_id, kind, applied_on,"
            " promised_low, promised_high, state, is_hit, currency, judged_at)"
            " values (:suggestion, :account, '7', 'PAUSE', :day, 0, 1,"
            " case when cast(:is_hit as boolean) is null then 'waiting' else 'judged' end, :is_hit, 'BRL', :at)",
            suggestion=suggestion,
            account=account,
            is_hit=is_hit,
            day=MONDAY.date(),
            at=MONDAY,
        )


@pytest.fixture
def world(migrated_engine):
    world = World(migrated_engine)
    world.account("1", read_until=WEEK.last)
    for campaign in ("7", "8"):
        world.campaign(campaign, "1", name=f"Campanha {campaign}")
    return world


def test_figures_are_of_the_accounts_currency_and_ratios_of_sums(world):
    world.day("7", 1, 100, 1)
    world.day("7", 2, 100, 3)
    world.day("8", 2, 600, 0)
    world.day("8", 3, 999, 9, currency="USD")
    world.day("8", 9, 50, 1)
    found = world.facts.figures("1", WEEK, METRICS)
    assert (found.total["spend"], found.total["cpa"], found.total["ctr"]) == (800, 200, Decimal("0.01"))
    days = [(one.day.day, round(one.figures["cpa"], 3), one.is_provisional) for one in found.days]
    assert days == [(21, Decimal("233.333"), True), (22, Decimal(100), True)]
    assert [(one.name, one.figures["spend"], one.figures["cpa"]) for one in found.campaigns] == [
        ("Campanha 8", 600, None),
        ("Campanha 7", 200, 50),
    ]
    assert found.as_of == MONDAY
    empty = world.facts.figures("2", WEEK, METRICS)
    assert (empty.total["spend"], empty.days, empty.campaigns, empty.as_of) == (None, (), (), None)


class TestWhatLowerLevelsHave:
    """Campaign 7 lacks its conversions on one day; its ads have 80 of them."""

    @pytest.fixture
    def world(self, world):
        world.day("7", 1, 100, None)
        world.day("7", 2, 100, 3)
        world.day("8", 2, 50, 5)
        world.execute(
            "create table marts.ad_daily as select * from marts.campaign_daily where campaign_id = '7'",
        )
        world.execute("drop table marts.adset_daily")
        world.execute("create table marts.adset_daily as select * from marts.campaign_daily where false")
        world.execute("update marts.ad_daily set conversions = 40")
        world.execute("insert into marts.ad_daily select * from marts.campaign_daily where campaign_id = '8'")
        for level in ("campaign", "ad"):
            world.read("1", WEEK.first, WEEK.last, level=level)
        return world

    def test_a_sum_of_which_one_day_lacks_is_not_known_and_the_ads_stand_beside_it(self, world):
        found = world.facts.figures("1", WEEK, METRICS)
        assert (found.total["conversions"], found.total["cpa"], found.total["spend"]) == (None, None, 250)
        assert found.below["conversions"] == FigureBelow("ad", Decimal(85))
        by_id = {one.campaign_id: one for one in found.campaigns}
        assert (by_id["7"].figures["conversions"], by_id["7"].below["conversions"]) == (
            None,
            FigureBelow("ad", Decimal(80)),
        )
        assert by_id["8"].figures["conversions"] == 5

    def test_ads_that_spent_less_than_the_campaign_do_not_stand_for_it(self, world):
        world.execute("update marts.ad_daily set spend = 60 where campaign_id = '7'")
        found = world.facts.figures("1", WEEK, METRICS)
        assert "conversions" not in found.below
        assert {one.campaign_id: "conversions" in one.below for one in found.campaigns} == {"7": False, "8": True}

    def test_ads_of_days_that_were_not_read_do_not_stand_for_it(self, world):
        world.read("1", WEEK.first, WEEK.first, level="ad", state="failed")
        found = world.facts.figures("1", WEEK, METRICS)
        assert not found.below and not any(one.below for one in found.campaigns)

    def test_coverage_counts_days_that_have_come_and_were_read_well(self, world):
        world.read("1", WEEK.first, WEEK.first, state="doubtful")
        account = an_account()
        coverage = world.facts.coverage(account, WEEK)
        assert (coverage.asked, coverage.read, coverage.missing) == (
            7,
            6,
            (("1", (DayRange(WEEK.first, WEEK.first),)),),
        )
        later = Period(date(2026, 11, 22), date(2026, 11, 30))
        assert (world.facts.coverage(account, later).asked, world.facts.coverage(account, later).read) == (2, 1)
        assert world.facts.coverage(account, Period(date(2026, 12, 1), date(2026, 12, 2))).asked == 0


def test_a_report_is_made_once_and_leaves_with_its_message(world):
    world.day("7", 1, 100, 1)
    assert [one.kind for one in world.report_service.make_due("weekly", TO)] == ["weekly"]
    assert world.report_service.make_due("weekly", TO) == []
    ((rule, stored),) = world.rows("select rule, title from ops.alerts")
    title, title_en = text_of(stored), text_of(stored, "en")
    assert (rule, title) == ("report.weekly", "Loja 1: Relatório semanal, de 16/11 a 22/11/2026")
    assert title_en == "Loja 1: Weekly report, from 16 Nov to 22 Nov 2026"
    assert world.rows("select channel, language from ops.deliveries order by 1") == [("email", "pt"), ("slack", "en")]
    (kept,) = world.reports.newest(5)
    assert (kept.account_id, kept.last_day) == ("1", WEEK.last)
    assert {one.name for one in kept.files} == set(world.files.written)
    assert world.reports.newest(5, accounts=["2"]) == []


def test_of_two_that_make_it_at_once_one_message_leaves(world):
    world.day("7", 1, 100, 1)
    (made,) = world.report_service.make_due("weekly", TO)
    world.execute("delete from ops.reports")
    assert [one.report_id for one in world.report_service.make_due("weekly", TO)] == [made.report_id]
    assert world.rows("select count(*) from ops.alerts") == [(1,)]


def test_a_hit_rate_is_the_accounts_own(world):
    world.execute("alter table analysis.suggestion_outcomes drop constraint suggestion_outcomes_suggestion_id_fkey")
    for number, (account, is_hit) in enumerate([("1", True), ("1", False), ("1", None), ("2", True)]):
        world.outcome(f"s{number}", account, is_hit)
    assert world.facts.hit_rates("1") == [HitRate("PAUSE", 3, 2, 1)]
    assert world.facts.hit_rates("3") == []


def test_without_marts_there_is_nothing_to_report(migrated_engine):
    assert PostgresReportFacts(migrated_engine, dict).accounts(None, now=MONDAY) == []


def test_a_report_may_be_requested_in_any_language(migrated_engine):
    requests = PostgresReportRequests(migrated_engine)
    wanted = ReportRequest("r1", "u1", "weekly", "1", "eo", ("csv",), None, MONDAY)
    requests.add(wanted)
    requests.failed("r1", message("reports.failure.no_account"), now=MONDAY)
    (found,) = requests.newest("u1", 5)
    assert (found.language, found.state, found.reason) == ("eo", "failed", message("reports.failure.no_account"))
