"""Scores, models and outcomes in a real PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.recommendations.reviews import PostgresReviews
from fbads_pipeline.adapters.postgres.scoring.performance import PostgresPerformance
from fbads_pipeline.domain.recommendations.model.fitting import fit_model
from fbads_pipeline.domain.recommendations.new_suggestions import SuggestionChanges
from fbads_pipeline.domain.recommendations.proposals import POSTERIOR, proposals
from fbads_pipeline.domain.recommendations.targets import SettingsTargets
from fbads_pipeline.domain.scoring.account_performance import EffectFollowUp, FittedModel
from fbads_pipeline.services.recommendations.learn_models import follow_suggestions
from fbads_pipeline.services.scoring.score_campaigns import score_account
from fbads_pipeline_tests.support.fake_performance import TODAY, a_performance, same_target
from fbads_pipeline_tests.support.fakes import FakeMarts, FixedClock, PlainLimits, an_account
from fbads_pipeline_tests.support.sample_marts import SampleMarts

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
YESTERDAY = date(2026, 11, 22)
RULES = ("ctr_below", "cpa_above", POSTERIOR)


@pytest.fixture
def world(migrated_engine):
    made = SampleMarts(migrated_engine)
    made.account("1")
    made.campaign("7", objective="OUTCOME_SALES")
    made.days("7", YESTERDAY, count=40, spend="100.10", conversions="5")
    made.publish()
    return made


@pytest.fixture
def performance(migrated_engine):
    return PostgresPerformance(migrated_engine)


def budget(world, amount, at, campaign="7", adset=None):
    table, names, more = ("campaign_history", "", "") if adset is None else ("adset_history", ", adset_id", ", :adset")
    world.execute(
        f"insert into marts.{table} (account_id, campaign_id, effective_status, daily_budget, valid_from{names})"
        f" values ('1', :campaign, 'ACTIVE', :amount, :at{more})",
        **{"campaign": campaign, "amount": amount, "at": at} | ({"adset": adset} if adset else {}),
    )


def edit(world, event, old, at, object_id="7", account="1"):
    world.execute(
        "insert into raw.activities (account_id, event_id, event_at, event_type, object_id, extra, collected_at)"
        " values (:account, :id, :at, :event, :object, cast(:extra as jsonb), :at)",
        account=account, id=f"{event}{at}", at=at, event=event, object=object_id, extra=old,
    )  # fmt: skip


def found_of(version=3, **changes):
    """A review of three campaigns; without the reallocation between them, but for tests of that."""
    seen = a_performance(version=version)
    found = score_account(seen, same_target(seen), fit_model(seen.history, today=seen.today), {"7"})
    return replace(found, **{"reallocation": None, **changes})


class TestReading:
    def test_the_days_before_today_in_the_accounts_own_currency(self, world, performance):
        world.execute("update marts.campaign_daily set currency = 'USD' where day < '2026-11-01'")
        seen = performance.read("1", now=NOW)
        assert (seen.today, seen.currency, seen.marts_version) == (TODAY, "BRL", 1)
        assert list(seen.history["date"].dt.date) == [date(2026, 11, 1) + timedelta(days=one) for one in range(22)]
        last = seen.history.iloc[-1]
        assert (last["campaign_id"], last["spend"], last["conversions"], last["status"]) == ("7", 100.1, 5, "ACTIVE")
        assert seen.objectives == {"7": "OUTCOME_SALES"}

    def test_ids_are_text_and_null_is_not_zero(self, world, performance):
        world.campaign("00123456789012345678901")
        world.days("00123456789012345678901", YESTERDAY, count=1, conversions=None)
        row = performance.read("1", now=NOW).history.iloc[0]
        assert row["campaign_id"] == "00123456789012345678901"
        assert row[["conversions", "daily_budget"]].isna().all()

    def test_days_that_were_never_read_are_named_and_their_rows_left_out(self, world, performance):
        gaps = [date(2026, 11, 3), date(2026, 11, 4)]
        world.unread(*gaps)
        seen = performance.read("1", now=NOW)
        assert seen.unread >= set(gaps)
        assert not set(seen.history["date"].dt.date) & set(gaps)
        assert seen.is_assessable
        world.unread(YESTERDAY)
        assert not performance.read("1", now=NOW).is_assessable

    def test_a_day_without_any_reading_is_unread(self, world, performance):
        world.execute("delete from marts.day_coverage where day = '2026-11-20'")
        assert date(2026, 11, 20) in performance.read("1", now=NOW).unread

    def test_the_change_log_tells_the_budgets_before_the_first_reading(self, world, performance):
        budget(world, 120, datetime(2026, 11, 20, 12, tzinfo=UTC))
        edit(
            world,
            "update_campaign_budget",
            '{"old_value": 9000, "new_value": 12000}',
            datetime(2026, 11, 10, 12, tzinfo=UTC),
        )
        edit(
            world,
            "update_campaign_budget",
            '{"old_value": {"old_value": "5000"}}',
            datetime(2026, 10, 30, 12, tzinfo=UTC),
        )
        edit(world, "update_campaign_budget", '{"old_value": "many"}', datetime(2026, 11, 11, 12, tzinfo=UTC))
        edit(
            world,
            "update_campaign_budget",
            '{"old_value": 7, "budget_type": "lifetime_budget"}',
            datetime(2026, 11, 12, 12, tzinfo=UTC),
        )
        history = performance.read("1", now=NOW).history
        known = dict(zip(history["date"].dt.date, history["daily_budget"], strict=True))
        days = [date(2026, 10, 29), date(2026, 10, 30), date(2026, 11, 9), date(2026, 11, 10), YESTERDAY]
        assert [known[day] for day in days] == [50, 90, 90, 120, 120]

    def test_ad_sets_budgets_add_up(self, world, performance):
        budget(world, None, datetime(2026, 11, 1, 12, tzinfo=UTC))
        for name, amount in (("a", 10), ("b", 15)):
            budget(world, amount, datetime(2026, 11, 1, 12, tzinfo=UTC), adset=name)
        assert performance.read("1", now=NOW).history["daily_budget"].iloc[-1] == 25

    def test_an_account_without_figures_or_currency_is_none(self, world, performance):
        world.account("2")
        world.execute("insert into marts.accounts (account_id, name) values ('3', 'new')")
        assert [performance.read(one, now=NOW) for one in ("2", "3", "4")] == [None] * 3

    def test_what_stands_in_the_way_is_read_too(self, world, performance):
        world.execute(
            "insert into marts.adsets (account_id, campaign_id, effective_status, learning_status)"
            " values ('1', '7', 'ACTIVE', 'LEARNING')"
        )
        assert performance.read("1", now=NOW).withheld == {"7": "learning"}


def with_adsets(world):
    """A campaign whose budget is its two ad sets' own: one converts at 10, the other at 200; a third spends a lifetime
    budget and converts at 200 too."""
    world.read("1", date(2026, 8, 1), date(2026, 12, 31), level="adset")
    for adset, made, daily, lifetime in (("71", 10, 100, None), ("72", 0.5, 100, None), ("73", 0.5, None, 5000)):
        world.execute(
            "insert into marts.adsets (account_id, campaign_id, adset_id, name, effective_status, daily_budget,"
            " lifetime_budget) values ('1', '7', :adset, :name, 'ACTIVE', :daily, :lifetime)",
            adset=adset, name=f"Conjunto {adset}", daily=daily, lifetime=lifetime,
        )  # fmt: skip
        if daily:
            budget(world, daily, datetime(2026, 9, 1, tzinfo=UTC), adset=adset)
        world.execute(
            "insert into marts.adset_daily select '1', '7', :adset, day::date, 'BRL', 8000, 100, 100, :made"
            " from generate_series(date '2026-10-10', date '2026-11-22', interval '1 day') as day",
            adset=adset, made=made,
        )  # fmt: skip


class TestAdsets:
    def test_scores_and_suggestions_are_the_ad_sets_where_the_budget_is_theirs(self, world, performance):
        with_adsets(world)
        seen = performance.read("1", now=NOW)
        assert seen.adsets.campaigns == {"71": "7", "72": "7", "73": "7"}
        found = score_account(seen, same_target(seen), fit_model(seen.history, today=seen.today))
        assert {one.campaign_id: one.action for one in found.adsets.proposals} == {
            "71": "BUDGET_UP", "72": "PAUSE", "73": "PAUSE",
        }  # fmt: skip
        assert not [one for one in found.proposals if one.action != "PAUSE"], "the campaign has no budget to change"
        performance.save(found, now=NOW)
        totals = dict(world.rows("select adset_id, total from analysis.adset_scores"))
        assert totals["71"] > totals["72"]
        made = proposals((), performance.current_verdicts(), performance.current_withheld())
        assert {(one.campaign_id, one.adset_id, one.kind) for one in made.suggestions if one.adset_id} == {
            ("7", "71", "BUDGET_UP"), ("7", "72", "PAUSE"), ("7", "73", "PAUSE"),
        }  # fmt: skip
        reviews = PostgresReviews(performance._engine)
        changes = reviews.open_suggestions(made.suggestions, now=NOW, answered=RULES)
        assert changes.opened == len(made.suggestions) >= 3
        assert reviews.open_suggestions(made.suggestions, now=NOW, answered=RULES).opened == 0
        assert performance.read("1", now=NOW).adsets.pending == {"71": "BUDGET_UP", "72": "PAUSE", "73": "PAUSE"}
        (entity,) = {
            row[0] for row in world.rows(
                "select details -> 'entity' ->> 'type' from ops.audit_log where details -> 'entity' ->> 'id' = '72'"
            )
        }  # fmt: skip
        assert entity == "adset"

    def test_days_that_were_not_read_at_that_level_leave_its_ad_sets_without_scores(self, world, performance):
        with_adsets(world)
        world.execute("update marts.day_coverage set is_read = false where level = 'adset' and day > '2026-11-18'")
        seen = performance.read("1", now=NOW)
        found = score_account(seen, same_target(seen), fit_model(seen.history, today=seen.today))
        assert found.adsets.proposals == []
        assert {one.why_not for one in found.adsets.scores} == {"not read"}

    def test_a_paused_campaign_needs_no_pause_of_its_ad_sets(self, world, performance):
        with_adsets(world)
        seen = performance.read("1", now=NOW)
        target = dict.fromkeys(same_target(seen), 2.0)
        performance.save(score_account(seen, target, fit_model(seen.history, today=seen.today)), now=NOW)
        made = proposals((), performance.current_verdicts(), performance.current_withheld())
        assert [(one.campaign_id, one.adset_id, one.kind) for one in made.suggestions] == [("7", "", "PAUSE")]


class TestSaving:
    def test_scores_add_up_in_the_database_too(self, performance, world):
        assert performance.save(found_of(), now=NOW) == 3
        rows = world.rows(
            "select campaign_id, total, total - 50 - efficiency_points - trend_points - attention_points"
            " - delivery_points - health_points from analysis.scores order by 1"
        )
        assert [(name, float(rest)) for name, _, rest in rows] == [("7", 0.0), ("8", 0.0), ("9", 0.0)]
        with pytest.raises(sa.exc.IntegrityError, match="check"):
            world.execute("update analysis.scores set total = total + 0.1")

    def test_the_same_again_writes_nothing(self, performance, world):
        performance.save(found_of(), now=NOW)
        everything = "select * from analysis.scores union all select * from analysis.scores order by campaign_id"
        before = world.rows(everything), world.rows("select *, xmin::text from analysis.trends order by 2, 3")
        assert performance.save(found_of(version=4), now=NOW + timedelta(hours=1)) == 0
        assert (world.rows(everything), world.rows("select *, xmin::text from analysis.trends order by 2, 3")) == before

    def test_older_marts_never_overwrite_newer_ones(self, performance):
        performance.save(found_of(version=5), now=NOW)
        older = found_of(version=4, proposals=[], target_cpa=same_target(a_performance(), 10.0))
        assert performance.save(older, now=NOW) == 0
        assert [one.marts_version for one in performance.current_verdicts()] == [5, 5, 5]

    def test_verdicts_are_those_of_the_last_review(self, performance):
        found = found_of()
        performance.save(found, now=NOW)
        kinds = [(one.campaign_id, one.kind, one.is_proposed) for one in performance.current_verdicts()]
        assert kinds == [("7", "BUDGET_UP", True), ("7", "PAUSE", False), ("9", "PAUSE", True)]
        up = performance.current_verdicts()[0]
        assert (up.effect_low, up.effect_high) == found.proposals[0].effect
        assert up.evidence == found.proposals[0].evidence
        performance.save(replace(found, marts_version=4, proposals=[], for_breaches=[]), now=NOW)
        assert performance.current_verdicts() == []

    def test_the_newest_score_of_each_campaign(self, performance):
        performance.save(found_of(day=YESTERDAY - timedelta(days=1)), now=NOW)
        performance.save(found_of(), now=NOW)
        scores = performance.current_scores(["1"], since=YESTERDAY - timedelta(days=7))
        assert [(one.campaign_id, one.day) for one in scores] == [(one, YESTERDAY) for one in ("7", "8", "9")]
        assert performance.current_scores(["1"], since=TODAY) == []
        assert performance.current_scores(["2"], since=YESTERDAY) == []

    def test_a_disk_of_nulls_leaves_no_trace(self, performance, world):
        broken = found_of()
        bad = replace(broken.scores[0], certainty=None)
        with pytest.raises(Exception, match="certainty"):
            performance.save(replace(broken, scores=[bad, *broken.scores[1:]]), now=NOW)
        assert world.rows("select count(*) from analysis.scores") == [(0,)]
        assert world.rows("select count(*) from analysis.trends") == [(0,)]


class TestModels:
    def test_one_is_in_use_and_every_version_can_be_read(self, performance):
        seen = a_performance()
        old = fit_model(seen.history[:-20], today=TODAY)
        new = fit_model(seen.history, today=TODAY)
        assert performance.model("1") is None
        performance.save_model(FittedModel("1", old, True, "first"), now=NOW)
        performance.save_model(FittedModel("1", new, True, "better"), now=NOW)
        assert performance.model("1") == new
        assert performance.model("1", old.version) == old
        performance.save_model(FittedModel("1", old, False, "worse"), now=NOW)
        assert performance.model("1") == new
        assert performance.model("1").version == new.version


class TestInTheInbox:
    def open_(self, decisions, performance, now=NOW):
        return decisions.open_suggestions(
            proposals([], performance.current_verdicts()).suggestions, now=now, answered=RULES
        )

    def test_a_proposal_opens_with_its_promise_and_is_said_once(self, migrated_engine, performance, world):
        decisions = PostgresReviews(migrated_engine)
        performance.save(found_of(), now=NOW)
        assert self.open_(decisions, performance) == SuggestionChanges(opened=2)
        assert self.open_(decisions, performance) == SuggestionChanges()
        columns = "campaign_id, kind, rules, factor, effect_low < effect_expected, p_better > .8, note is not null"
        assert world.rows(f"select {columns} from ops.suggestions order by 1") == [
            ("7", "BUDGET_UP", ["posterior"], 1.2, True, True, True),
            ("9", "PAUSE", ["posterior"], 0.0, True, True, True),
        ]

    def test_a_reallocation_is_one_suggestion_of_the_account_with_its_moves(self, migrated_engine, performance, world):
        seen = a_performance()
        found = score_account(seen, same_target(seen), fit_model(seen.history, today=seen.today))
        assert {one.campaign_id for one in found.reallocation.moves} == {"7", "8"}, "what is to be paused takes no part"
        performance.save(replace(found, proposals=[]), now=NOW)
        assert self.open_(PostgresReviews(migrated_engine), performance) == SuggestionChanges(opened=1)
        ((kind, campaign, moves, after),) = world.rows(
            "select kind, campaign_id, evidence -> 'moves', effect_low < effect_expected from ops.suggestions"
        )
        assert (kind, campaign, after) == ("REALLOCATE", "", True)
        total = sum(one["new_budget"] - one["budget"] for one in moves)
        assert abs(total) < 0.02 * len(moves) and {one["campaign_id"] for one in moves} == {"7", "8"}
        (entity,) = world.rows("select details -> 'entity' ->> 'type' from ops.audit_log")
        assert entity == ("account",)

    def test_figures_that_move_within_the_day_leave_its_version_alone(self, migrated_engine, performance, world):
        decisions = PostgresReviews(migrated_engine)
        performance.save(found_of(), now=NOW)
        self.open_(decisions, performance)
        moved = [replace(one, p_better=0.9, evidence={**one.evidence, "p_better": 0.9}) for one in found_of().proposals]
        performance.save(found_of(version=4, proposals=moved), now=NOW)
        assert self.open_(decisions, performance) == SuggestionChanges()
        performance.save(found_of(version=5, day=TODAY), now=NOW)
        assert self.open_(decisions, performance) == SuggestionChanges(renewed=2)
        assert world.rows("select distinct version from ops.suggestions") == [(2,)]

    def test_one_that_is_no_longer_so_expires(self, migrated_engine, performance, world):
        decisions = PostgresReviews(migrated_engine)
        performance.save(found_of(), now=NOW)
        self.open_(decisions, performance)
        assert performance.read("1", now=NOW).pending == {"7": "BUDGET_UP", "9": "PAUSE"}
        performance.save(found_of(version=4, proposals=[]), now=NOW)
        assert self.open_(decisions, performance) == SuggestionChanges(expired=2)

    def test_what_came_of_an_accepted_one_is_a_table(self, migrated_engine, performance, world):
        world.campaign("9")
        world.days("9", YESTERDAY - timedelta(days=9), count=30, spend="500", conversions="3")
        performance.save(found_of(), now=NOW)
        self.open_(PostgresReviews(migrated_engine), performance)
        world.execute(
            "update ops.suggestions set status = 'ACCEPTED', updated_at = :at where campaign_id = '9'",
            at=NOW - timedelta(days=10),
        )
        world.execute("update ops.suggestions set status = 'REJECTED' where campaign_id = '7'")
        marts = FakeMarts(accounts=[an_account("1")])
        (decided,) = performance.promised_effects("1")
        assert (decided.campaign_id, decided.decided_on) == ("9", date(2026, 11, 13))
        assert follow_suggestions(marts, performance, FixedClock(), SettingsTargets(PlainLimits())) == 1
        assert world.rows("select state, is_hit, currency from analysis.suggestion_outcomes") == [
            ("judged", True, "BRL")
        ]
        assert performance.hit_rates() == [{"kind": "PAUSE", "followed": 1, "judged": 1, "hits": 1, "hit_rate": 1.0}]
        assert performance.promised_effects("1") == []

    def test_one_that_waits_is_looked_at_again(self, performance, migrated_engine, world):
        performance.save(found_of(), now=NOW)
        self.open_(PostgresReviews(migrated_engine), performance)
        world.execute("update ops.suggestions set status = 'ACCEPTED', updated_at = :at where kind = 'PAUSE'", at=NOW)
        decided = performance.promised_effects("1")
        assert performance.save_outcomes([EffectFollowUp(one, "waiting") for one in decided], now=NOW) == 1
        assert performance.promised_effects("1") == decided
        assert performance.save_outcomes([EffectFollowUp(one, "not carried out") for one in decided], now=NOW) == 1
        assert performance.promised_effects("1") == []
