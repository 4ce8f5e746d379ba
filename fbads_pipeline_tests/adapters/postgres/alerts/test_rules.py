"""Users' own rules on a real PostgreSQL: ratios of sums, announced once, then left out for a while."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.postgres.alerts.mutes import PostgresMutes
from fbads_pipeline.adapters.postgres.alerts.rules import PostgresRules
from fbads_pipeline.bootstrap.metrics import metric_expressions, metric_units
from fbads_pipeline.cli.data.rules import gap_lines
from fbads_pipeline.domain.alerts.mutes import Mute
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.alerts.rules import UserRule, obstacle
from fbads_pipeline.services.alerts.apply_rules import RuleGap, apply_rules, preview
from fbads_pipeline_tests.support.fakes import FixedClock
from fbads_pipeline_tests.support.sample_marts import SampleMarts

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
TODAY = NOW.date()
HIGH = UserRule("CPA alto", "cpa", "above", Decimal(60), days=3, currency="BRL")
TO = [Recipient("slack", "C1"), Recipient("email", "a@b.example")]


class World(SampleMarts):
    def __init__(self, engine):
        super().__init__(engine)
        self.clock = FixedClock(NOW)
        self.rules = PostgresRules(engine, metric_expressions)

    def day(self, days_ago, spend, conversions, campaign="7", account="1", currency="BRL"):
        self.execute(
            "insert into marts.campaign_daily"
            " (account_id, campaign_id, day, currency, impressions, clicks, spend, conversions)"
            " values (:account, :campaign, :day, :currency, 1000, 10, :spend, :conversions)",
            account=account,
            campaign=campaign,
            day=TODAY - timedelta(days=days_ago),
            currency=currency,
            spend=spend,
            conversions=conversions,
        )

    def apply(self, *rules, recipients=TO):
        return apply_rules(self.rules, rules, self.clock, recipients, metric_units()).alerts

    def values(self, rule):
        return [(one.object_id, one.value, one.before) for one in self.rules.readings(rule, now=self.clock.now())]


@pytest.fixture
def world(migrated_engine):
    world = World(migrated_engine)
    world.account("1")
    world.campaign("7", "1")
    world.read("1", TODAY - timedelta(days=30), TODAY)
    return world


def test_a_ratio_is_of_sums_over_complete_days_and_over_the_window_before(world):
    for days_ago, spend, conversions in ((1, 10, 1), (2, 90, 1), (3, 200, 2), (4, 50, 1), (6, 10, 1), (7, 9999, 1)):
        world.day(days_ago, spend, conversions)
    world.day(0, 5000, 1)
    assert world.values(HIGH) == [("7", Decimal(75), Decimal(30))]
    today = UserRule("x", "spend", "above", Decimal(1), days=0, currency="BRL")
    assert world.values(today) == [("7", Decimal(5000), Decimal(10))]


def test_two_currencies_in_one_window_and_paused_campaigns_are_left_out(world):
    world.day(1, 100, 1)
    world.day(2, 100, 1, currency="USD")
    world.campaign("8", "1", status="PAUSED")
    world.day(1, 900, 1, campaign="8")
    assert world.values(HIGH) == []


def test_an_object_is_announced_once_and_again_after_its_cool_down(world):
    world.day(1, 900, 1)
    assert world.apply(HIGH) == 1
    assert world.apply(HIGH) == 0
    world.clock.advance(hours=23)
    assert world.apply(HIGH) == 0
    world.campaign("8", "1")
    world.day(1, 800, 1, campaign="8")
    assert world.apply(HIGH) == 1, "another campaign is announced at once"
    ((first,), (second,)) = world.rows("select facts -> 'objects' from ops.alerts order by created_at")
    assert ([one["object_id"] for one in first], [one["object_id"] for one in second]) == (["7"], ["8"])


def test_only_its_channel_is_used_and_without_one_nothing_is_lost(world):
    world.day(1, 900, 1)
    mailed = UserRule(**{**vars(HIGH), "channel": "email"})
    assert world.apply(mailed, recipients=TO[:1]) == 0
    assert world.apply(mailed) == 1
    assert world.rows("select channel from ops.deliveries") == [("email",)]


@pytest.mark.parametrize("rule", ["rules", "rule.cpa-alto", None])
def test_a_mute_holds_it_back(world, rule):
    world.day(1, 900, 1)
    PostgresMutes(world.engine).mute(Mute("1", NOW + timedelta(days=1), "7", rule), made_by="ana", now=NOW)
    assert world.apply(HIGH) == 0
    world.clock.advance(hours=25)
    assert world.apply(HIGH) == 1


def test_a_preview_uses_the_figures_of_that_moment_and_cools_down(world):
    world.day(1, 900, 1)
    world.execute(
        "create table marts.campaign_daily_versions as select *, now() as known_from, null::timestamptz as known_to,"
        " false as is_removed from marts.campaign_daily"
    )
    world.execute("update marts.campaign_daily_versions set known_from = :early", early=NOW - timedelta(days=9))
    world.execute(
        "insert into marts.campaign_daily_versions (account_id, campaign_id, day, currency, impressions, clicks, spend,"
        " conversions, is_provisional, conversion_goal, known_from, is_removed) select account_id, campaign_id, day,"
        " currency, impressions, clicks, 10, conversions, false, conversion_goal, :late, false"
        " from marts.campaign_daily",
        late=NOW,
    )
    world.execute("update marts.campaign_daily_versions set known_to = :late where spend = 900", late=NOW)
    moments = [NOW - timedelta(hours=3), NOW - timedelta(hours=2), NOW + timedelta(hours=1)]
    matches = list(preview(world.rules, [HIGH], moments))
    assert [(one.at, one.reading.value) for one in matches] == [(moments[0], Decimal(900))]
    eager = UserRule(**{**vars(HIGH), "cooldown": timedelta(minutes=30)})
    assert [one.at for one in preview(world.rules, [eager], moments)] == moments[:2], "after noon it was known better"


class TestWhatIsNotKnown:
    def test_days_that_were_not_read_hold_a_rule_back_and_are_counted(self, world):
        world.day(1, 900, 1)
        world.day(3, 900, 1)
        assert world.apply(HIGH) == 1
        world.execute("delete from ops.rule_hits")
        for state in ("failed", "doubtful", "unreadable"):
            world.read("1", TODAY - timedelta(days=2), TODAY - timedelta(days=2), state=state)
            (reading,) = world.rules.readings(HIGH, now=NOW)
            assert (reading.unread_days, world.apply(HIGH)) == (1, 0)
        report = apply_rules(world.rules, [HIGH], world.clock, TO, metric_units())
        assert (report.crossed, report.not_evaluated) == ({"CPA alto": 0}, {"CPA alto": 1})
        world.read("1", TODAY - timedelta(days=2), TODAY - timedelta(days=2))
        world.clock.advance(hours=1)
        assert world.apply(UserRule(**{**vars(HIGH), "name": "outra"})) == 1

    def test_a_change_needs_both_windows_and_today_alone_only_today(self, world):
        world.day(1, 900, 1)
        world.day(5, 90, 1)
        world.day(0, 900, 1)
        world.read("1", TODAY - timedelta(days=5), TODAY - timedelta(days=5), state="failed")
        rise = UserRule(**{**vars(HIGH), "comparison": "rises_by", "threshold": Decimal("0.1")})
        today = UserRule(**{**vars(HIGH), "days": 0})
        unread = [world.rules.readings(rule, now=NOW)[0].unread_days for rule in (rise, HIGH, today)]
        assert unread == [1, 0, 0]

    def test_coverage_is_of_the_rules_own_level(self, world):
        world.execute("create table marts.account_daily as select * from marts.campaign_daily where false")
        world.day(1, 900, 1)
        world.execute("insert into marts.account_daily select * from marts.campaign_daily")
        accounts = UserRule(**{**vars(HIGH), "level": "account"})
        assert world.rules.readings(accounts, now=NOW)[0].unread_days == 3
        world.read("1", TODAY - timedelta(days=9), TODAY, level="account")
        assert world.rules.readings(accounts, now=NOW)[0].unread_days == 0

    def test_a_figure_that_meta_left_out_on_one_day_is_no_smaller_sum(self, world):
        world.day(1, 900, None)
        world.day(2, 900, 1)
        few = UserRule("poucas conversões", "conversions", "below", Decimal(5), days=3)
        for rule in (few, HIGH):
            (reading,) = world.rules.readings(rule, now=NOW)
            assert (reading.value, reading.is_unreported, reading.sums["conversions"]) == (None, True, None)
            assert (obstacle(rule, reading), world.apply(rule)) == ("not_reported", 0)
        spent = UserRule("gasto", "spend", "above", Decimal(5), days=3, currency="BRL")
        assert world.apply(spent) == 1, "what was reported is judged"

    def test_a_window_before_that_lacks_a_figure_is_no_change(self, world):
        world.day(1, 900, 1)
        world.day(5, 90, None)
        rise = UserRule(**{**vars(HIGH), "comparison": "rises_by", "threshold": Decimal("0.1")})
        assert world.rules.readings(rise, now=NOW)[0].is_unreported
        assert not world.rules.readings(HIGH, now=NOW)[0].is_unreported

    def test_a_preview_over_backfilled_days_takes_what_is_stored_and_says_so(self, world):
        world.day(10, 900, 1)
        world.day(11, 700, 1, campaign="8")
        world.campaign("8", "1")
        world.execute(
            "create table marts.campaign_daily_versions as select *, :now::timestamptz as known_from,"
            " null::timestamptz as known_to, false as is_removed from marts.campaign_daily".replace(
                ":now::timestamptz", "cast(:now as timestamptz)"
            ),
            now=NOW,
        )
        at = NOW - timedelta(days=9)
        found = list(preview(world.rules, [HIGH], [at]))
        assert [(one.reading.object_id, one.reading.value, one.reading.was_read_later) for one in found] == [
            ("7", Decimal(900), True),
            ("8", Decimal(700), True),
        ]
        world.execute("update marts.campaign_daily_versions set known_from = :at where campaign_id = '7'", at=at)
        world.execute("update marts.campaign_daily_versions set day = day + 1 where campaign_id = '8'")
        (known,) = preview(world.rules, [HIGH], [at])
        assert (known.reading.object_id, known.reading.was_read_later) == ("7", False), "8 came later into a read day"

    def test_a_preview_names_what_could_not_be_evaluated(self, world):
        world.day(1, 900, None)
        world.day(2, 900, 1)
        world.execute(
            "create table marts.campaign_daily_versions as select *, cast(:at as timestamptz) as known_from,"
            " null::timestamptz as known_to, false as is_removed from marts.campaign_daily",
            at=NOW - timedelta(days=9),
        )
        moments = [NOW - timedelta(days=1), NOW]
        found = list(preview(world.rules, [HIGH], moments))
        assert [type(one).__name__ for one in found] == ["RuleMatch", "RuleGap"]
        gaps = [one for one in found if isinstance(one, RuleGap)]
        assert gap_lines(gaps) == [
            "CPA alto: Verão (7) could not be evaluated on 1 of the days:"
            " Meta did not report what cpa is made of at this level"
        ]
        world.read("1", TODAY - timedelta(days=2), TODAY - timedelta(days=2), state="failed")
        (line,) = gap_lines([one for one in preview(world.rules, [HIGH], moments) if isinstance(one, RuleGap)])
        assert line.startswith(
            "CPA alto: account 1 could not be evaluated on 2 of the days: days that it looks at were"
        )
