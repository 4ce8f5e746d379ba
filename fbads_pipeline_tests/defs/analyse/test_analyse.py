"""The analysing room: one review per published state of the marts, an unbroken lineage, checks that name."""

from dataclasses import replace
from decimal import Decimal

import dagster as dg
import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server.engine import DatabaseUnreachable
from fbads_pipeline.defs.analyse import assets, checks, jobs, schedules, sensors
from fbads_pipeline.defs.notify import assets as notify
from fbads_pipeline.defs.notify import checks as notify_checks
from fbads_pipeline.defs.notify import jobs as notify_jobs
from fbads_pipeline.defs.notify import sensors as notify_sensors
from fbads_pipeline.domain.alerts.rules import RuleReading
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.recommendations.targets import SettingsTargets
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.support.fake_anomalies import FakeAnomalies, an_anomaly
from fbads_pipeline_tests.support.fake_performance import FakePerformance, a_performance
from fbads_pipeline_tests.support.fakes import (
    HOSTILE_NAMES,
    NOW,
    FakeCalendarEvents,
    FakeChannel,
    FakeMarts,
    FakeOutbox,
    FakeReviews,
    FakeRules,
    FixedClock,
    RecipientsOf,
    a_breach,
    a_delivery,
    a_window,
    high_cpa,
    low_ctr,
    no_budget_alerts,
)

DAILY_INPUTS = [
    "marts/accounts",
    "marts/adset_history",
    "marts/adsets",
    "marts/campaign_daily",
    "marts/campaign_history",
    "marts/campaigns",
]
PERFORMANCE_INPUTS = [*DAILY_INPUTS, "marts/day_coverage"]
SCORED_INPUTS = ["marts/accounts", "marts/adset_daily", *PERFORMANCE_INPUTS[1:]]


@pytest.fixture
def world():
    made = {
        "marts": FakeMarts(low_ctr("7", conversions="0"), high_cpa("8"), a_window("9")),
        "decisions": FakeReviews(),
        "anomalies": FakeAnomalies(),
        "performance": FakePerformance(a_performance(cpas={"9": 33.0, "10": 15.0})),
        "targets": SettingsTargets(load_settings()),
        "calendar_events": FakeCalendarEvents(),
        "rules": FakeRules(),
        "outbox": FakeOutbox(a_delivery(1)),
        "channels": {"fake": FakeChannel()},
        "clock": FixedClock(),
        "settings": load_settings(),
    }
    made["recipients"] = RecipientsOf(made)
    made["budget_alerts"] = no_budget_alerts()
    return made


def definitions(world):
    return dg.Definitions(
        assets=dg.load_assets_from_modules([assets, notify]),
        asset_checks=dg.load_asset_checks_from_modules([checks, notify_checks]),
        jobs=[jobs.review, jobs.detect_job, jobs.learn_job, notify_jobs.dispatch_job],
        sensors=[sensors.review_after_marts_refresh, notify_sensors.send_due_messages],
        resources=world,
        executor=dg.in_process_executor,
    )


def run(world, job="review", instance=None, **options):
    return definitions(world).resolve_job_def(job).execute_in_process(instance=instance, **options)


def metadata_of(result, key):
    (event,) = [one for one in result.get_asset_materialization_events() if one.asset_key.to_user_string() == key]
    return {name: one.value for name, one in event.step_materialization_data.materialization.metadata.items()}


def changes(**some):
    return dict.fromkeys(("opened", "renewed", "expired", "superseded", "observed"), 0) | some


def checks_of(result):
    return {one.check_name: one for one in result.get_asset_check_evaluations()}


class TestTheReview:
    def test_it_goes_from_the_marts_to_the_channel(self, world):
        result = run(world)
        assert result.success
        keys = [one.asset_key.to_user_string() for one in result.get_asset_materialization_events()]
        assert sorted(keys[:3]) == ["analysis/anomalies", "analysis/breaches", "ops/rule_hits"]
        assert keys[3:] == ["analysis/scores", "ops/suggestions", "ops/alerts", "ops/deliveries"]
        pending = [(one.campaign_id, one.kind) for one in world["decisions"].pending.values()]
        assert pending == [("", "REALLOCATE"), ("10", "BUDGET_UP"), ("7", "PAUSE"), ("8", "PAUSE")]
        assert len(world["decisions"].alerts) == 1
        assert world["channels"]["fake"].sent == [("a1", "someone", False)]
        assert all(one.passed for one in checks_of(result).values())
        assert sorted(checks_of(result)) == [
            "every_anomaly_has_finite_numbers",
            "every_breach_is_past_its_limit",
            "every_message_goes_out",
            "every_rule_is_readable",
            "every_score_adds_up",
            "no_anomaly_on_a_paused_campaign",
            "no_breach_on_a_paused_campaign",
            "no_suggestion_contradicts_its_estimate",
        ]

    def test_its_metadata_counts_and_shows(self, world):
        result = run(world)
        breaches = metadata_of(result, "analysis/breaches")
        assert (breaches["breaches"], breaches["campaigns"], breaches["marts_version"]) == (2, 3, 3)
        assert "| 1 | 8 | Verão | cpa\\_above | 81.4000 | 50 | 1628 BRL | 20 | 2026\\-11\\-22 |" in breaches["table"]
        assert metadata_of(result, "ops/suggestions") == changes(opened=4)
        scored = metadata_of(result, "analysis/scores")
        assert (scored["campaigns"], scored["scored"], scored["proposed"]) == (2, 2, {"BUDGET_UP": 1})
        assert scored["distribution"].startswith("![](data:image/png;base64,")
        assert metadata_of(result, "ops/alerts") == {"alerts": 1, "of_anomalies": 0, "recipients": 1}
        sent = metadata_of(result, "ops/deliveries")
        assert (sent["sent"], sent["retry"], sent["unknown"], sent["failed"]) == (1, 0, 0, 0)
        assert (
            "| fake | someone | Loja 1\\: 1 campanha fora dos limites, R\\$ 100 gastos | 1 | sent |  |" in sent["table"]
        )

    def test_a_second_one_says_nothing_new(self, world):
        run(world)
        world["decisions"].writes.clear()
        result = run(world)
        assert metadata_of(result, "ops/suggestions") == changes()
        assert metadata_of(result, "ops/alerts")["alerts"] == 0
        assert world["decisions"].writes == []
        assert len(world["channels"]["fake"].sent) == 1

    def test_a_suggestion_that_contradicts_its_estimate_is_named(self, world):
        world["decisions"].contradicting = ["s1"]
        check = checks_of(run(world))["no_suggestion_contradicts_its_estimate"]
        assert (check.passed, check.description) == (False, "the estimate speaks against it: s1")

    def test_no_more_are_presented_than_the_settings_say(self, world):
        world["settings"] = load_settings(suggestions_per_day=1)
        run(world)
        (alert,) = world["decisions"].alerts.values()
        assert [one["campaign_id"] for one in alert.facts["suggestions"]] == ["10"]
        assert len(world["decisions"].held_back) == 3

    def test_the_review_days_of_the_settings_are_used(self, world):
        world["settings"] = load_settings(review_days=3)
        run(world)
        assert world["marts"].asked == [3]

    def test_hostile_names_are_cells_of_the_table(self, world):
        world["marts"] = FakeMarts(*(low_ctr(str(number), name=name) for number, name in enumerate(HOSTILE_NAMES[:20])))
        table = metadata_of(run(world), "analysis/breaches")["table"]
        assert len(table.splitlines()) == 2 + 20


class TestTheUsersRules:
    def test_they_are_judged_in_the_review_and_what_they_found_is_shown(self, world, tmp_path):
        path = tmp_path / "rules.yml"
        path.write_text("rules: [{name: CPA alto, metric: cpa, above: 60, currency: BRL}]")
        world["settings"] = load_settings(rules=path)
        days = (NOW.date(), NOW.date())
        known = RuleReading("1", "Loja", "7", "Verão", "BRL", *days, Decimal(61), None, {})
        world["rules"] = FakeRules(known, replace(known, object_id="8", value=Decimal(60)))
        shown = metadata_of(run(world), "ops/rule_hits")
        assert world["rules"].announced == [("CPA alto", ["7"])]
        assert (shown["rules"], shown["alerts"], shown["past_them"]) == (1, 1, {"CPA alto": 1})

    def test_a_wrong_file_is_a_red_check_and_holds_back_no_other_message(self, world, tmp_path):
        path = tmp_path / "rules.yml"
        path.write_text("rules: [{name: CPA alto, metric: cpx}]")
        world["settings"] = load_settings(rules=path)
        result = run(world)
        check = checks_of(result)["every_rule_is_readable"]
        assert (check.passed, "rules.yml line 1: metric: 'cpx' is none of" in check.description) == (False, True)
        assert len(world["decisions"].alerts) == 1 == len(world["channels"]["fake"].sent)


class TestTheLineage:
    def test_it_is_unbroken_from_the_marts_to_the_deliveries(self, world):
        graph = definitions(world).resolve_asset_graph()
        parents = {
            key.to_user_string(): sorted(parent.to_user_string() for parent in graph.get(key).parent_keys)
            for key in graph.materializable_asset_keys
        }
        assert parents == {
            "analysis/anomalies": sorted(
                [
                    *PERFORMANCE_INPUTS,
                    "marts/campaign_daily_versions",
                    *("raw/ads", "raw/adsets", "raw/calendar_events", "raw/insights"),
                ]
            ),
            "analysis/breaches": ["marts/accounts", "marts/campaign_daily", "marts/campaigns", "marts/day_coverage"],
            "analysis/models": [*SCORED_INPUTS, "raw/insights"],
            "analysis/scores": [
                "analysis/anomalies",
                "analysis/breaches",
                "analysis/models",
                *SCORED_INPUTS,
                "raw/insights",
            ],
            "analysis/suggestion_outcomes": [*SCORED_INPUTS, "ops/suggestions", "raw/insights"],
            "ops/suggestions": ["analysis/breaches", "analysis/scores", "marts/accounts"],
            "ops/rule_hits": [
                "marts/account_daily",
                "marts/accounts",
                "marts/ad_daily",
                "marts/ads",
                "marts/adset_daily",
                "marts/adsets",
                "marts/campaign_daily",
                "marts/campaign_daily_versions",
                "marts/campaigns",
                "marts/day_coverage",
            ],
            "ops/alerts": [
                "analysis/anomalies",
                "marts/account_daily",
                "marts/accounts",
                "marts/campaign_daily",
                "marts/campaigns",
                "marts/day_coverage",
                "ops/rule_hits",
                "ops/suggestions",
                "raw/accounts",
                "raw/calendar_events",
            ],
            "ops/deliveries": ["ops/alerts"],
        }

    def test_no_asset_belongs_to_the_collecting_job(self, world):
        graph = definitions(world).resolve_asset_graph()
        groups = {graph.get(key).group_name for key in graph.materializable_asset_keys}
        assert groups == {"analyse", "learn", "notify"}

    def test_the_definitions_load(self, world):
        dg.Definitions.validate_loadable(definitions(world))


class TestTheChecks:
    def test_a_paused_campaign_in_breach_is_named(self, world):
        world["marts"].paused_after_reading = {"8"}
        check = checks_of(run(world))["no_breach_on_a_paused_campaign"]
        assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert check.description == "not active: account 1 campaign 8 (cpa_above)"

    def test_a_breach_within_its_limit_is_named(self, world):
        wrong = replace(a_breach(low_ctr("7")), limit=Decimal("0.001"))
        world["decisions"].current_breaches = lambda: [wrong]
        check = checks_of(run(world))["every_breach_is_past_its_limit"]
        assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
        assert check.description == "within the limit after all: account 1 campaign 7 (ctr_below)"


class TestTheAnomalies:
    def test_every_account_is_followed_and_what_is_open_is_shown(self, world):
        world["anomalies"] = FakeAnomalies(an_anomaly("7"), an_anomaly("8", kind="cpm_rise"), waiting=1)
        result = run(world)
        told = metadata_of(result, "analysis/anomalies")
        assert world["anomalies"].asked == ["1"]
        assert (told["accounts"], told["open"], told["kinds"]) == (1, 2, {"cpm_rise": 1, "delivery_stop": 1})
        assert "| 1 | 8 | cpm\\_rise | critical |" in told["table"]
        assert metadata_of(result, "ops/alerts")["of_anomalies"] == 1

    def test_readings_that_changed_no_mart_are_judged_all_the_same(self, world):
        world["anomalies"].unread = 1
        context = dg.build_sensor_context(resources={key: world[key] for key in ("anomalies", "clock")})
        request = sensors.detect_after_new_readings(context)
        assert request.tags["fbads/accounts_behind"] == "1"
        assert sensors.detect_after_new_readings.default_status == dg.DefaultSensorStatus.RUNNING
        result = run(world, "detect")
        keys = [one.asset_key.to_user_string() for one in result.get_asset_materialization_events()]
        assert keys == ["analysis/anomalies", "ops/alerts", "ops/deliveries"]
        world["anomalies"].unread = 0
        assert isinstance(sensors.detect_after_new_readings(context), dg.SkipReason)

    @pytest.mark.parametrize(
        "wrong", [{"low": float("nan")}, {"message": message("anomalies.hours", count=Decimal("nan"))}]
    )
    def test_an_anomaly_without_numbers_is_named(self, world, wrong):
        world["anomalies"] = FakeAnomalies(an_anomaly("7"), an_anomaly("8", **wrong))
        check = checks_of(run(world))["every_anomaly_has_finite_numbers"]
        assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
        assert check.description == "no finite numbers: account 1 campaign 8 (delivery_stop)"

    def test_an_open_anomaly_on_a_paused_campaign_is_named(self, world):
        world["anomalies"], world["marts"].paused = FakeAnomalies(an_anomaly("7"), an_anomaly("8")), {"8"}
        check = checks_of(run(world))["no_anomaly_on_a_paused_campaign"]
        assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert check.description == "not active: account 1 campaign 8 (delivery_stop)"


class TestTheScores:
    def test_one_that_does_not_add_up_is_named(self, world):
        performance = world["performance"]
        honest = performance.current_scores
        performance.current_scores = lambda *given, **named: [
            one._replace(points={**one.points, "health": 99.0}) if one.campaign_id == "9" else one
            for one in honest(*given, **named)
        ]
        check = checks_of(run(world))["every_score_adds_up"]
        assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
        assert check.description == "does not add up: account 1 campaign 9"

    def test_the_night_keeps_a_model_per_account_and_shows_it(self, world):
        run(world)
        result = run(world, "learn")
        models = metadata_of(result, "analysis/models")
        assert (models["accounts"], models["promoted"]) == (1, 1)
        assert "the same as the one in use" in models["table"]
        assert models["maturity"].startswith("![](data:image/png;base64,")
        assert metadata_of(result, "analysis/suggestion_outcomes")["rows_changed"] == 0
        assert checks_of(result)["every_account_has_a_model"].passed
        assert schedules.learn_nightly.default_status == dg.DefaultScheduleStatus.RUNNING

    def test_scores_without_a_model_are_named(self, world):
        run(world)
        world["performance"].save_model = lambda kept, now: None
        world["performance"].models.clear()
        check = checks_of(run(world, "learn"))["every_account_has_a_model"]
        assert (check.passed, check.description) == (False, "without a model: 1")


class TestTheSensor:
    def tick(self, world, instance, cursor=None):
        context = dg.build_sensor_context(instance, cursor=cursor, resources={"marts": world["marts"]})
        return sensors.review_after_marts_refresh(context), context.cursor

    @pytest.fixture
    def instance(self):
        with dg.DagsterInstance.ephemeral() as instance:
            yield instance

    def test_it_runs_by_itself_every_five_seconds(self):
        assert sensors.review_after_marts_refresh.default_status == dg.DefaultSensorStatus.RUNNING
        assert sensors.review_after_marts_refresh.minimum_interval_seconds == 5
        assert sensors.review_after_marts_refresh.job_name == "review"

    def test_new_marts_ask_for_one_review(self, world, instance):
        request, cursor = self.tick(world, instance, "2")
        assert (request.run_key, cursor) == ("marts-3", "3")

    def test_the_same_marts_are_skipped_with_the_reason(self, world, instance):
        skip, cursor = self.tick(world, instance, "3")
        assert skip.skip_message == "the marts are still at version 3, which has been reviewed"
        assert cursor == "3"

    def test_a_lost_cursor_asks_with_the_same_key(self, world, instance):
        assert self.tick(world, instance)[0].run_key == self.tick(world, instance)[0].run_key == "marts-3"

    def test_marts_that_were_never_published_are_skipped(self, world, instance):
        world["marts"].number = 0
        assert self.tick(world, instance)[0].skip_message == "the marts have not been published yet: nothing to review"

    @pytest.mark.parametrize(
        "outage",
        [
            DatabaseUnreachable("the database at 127.0.0.1:5432/fbads does not let us in (refused)"),
            sa.exc.OperationalError("select 1", {"p": "secret"}, Exception("the server closed the connection")),
        ],
    )
    def test_a_database_that_is_away_is_a_reason_to_skip(self, world, instance, outage):
        world["marts"].fails = outage
        skip, cursor = self.tick(world, instance, "2")
        assert skip.skip_message.startswith("skipped, the database is away: the ")
        assert "secret" not in skip.skip_message
        assert cursor == "2", "it is looked at again"

    def test_a_fault_of_ours_is_no_outage(self, world, instance):
        world["marts"].fails = sa.exc.ProgrammingError("select 1", {}, Exception("no such column"))
        with pytest.raises(sa.exc.ProgrammingError):
            self.tick(world, instance)
