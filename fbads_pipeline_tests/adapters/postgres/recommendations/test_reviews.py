"""Breaches, suggestions and messages on a real PostgreSQL: written once, renewed when they changed, never lost."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit
from fbads_pipeline.adapters.postgres.recommendations.reviews import PostgresReviews
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core.messages import to_json
from fbads_pipeline.domain.recommendations.inbox.observations import observation_of
from fbads_pipeline.domain.recommendations.new_suggestions import Promise, SuggestionChanges, from_breaches
from fbads_pipeline.domain.recommendations.suggestion_messages import compose_suggestions
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES, NOW, a_breach, a_suggestion, high_cpa, low_ctr
from fbads_pipeline_tests.support.rendering import text_of
from fbads_pipeline_tests.support.sample_marts import SampleMarts

YESTERDAY = date(2026, 11, 22)
TO = [Recipient("slack", "C1"), Recipient("dry_run", "stderr")]
NOTHING = SuggestionChanges()


@pytest.fixture
def world(migrated_engine):
    world = SampleMarts(migrated_engine)
    world.account("1")
    world.account("2", zone="Asia/Tokyo")
    return world


@pytest.fixture
def decisions(world):
    return PostgresReviews(world.engine)


def save(decisions, *breaches, day=YESTERDAY, version=3, accounts=("1",), at=NOW):
    return decisions.save_breaches(breaches, reviewed=dict.fromkeys(accounts, day), marts_version=version, found_at=at)


def open_(decisions, *suggestions, now=NOW, **others):
    return decisions.open_suggestions(suggestions, now=now, **others)


def announce(decisions, now=NOW, recipients=TO):
    return decisions.announce(compose=compose_suggestions, recipients=recipients, now=now)


def suggestions(world, columns="campaign_id, status, version"):
    return world.rows(f"select {columns} from ops.suggestions order by created_at, campaign_id")


def everything(world):
    """Every row of the schemas with its physical address: a row that was rewritten has moved."""
    tables = (
        "analysis.reviews",
        "analysis.breaches",
        "analysis.observations",
        "ops.audit_log",
        "ops.suggestions",
        "ops.alerts",
        "ops.deliveries",
    )
    return {
        table: world.rows(f"select xmin::text, ctid::text, t::text from {table} as t order by 3") for table in tables
    }


class TestBreaches:
    def test_they_come_back_as_they_were_found(self, decisions):
        found = [a_breach(low_ctr()), a_breach(high_cpa(), "cpa_above"), a_breach(high_cpa("8"), "cpa_above")]
        none = replace(found[2], window=replace(found[2].window, campaign_id="9", cpa=None), observed=None)
        assert save(decisions, *found, none) == 4
        assert decisions.current_breaches() == [*found, none]

    def test_every_digit_is_kept(self, decisions):
        window = low_ctr(spend="12345678901234567.123456789", name="Zé 'x' \U0001f680")
        save(decisions, a_breach(window))
        assert decisions.current_breaches()[0].window.spend == Decimal("12345678901234567.123456789")
        assert decisions.current_breaches()[0].window.campaign_name == "Zé 'x' \U0001f680"

    def test_the_same_again_writes_nothing(self, decisions, world):
        save(decisions, a_breach())
        before = everything(world)
        assert save(decisions, a_breach(), at=NOW + timedelta(hours=1)) == 0
        assert everything(world) == before

    def test_the_same_figures_of_newer_marts_keep_the_state_in_which_they_first_stood(self, decisions):
        save(decisions, a_breach())
        newer = a_breach(replace(low_ctr(), marts_version=4))
        assert save(decisions, newer, version=4) == 0
        assert decisions.current_breaches()[0].window.marts_version == 3
        changed = a_breach(replace(low_ctr(clicks=60), marts_version=5))
        assert save(decisions, changed, version=5) == 1
        assert decisions.current_breaches() == [changed]

    def test_what_is_no_breach_any_more_is_gone(self, decisions):
        save(decisions, a_breach(low_ctr("7")), a_breach(low_ctr("8")))
        assert save(decisions, a_breach(low_ctr("8"))) == 1
        assert [one.window.campaign_id for one in decisions.current_breaches()] == ["8"]
        save(decisions)
        assert decisions.current_breaches() == []

    def test_older_days_stay_as_history(self, decisions, world):
        save(decisions, a_breach())
        save(decisions, day=YESTERDAY + timedelta(days=1), version=4)
        assert decisions.current_breaches() == []
        assert world.rows("select day from analysis.breaches") == [(YESTERDAY,)]

    def test_a_slow_review_does_not_overwrite_a_fresh_one(self, decisions):
        save(decisions, a_breach(low_ctr(clicks=50)), version=5)
        assert save(decisions, version=4) == 0
        assert save(decisions, day=YESTERDAY - timedelta(days=1), version=9) == 0
        assert len(decisions.current_breaches()) == 1

    def test_an_account_that_the_marts_lost_is_forgotten(self, decisions):
        save(decisions, a_breach(low_ctr(account_id="2")), a_breach(), accounts=("1", "2"))
        save(decisions, a_breach())
        assert [one.window.account_id for one in decisions.current_breaches()] == ["1"]


class TestSuggestions:
    def test_they_open_once(self, decisions, world):
        assert open_(decisions, a_suggestion("7"), a_suggestion("8")) == SuggestionChanges(opened=2)
        before = everything(world)
        assert open_(decisions, a_suggestion("7"), a_suggestion("8"), now=NOW + timedelta(hours=1)) == NOTHING
        assert everything(world) == before, "not even updated_at moves"

    def test_they_say_what_they_rest_on(self, decisions, world):
        one = a_suggestion()
        open_(decisions, one)
        columns = "kind, confidence, rules, reason, evidence, day, marts_version, expires_at"
        kept = (one.kind, "low", ["ctr_below"], to_json(one.reason), one.evidence, one.day, 3)
        assert suggestions(world, columns) == [(*kept, NOW + timedelta(days=7))]

    def test_new_evidence_renews_and_counts_up(self, decisions, world):
        open_(decisions, a_suggestion())
        assert open_(decisions, a_suggestion(clicks=60)) == SuggestionChanges(renewed=1)
        assert suggestions(world) == [("7", "PENDING", 2)]

    def test_newer_marts_with_the_same_figures_are_no_new_evidence(self, decisions, world):
        one = a_suggestion()
        open_(decisions, one)
        same = replace(one, marts_version=9, evidence={**one.evidence, "marts_version": 9})
        assert open_(decisions, same) == NOTHING
        assert suggestions(world, "version, marts_version") == [(1, 3)]

    def test_one_whose_breach_is_gone_expires(self, decisions, world):
        open_(decisions, a_suggestion("7"), a_suggestion("8"))
        assert open_(decisions, a_suggestion("8")) == SuggestionChanges(expired=1)
        assert suggestions(world) == [("7", "EXPIRED", 2), ("8", "PENDING", 1)]
        assert open_(decisions, a_suggestion("7"), a_suggestion("8")) == SuggestionChanges(opened=1), "it is back"

    def test_other_rules_answer_for_their_own(self, decisions, world):
        open_(decisions, a_suggestion("7"))
        world.execute("update ops.suggestions set kind = 'BUDGET_UP', rules = '{posterior}'")
        assert open_(decisions) == NOTHING

    def test_one_older_than_seven_days_expires_and_is_proposed_anew(self, decisions, world):
        open_(decisions, a_suggestion())
        assert open_(decisions, a_suggestion(), now=NOW + timedelta(days=6, hours=23)) == NOTHING
        changes = open_(decisions, a_suggestion(), now=NOW + timedelta(days=7))
        assert changes == SuggestionChanges(opened=1, expired=1)
        assert open_(decisions, a_suggestion(), now=NOW + timedelta(days=7)) == NOTHING

    @pytest.mark.parametrize("status", ["REJECTED", "ACCEPTED", "APPLIED", "FAILED"])
    def test_what_a_person_decided_is_not_proposed_again_for_seven_days(self, decisions, world, status):
        open_(decisions, a_suggestion())
        decided_at = NOW + timedelta(days=1)
        world.execute(f"update ops.suggestions set status = '{status}', updated_at = :at", at=decided_at)
        assert open_(decisions, a_suggestion(), now=NOW + timedelta(days=7, hours=23)) == NOTHING
        assert open_(decisions, a_suggestion(), now=decided_at + timedelta(days=7)) == SuggestionChanges(opened=1)
        assert suggestions(world, "status") == [(status,), ("PENDING",)]

    @pytest.mark.parametrize("status", ["REJECTED", "ACCEPTED", "EXPIRED"])
    def test_what_is_closed_is_never_touched_again(self, decisions, world, status):
        open_(decisions, a_suggestion())
        world.execute(f"update ops.suggestions set status = '{status}'")
        before = suggestions(world, "suggestion_id, status, version, reason, updated_at")
        open_(decisions, a_suggestion(clicks=50), now=NOW + timedelta(days=8))
        assert suggestions(world, "suggestion_id, status, version, reason, updated_at")[:1] == before
        assert announce(decisions, NOW + timedelta(days=8)) == 1, "what opened anew, and nothing else"
        assert world.rows("select jsonb_array_length(facts -> 'suggestions') from ops.alerts") == [(1,)]

    def test_the_same_campaign_id_in_two_accounts_is_two(self, decisions):
        assert open_(decisions, a_suggestion("7", "1"), a_suggestion("7", "2")) == SuggestionChanges(opened=2)


def estimated(campaign_id, expected, low=1.0, account_id="1", p_better=0.9):
    promise = Promise(0.0, low, expected, expected + 100, p_better, "m1")
    return replace(a_suggestion(campaign_id, account_id), promise=promise)


def observed(campaign_id="7", against="learning", account_id="1", **figures):
    return observation_of([a_breach(low_ctr(campaign_id, account_id, **figures))], against)


def audit(world):
    return world.rows("select action, subject, details from ops.audit_log order by seq")


class TestPresenting:
    """At most what a person decides in a day is shown per account; the rest waits, the greatest gain first."""

    def test_the_rest_waits_and_nobody_is_told_of_it(self, decisions, world):
        found = [*(estimated(str(n), 100.0 * n) for n in range(1, 4)), a_suggestion("8"), a_suggestion("9", "2")]
        open_(decisions, *found, most=2)
        columns = "campaign_id, rank, status, version"
        assert world.rows(f"select {columns} from ops.suggestions order by account_id, rank") == [
            ("3", 1, "PENDING", 1),
            ("2", 2, "PENDING", 1),
            ("1", 3, "WAITING", 1),
            ("8", 4, "WAITING", 1),
            ("9", 1, "PENDING", 1),
        ]
        announce(decisions)
        (facts, body), _ = world.rows("select facts, body from ops.alerts order by account_id")
        assert [one["campaign_id"] for one in facts["suggestions"]] == ["3", "2"]
        assert "Mais 2 sugestões aguardam a sua vez." in text_of(body)

    def test_a_greater_gain_takes_the_place_of_a_smaller_one(self, decisions, world):
        open_(decisions, estimated("1", 10.0), most=1)
        open_(decisions, estimated("1", 10.0), estimated("2", 20.0), most=1)
        assert suggestions(world, "campaign_id, status, rank") == [("1", "WAITING", 2), ("2", "PENDING", 1)]

    def test_what_was_decided_today_counts_and_tomorrow_there_is_room(self, decisions, world):
        found = [estimated(str(n), 100.0 * n) for n in range(1, 4)]
        open_(decisions, *found, most=1)
        world.execute(
            "update ops.suggestions set status = 'REJECTED', decided_at = :at where campaign_id = '3'", at=NOW
        )
        open_(decisions, *found[:2], most=1)
        assert suggestions(world, "campaign_id, status") == [("1", "WAITING"), ("2", "WAITING"), ("3", "REJECTED")]
        open_(decisions, *found[:2], now=NOW + timedelta(days=1), most=1)
        assert suggestions(world, "campaign_id, status") == [("1", "WAITING"), ("2", "PENDING"), ("3", "REJECTED")]

    def test_a_snoozed_one_leaves_its_place_to_the_next(self, decisions, world):
        found = [estimated(str(n), 100.0 * n) for n in (1, 2)]
        open_(decisions, *found, most=1)
        world.execute(
            "update ops.suggestions set snoozed_until = :until where campaign_id = '2'", until=NOW + timedelta(hours=5)
        )
        open_(decisions, *found, most=1)
        assert suggestions(world, "campaign_id, status") == [("1", "PENDING"), ("2", "PENDING")]

    def test_one_that_waits_is_renewed_and_expires_like_any_other(self, decisions, world):
        open_(decisions, a_suggestion("7"), a_suggestion("8"), most=1)
        assert open_(decisions, a_suggestion("7"), a_suggestion("8", clicks=60), most=1) == SuggestionChanges(renewed=1)
        assert open_(decisions, a_suggestion("7"), most=1) == SuggestionChanges(expired=1)

    def test_the_same_again_writes_nothing(self, decisions, world):
        found = [estimated(str(n), 100.0 * n) for n in range(1, 4)]
        open_(decisions, *found, observations=[observed("9")], most=2)
        before = everything(world)
        assert open_(decisions, *found, observations=[observed("9")], now=NOW + timedelta(hours=1), most=2) == NOTHING
        assert everything(world) == before


class TestObservations:
    def test_they_come_back_as_they_were_found_and_leave_with_their_reason(self, decisions, world):
        found = [observed("7"), observed("8", "anomaly")]
        assert open_(decisions, observations=found) == SuggestionChanges(observed=2)
        assert decisions.current_observations() == found
        assert open_(decisions, observations=found) == NOTHING
        changed = [observed("7", clicks=60)]
        assert open_(decisions, observations=changed) == SuggestionChanges(observed=1)
        assert decisions.current_observations() == changed

    def test_the_accounts_that_were_not_reviewed_keep_theirs_and_their_suggestions(self, decisions, world):
        theirs = observed("9", account_id="2")
        open_(decisions, a_suggestion("7"), a_suggestion("8", "2"), observations=[theirs])
        changes = open_(decisions, accounts=["1"])
        assert changes == SuggestionChanges(expired=1)
        assert decisions.current_observations() == [theirs]
        assert suggestions(world, "campaign_id, status") == [("7", "EXPIRED"), ("8", "PENDING")]

    def test_a_suggestion_whose_campaign_is_only_observed_is_superseded_and_says_why(self, decisions, world):
        open_(decisions, a_suggestion("7"))
        changes = open_(decisions, observations=[observed("7")])
        assert changes == SuggestionChanges(superseded=1, observed=1)
        ((status, version, closing),) = suggestions(world, "status, version, closing")
        assert (status, version) == ("SUPERSEDED", 2)
        assert text_of(closing).startswith("Passou a observação. De 16/11 a 22/11/2026 gastou")
        assert open_(decisions, a_suggestion("7")) == SuggestionChanges(opened=1), "it may be suggested again"

    def test_a_stored_one_that_contradicts_its_estimate_is_superseded_whatever_is_found(self, decisions, world):
        open_(decisions, estimated("7", 50.0), estimated("8", 50.0), estimated("9", 50.0, account_id="2"))
        world.execute("update ops.suggestions set p_better = 0.009 where campaign_id = '7'")
        world.execute("update ops.suggestions set effect_expected = -0.5, status = 'WAITING' where campaign_id = '9'")
        assert open_(decisions, estimated("8", 50.0), accounts=["1"]).superseded == 2
        assert suggestions(world, "campaign_id, status") == [
            ("7", "SUPERSEDED"),
            ("8", "PENDING"),
            ("9", "SUPERSEDED"),
        ]
        (reason,) = world.rows("select closing from ops.suggestions where campaign_id = '7'")[0]
        assert text_of(reason) == "A estimativa fala contra esta sugestão."


class TestAudit:
    def test_each_flag_is_an_entry_with_its_object_before_and_after(self, decisions, world):
        raised = replace(estimated("7", 50.0), kind="BUDGET_UP", evidence={"daily_budget": 100.0, "spend": 900.0})
        raised = replace(raised, promise=replace(raised.promise, factor=1.2))
        open_(decisions, raised, a_suggestion("8"), observations=[observed("9")])
        ids = dict(world.rows("select campaign_id, suggestion_id from ops.suggestions"))
        (up, pause, seen) = audit(world)
        assert [one[:2] for one in (up, pause, seen)] == [
            ("BUDGET_UP_SUGGESTED", ids["7"]),
            ("PAUSE_SUGGESTED", ids["8"]),
            ("CAMPAIGN_OBSERVED", "9"),
        ]
        assert {name: up[2][name] for name in ("entity", "before", "after", "basis")} == {
            "entity": {"type": "campaign", "id": "7"},
            "before": {"daily_budget": 100.0},
            "after": {"daily_budget": 120.0},
            "basis": "estimate",
        }
        assert (pause[2]["before"], pause[2]["after"], pause[2]["basis"]) == (
            {"status": "ACTIVE"},
            {"status": "PAUSED"},
            "rule",
        )
        assert seen[2]["before"] == seen[2]["after"] and seen[2]["against"] == "learning"
        assert PostgresAudit(world.engine).verify() == (3, None)

    def test_the_same_flag_is_entered_once_and_its_end_too(self, decisions, world):
        for _ in range(2):
            open_(decisions, a_suggestion("8"), observations=[observed("9")])
        open_(decisions, observations=[observed("8"), observed("9")])
        assert [one[0] for one in audit(world)] == [
            "PAUSE_SUGGESTED",
            "CAMPAIGN_OBSERVED",
            "SUGGESTION_SUPERSEDED",
            "CAMPAIGN_OBSERVED",
        ]
        assert (audit(world)[2][2]["before"], audit(world)[2][2]["after"]) == (
            {"status": "PENDING"},
            {"status": "SUPERSEDED"},
        )


class TestAnnouncing:
    def test_one_message_per_account_and_recipient(self, decisions, world):
        open_(decisions, a_suggestion("7"), a_suggestion("8"), a_suggestion("9", "2"))
        assert decisions.unannounced(now=NOW) == 2
        assert announce(decisions) == 2
        assert decisions.unannounced(now=NOW) == 0
        rows = world.rows("select account_id, rule, severity, window_start, title from ops.alerts order by 1")
        alerts = [(*row, text_of(title)) for *row, title in rows]
        assert alerts == [
            ("1", "breaches", "warning", date(2026, 11, 23), "Loja 1: 2 campanhas fora dos limites, R$ 200 gastos"),
            ("2", "breaches", "warning", date(2026, 11, 24), "Loja 2: 1 campanha fora dos limites, R$ 100 gastos"),
        ], "15:00 UTC is already tomorrow in Tokyo"
        deliveries = "select channel, recipient, state, attempts from ops.deliveries order by 1, 2"
        assert world.rows(deliveries) == [("dry_run", "stderr", "pending", 0)] * 2 + [("slack", "C1", "pending", 0)] * 2
        assert world.rows("select alert_id is null, version from ops.suggestions") == [(False, 1)] * 3

    def test_the_first_ones_days_are_drawn_by_what_it_is_judged_by(self, decisions, world):
        for account, campaign, conversions in (("1", "7", "2"), ("2", "9", None)):
            world.campaign(campaign, account)
            world.days(campaign, YESTERDAY, account, count=6, spend="10", conversions=conversions)
        world.execute("update marts.campaign_daily set ctr = 0.05, cpa = spend / nullif(conversions, 0)")
        open_(decisions, a_suggestion("7"), from_breaches([a_breach(high_cpa("9", "2"), "cpa_above")])[0])
        announce(decisions)
        found = dict(world.rows("select account_id, facts -> 'chart' from ops.alerts"))
        assert {account: chart["metric"] for account, chart in found.items()} == {"1": "ctr", "2": "spend"}, (
            "a CPA without reported conversions is not drawn"
        )
        values = [one["value"] for one in found["1"]["days"]]
        assert values == [None] * 8 + ["0.05"] * 6, "no CTR before the first impression"
        bodies = dict(world.rows("select account_id, body from ops.alerts"))
        assert "14 dias: gasto ▁▁▁▁▁▁▁▁██████ · resultados ▁▁▁▁▁▁▁▁██████" in text_of(bodies["1"])
        assert "resultados" not in text_of(bodies["2"]).split("14 dias")[1], "what is not reported is not drawn as zero"

    def test_again_says_nothing(self, decisions, world):
        open_(decisions, a_suggestion())
        announce(decisions)
        before = everything(world)
        assert announce(decisions, NOW + timedelta(hours=2)) == 0
        assert everything(world) == before

    def test_newcomers_of_the_same_day_wait_for_the_next_days_message(self, decisions, world):
        open_(decisions, a_suggestion("7"))
        announce(decisions)
        open_(decisions, a_suggestion("7"), a_suggestion("8"))
        assert (announce(decisions), decisions.unannounced(now=NOW)) == (0, 0)
        tomorrow = NOW + timedelta(days=1)
        assert decisions.unannounced(now=tomorrow) == 1
        assert announce(decisions, tomorrow) == 1
        bodies = [text_of(body) for (body,) in world.rows("select body from ops.alerts order by window_start")]
        assert "Verão" not in bodies[1], "marts.campaigns has no such campaign"
        assert ("campanha 8" in bodies[1], "campanha 7" in bodies[1]) == (True, False)

    def test_renewed_evidence_is_no_second_message(self, decisions):
        open_(decisions, a_suggestion())
        announce(decisions)
        open_(decisions, a_suggestion(clicks=50))
        assert announce(decisions, NOW + timedelta(days=1)) == 0

    def test_what_was_decided_or_expired_before_is_not_announced(self, decisions, world):
        open_(decisions, a_suggestion("7"), a_suggestion("8"))
        world.execute("update ops.suggestions set status = 'REJECTED' where campaign_id = '7'")
        assert announce(decisions, NOW + timedelta(days=8)) == 0
        assert announce(decisions) == 1
        assert "campanha 7" not in str(world.rows("select body from ops.alerts"))

    def test_without_recipients_all_of_it_waits(self, decisions, world):
        open_(decisions, a_suggestion())
        assert announce(decisions, recipients=[]) == 0
        assert world.rows("select count(*) from ops.alerts") == [(0,)]
        assert announce(decisions) == 1

    def test_a_composer_that_breaks_leaves_no_trace(self, decisions, world):
        open_(decisions, a_suggestion("7"), a_suggestion("9", "2"))
        before = everything(world)

        def broken(news):
            if news.account_id == "2":
                raise ValueError("no")
            return compose_suggestions(news)

        with pytest.raises(ValueError, match="no"):
            decisions.announce(compose=broken, recipients=TO, now=NOW)
        assert everything(world) == before

    def test_before_the_marts_exist_nothing_waits(self, migrated_engine):
        assert PostgresReviews(migrated_engine).unannounced(now=NOW) == 0

    def test_hostile_names_are_stored_as_harmless_text(self, decisions, world):
        names = [name for name in HOSTILE_NAMES if "\0" not in name and "\ud800" not in name]
        for number, name in enumerate(names):
            world.campaign(str(number), name=name)
        open_(decisions, *(a_suggestion(str(number)) for number in range(len(names))), most=100)
        assert announce(decisions) == 1
        ((stored, facts),) = world.rows("select body, facts from ops.alerts")
        body = text_of(stored)
        assert all(line.isprintable() for line in body.splitlines())
        assert len(facts["suggestions"]) == len(names)


class TestAtTheSameTime:
    """Two reviews at once, many times over: one of each, and nothing lost."""

    def run(self, work, times=8):
        faults, gate = [], threading.Barrier(times)

        def guarded(number):
            try:
                gate.wait()
                work(number)
            except Exception as fault:
                faults.append(fault)

        threads = [threading.Thread(target=guarded, args=(number,)) for number in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []

    def test_one_suggestion_per_campaign_and_one_message_per_account(self, decisions, world):
        told = []

        def review(number):
            save(decisions, a_breach(low_ctr("7")), a_breach(low_ctr("8")))
            open_(decisions, a_suggestion("7"), a_suggestion("8"))
            told.append(announce(decisions))

        self.run(review)
        assert sorted(told) == [0] * 7 + [1]
        assert suggestions(world) == [("7", "PENDING", 1), ("8", "PENDING", 1)]
        assert world.rows("select count(*) from ops.deliveries") == [(2,)]

    def test_each_suggestion_is_in_exactly_one_message(self, decisions, world):
        """Reviews of three days: however they interleave, all is said, nothing twice."""

        def review(number):
            open_(decisions, *(a_suggestion(str(n)) for n in range(8)))
            announce(decisions, NOW + timedelta(days=number % 3))

        self.run(review)
        announce(decisions, NOW + timedelta(days=4))
        listed = world.rows(
            "select s ->> 'campaign_id' from ops.alerts, jsonb_array_elements(facts -> 'suggestions') as s order by 1"
        )
        assert listed == [(str(number),) for number in range(8)]

    def test_the_newest_marts_have_the_last_word_on_breaches(self, decisions, world):
        """Each state of the marts has another campaign in breach; the slowest review may be the oldest."""
        for first in (0, 8, 16):
            self.run(
                lambda number, first=first: save(
                    decisions, a_breach(low_ctr(f"{first + number}")), version=first + number
                )
            )
            assert [one.window.campaign_id for one in decisions.current_breaches()] == [f"{first + 7}"]

    def test_a_decision_in_between_is_never_undone(self, decisions, world):
        open_(decisions, a_suggestion())

        def work(number):
            if number == 0:
                world.execute("update ops.suggestions set status = 'REJECTED', updated_at = :at", at=NOW)
            else:
                open_(decisions, a_suggestion(clicks=50 + number))

        self.run(work)
        assert suggestions(world, "status") == [("REJECTED",)]
