"""What is found in whole days of a calm account that one thing happens to, and what cannot be seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from fbads_pipeline.domain.anomalies.account_readings import AnomalyClosure, ObjectState
from fbads_pipeline.domain.anomalies.daily.day_baseline import fit_rate_baseline
from fbads_pipeline.domain.anomalies.daily.day_detection import assess_days
from fbads_pipeline.domain.anomalies.daily.day_settings import DaySettings
from fbads_pipeline.domain.anomalies.findings import AccountPreferences, ThresholdShift
from fbads_pipeline.domain.clients.conversion_worth import ConversionWorth
from fbads_pipeline_tests.support.daily_figures import (
    NEWEST,
    NOW,
    back,
    calm_days,
    changed,
    delivers_nothing,
    stored,
    times,
    unread,
)
from fbads_pipeline_tests.support.rendering import text_of


@pytest.fixture(scope="module")
def calm():
    return calm_days()


def found(account, **settings):
    return assess_days(account, replace(DaySettings(), **settings), now=NOW)


def opened(account, **settings):
    """(campaign, kind, first day) of what is opened."""
    events = found(account, **settings)
    return [(one.campaign_id, one.kind, one.since.date()) for one in events if not isinstance(one, AnomalyClosure)]


def test_calm_days_are_left_alone(calm):
    assert found(calm) == []
    assert found(calm_days(seed=2, weekend=0.4)) == []


def test_conversions_of_another_goal_do_not_hide_that_one_goal_reports_nothing():
    account = calm_days(8, conversions_a_day=3.0)
    leads = [f"c{number}" for number in range(4)]
    for name in leads:
        account = changed(account, times(conversions=0, conversion_value=0), campaign=name, since=back(1))
    assert opened(account) == [], "too few of each campaign, and the account as a whole has some"
    goals = dict.fromkeys(leads, "lead")
    assert {one[:2] for one in opened(replace(account, goals=goals))} == {(name, "tracking_break") for name in leads}


def test_a_rate_is_shrunk_to_that_of_its_own_goal_alone():
    counts, exposure = np.tile([40.0, 1.0, 2.0, 1.0], (20, 1)), np.tile([400.0, 10.0, 400.0, 200.0], (20, 1))
    rates = [
        fit_rate_baseline(
            counts, exposure, np.arange(20.0, 0.0, -1.0), DaySettings(), prior=30.0, floor=0.1, first=0.2, goal=goal
        ).rate
        for goal in (np.array([7, 7, 0, 0]), None)
    ]
    assert rates[0] == pytest.approx([0.1, 0.1, 0.005, 0.005])
    assert rates[1][1] < 0.08 and rates[1][3] > 0.006


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (delivers_nothing, "delivery_stop"),
        (times(impressions=0.3, clicks=0.3, spend=0.3, conversions=0.3, conversion_value=0.3), "spend_drop"),
        (times(impressions=3, clicks=3, spend=3, conversions=3, conversion_value=3), "spend_spike"),
        (times(clicks=0.4, conversions=0.4, conversion_value=0.4), "ctr_collapse"),
        (times(link_clicks=0.4), "link_drop"),
        (times(link_clicks=1, landing_page_views=0.3), "page_drop"),
        (times(conversions=0, conversion_value=0), "tracking_break"),
        (times(conversions=0.2, conversion_value=0.2), "cpa_jump"),
        (times(impressions=0.5, clicks=0.5, conversions=0.5, conversion_value=0.5), "cpm_rise"),
        (times(conversion_value=0.3), "roas_drop"),
    ],
)
def test_each_kind_is_found_on_its_first_or_second_day(calm, change, kind):
    day_one = opened(changed(calm, change, campaign="c1", since=NEWEST))
    day_two = opened(changed(calm, change, campaign="c1", since=back(1)))
    assert ("c1", kind, back(1)) in day_two or ("c1", kind, NEWEST) in day_one
    assert {(name, what) for name, what, _ in day_one + day_two} == {("c1", kind)}


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (delivers_nothing, 1.0),
        (times(conversions=0, conversion_value=0), 1.0),
        (times(conversions=0.2, conversion_value=0.2), 0.8),
        (times(clicks=0.4, conversions=0.4, conversion_value=0.4), 0.6),
        (times(impressions=3, clicks=3, spend=3, conversions=3, conversion_value=3), 0.0),
        (times(conversion_value=0.3), 0.0),
    ],
)
def test_conversions_that_do_not_come_are_valued_by_the_target(calm, change, lost):
    usual = [row.conversions for row in calm.rows if row.campaign_id == "c1"]
    said = AccountPreferences(lambda name, day: ConversionWorth(Decimal(1000)) if name == "c1" else None)
    broken = changed(calm, change, campaign="c1", since=back(1))
    (own,), (by_target,) = (assess_days(broken, DaySettings(), now=NOW, preferences=one) for one in (None, said))
    if not lost:
        assert by_target == own
        return
    expected = 1000 * lost * sum(usual) / len(usual)
    assert by_target.money_at_stake_per_day == pytest.approx(expected, rel=0.25)
    assert "pela meta de CPA de R$ 1.000,00" in text_of(by_target.message)
    assert "pelo usual da campanha" in text_of(own.message)


def test_marks_of_people_move_what_is_found_within_their_bounds_and_are_said(calm):
    broken = changed(calm, times(conversions=0.2, conversion_value=0.2), campaign="c1", since=NEWEST)
    (plain,) = found(broken, conversions_z=(3.0,) * 4)
    score = abs(plain.data_used["score"])

    def kinds(shift, threshold):
        shifts = {"cpa_jump": ThresholdShift(shift, 12), "spend_drop": ThresholdShift(0.5, 12)}
        settings = replace(DaySettings(), conversions_z=(threshold,) * 4)
        return assess_days(broken, settings, now=NOW, preferences=AccountPreferences(shifts=shifts))

    assert kinds(0.3, score - 0.2) == [] and kinds(-0.3, score - 0.2 + 0.3) != []
    (kept,) = kinds(0.1, score - 0.2)
    assert "Limiar ajustado em +0,1 por 12 avaliações." in text_of(kept.message)


def test_a_page_that_does_not_open_is_said_in_views_and_what_is_not_reported_says_nothing(calm):
    (found_page,) = found(changed(calm, times(link_clicks=1, landing_page_views=0.2), campaign="c1", since=back(1)))
    assert (found_page.metric, found_page.observed < 0.4 * found_page.expected) == ("landing_page_views", True)
    text = text_of(found_page.message)
    assert text.startswith("As visualizações da página de destino caíram") and "Confira se a página" in text
    unknown = changed(calm, lambda row: row._replace(landing_page_views=None), campaign="c1", since=back(1))
    assert found(unknown) == []
    unknown = changed(
        calm, lambda row: row._replace(link_clicks=None, landing_page_views=0.0), campaign="c1", since=back(1)
    )
    assert found(unknown) == []
    never = changed(calm, lambda row: row._replace(link_clicks=None, landing_page_views=None), since=back(41))
    assert found(never) == []
    collapsed = changed(never, times_of_clicks(0.4), campaign="c1", since=back(1))
    assert [one.kind for one in found(collapsed)] == ["ctr_collapse"]


def times_of_clicks(factor):
    """All clicks and what comes of them, where clicks on links are not reported."""
    return lambda row: row._replace(
        **{name: getattr(row, name) * factor for name in ("clicks", "conversions", "conversion_value")}
    )


def test_what_is_over_is_found_too_and_is_no_alert(calm):
    stopped = changed(calm, delivers_nothing, campaign="c1", since=back(4), until=back(3))
    opening, ending = found(stopped)
    assert (opening.kind, opening.since.date(), opening.is_alert, opening.grain) == (
        "delivery_stop",
        back(4),
        False,
        "day",
    )
    assert (ending.anomaly_id, ending.resolution) == (opening.anomaly_id, "recovered")
    assert ending.closed_at == datetime.combine(back(2), datetime.min.time(), UTC)
    going_on = found(changed(calm, delivers_nothing, campaign="c1", since=back(1)))
    assert [one.is_alert for one in going_on] == [True]
    text = text_of(going_on[0].message)
    assert text.startswith("A veiculação parou: R$ 0,00 em 24 horas") and "Avaliado por dias inteiros." in text
    assert going_on[0].observed == 0 < going_on[0].low < going_on[0].expected
    assert going_on[0].severity == "critical" and going_on[0].money_at_stake_per_day == pytest.approx(80, rel=0.2)


def test_two_days_without_a_conversion_of_the_whole_account_are_found_where_no_campaign_shows_it_alone():
    few = calm_days(campaigns=5, conversions_a_day=2.5)
    none = changed(few, times(conversions=0, conversion_value=0), since=back(1))
    events = found(none)
    assert len(events) >= 3 and {one.kind for one in events} == {"tracking_break"}
    assert all({"name": "account_wide"} in one.causes for one in events)
    assert all(one.is_alert for one in events), "one message says what the account as a whole lost"
    alone = changed(few, times(conversions=0, conversion_value=0), campaign="c1", since=back(1))
    assert found(alone) == []


def test_what_the_account_alone_explained_ends_when_the_account_is_usual_again():
    few = calm_days(campaigns=12, conversions_a_day=1.2)
    nothing = times(conversions=0, conversion_value=0)
    over = changed(few, nothing, since=back(3), until=back(2))
    events = found(over)
    opened = [one for one in events if not isinstance(one, AnomalyClosure)]
    assert opened and all({"name": "account_wide"} in one.causes for one in opened)
    ended = [one for one in events if isinstance(one, AnomalyClosure)]
    assert {one.anomaly_id for one in ended} == {one.anomaly_id for one in opened}
    assert min(one.closed_at for one in ended) == datetime.combine(back(1), datetime.min.time(), UTC)
    still = found(changed(few, nothing, since=back(3)))
    assert still and not [one for one in still if isinstance(one, AnomalyClosure)]


def test_a_fall_of_the_whole_account_says_so(calm):
    many = calm_days(campaigns=12)
    fallen = changed(many, times(impressions=0.35, clicks=0.35, spend=0.35, conversions=0.35), since=NEWEST)
    events = [one for one in found(fallen) if one.kind == "spend_drop"]
    assert len(events) >= 10 and all({"name": "account_wide"} in one.causes for one in events)


@pytest.mark.parametrize("missing", [0, 1])
def test_a_day_that_was_not_read_is_neither_a_stop_nor_a_break(calm, missing):
    assert found(unread(calm, back(missing))) == []


def test_conversions_that_were_not_reported_are_no_break(calm):
    hidden = changed(
        calm, lambda row: row._replace(conversions=None, conversion_value=None), campaign="c1", since=back(2)
    )
    assert found(hidden) == []
    assert opened(changed(calm, times(conversions=0, conversion_value=0), campaign="c1", since=back(2)))


def test_too_few_days_are_not_assessed(calm):
    stopped = changed(calm_days(days=13), delivers_nothing, campaign="c1", since=NEWEST)
    assert found(stopped) == []
    assert opened(changed(calm_days(days=15), delivers_nothing, campaign="c1", since=NEWEST)) == [
        ("c1", "delivery_stop", NEWEST)
    ]
    gaps = unread(changed(calm, delivers_nothing, campaign="c1", since=NEWEST), *(back(day) for day in range(9, 42)))
    assert found(gaps) == []


def test_conversions_that_are_still_to_come_are_not_missed(calm):
    young = {**calm.read_at, NEWEST: NOW, back(1): NOW, back(2): NOW}
    immature = changed(calm, times(conversions=0.6, conversion_value=0.6), since=back(1))
    assert found(replace(immature, read_at=young)) == []
    assert opened(changed(calm, times(conversions=0.3, conversion_value=0.3), campaign="c1", since=back(1)))


class TestPauses:
    """Regular ones are usual, those of a person or a schedule too; what stops outside its rhythm is found."""

    def weekdays_only(self, calm):
        kept = [row for row in calm.rows if row.campaign_id != "c1" or row.day.weekday() < 5]
        return replace(calm, rows=kept)

    def up_to(self, account, day):
        """As it was assessed on the morning after that day."""
        gone = [one for one in account.read_at if one > day]
        return replace(unread(account, *gone), days=replace(account.days, until=day))

    @pytest.mark.parametrize("days", range(7))
    def test_a_campaign_of_weekdays_raises_nothing_on_any_day(self, calm, days):
        assert found(self.up_to(self.weekdays_only(calm), back(days))) == []

    def test_it_is_found_where_it_stops_on_a_weekday(self, calm):
        stopped = changed(self.weekdays_only(calm), delivers_nothing, campaign="c1", since=NEWEST)
        assert NEWEST.weekday() == 2
        assert opened(stopped) == [("c1", "delivery_stop", NEWEST)]

    def test_paused_ended_and_new_campaigns_raise_nothing(self, calm):
        stopped = changed(calm, delivers_nothing, campaign="c1", since=back(1))
        night = datetime.combine(back(1), datetime.min.time(), UTC)
        begun, others = datetime(2025, 1, 1, tzinfo=UTC), [one for one in calm.states if one.object_id != "c1"]
        paused = ObjectState("c1", "c1", night - timedelta(hours=2), False, 100.0, is_paused=True)
        ended = ObjectState("c1", "c1", begun, True, 100.0, ends_at=night)
        assert opened(stopped) == [("c1", "delivery_stop", back(1))]
        assert found(replace(stopped, states=[*calm.states, paused])) == []
        assert found(replace(stopped, states=[*others, ended])) == []
        jump = changed(calm, times(conversions=0.2, conversion_value=0.2), campaign="c1", since=back(1))
        assert opened(jump) and found(replace(jump, created={**calm.created, "c1": night})) == []
        assert found(replace(jump, learning=frozenset({"c1"}))) == []


class TestStored:
    """Assessed again on the days that follow."""

    def test_the_same_days_again_say_nothing_new(self, calm):
        stopped = changed(calm, delivers_nothing, campaign="c1", since=back(1))
        assert found(replace(stopped, known=stored(found(stopped)))) == []

    def test_its_end_is_said(self, calm):
        stopped = changed(calm, delivers_nothing, campaign="c1", since=back(4), until=back(3))
        opening, ending = found(stopped)
        assert found(replace(stopped, known=stored([opening]))) == [ending]

    def test_what_half_hours_have_found_is_not_said_twice(self, calm):
        stopped = changed(calm, delivers_nothing, campaign="c1", since=back(1))
        (known,) = stored(found(stopped))
        half_hour = known._replace(anomaly_id="other", grain="half_hour", since=known.since + timedelta(hours=9))
        assert found(replace(stopped, known=[half_hour])) == []
        assert found(replace(stopped, known=[half_hour._replace(metric="ctr")])) != []
        notice = half_hour._replace(kind="fatigue")
        assert found(replace(stopped, known=[notice])) != []

    @pytest.mark.parametrize("resolution", [None, "recovered"])
    def test_a_restatement_that_removes_it_is_a_correction(self, calm, resolution):
        broken = changed(calm, times(conversions=0, conversion_value=0), campaign="c1", since=back(3), until=back(2))
        opening = found(broken)[0]
        ended_at = None if resolution is None else opening.since + timedelta(days=2)
        known = stored([opening], resolution=resolution, ended_at=ended_at)
        (correction,) = found(replace(calm, known=known))
        assert (correction.anomaly_id, correction.resolution) == (opening.anomaly_id, "corrected")
        text = text_of(correction.recovery)
        assert text.startswith("Correção: As conversões deixaram de ser registradas") and "a Meta corrigiu" in text
        assert found(replace(calm, known=[known[0]._replace(resolution="corrected", ended_at=NOW)])) == []

    def test_days_that_are_no_longer_read_correct_nothing(self, calm):
        broken = changed(calm, times(conversions=0, conversion_value=0), campaign="c1", since=back(1))
        known = stored(found(broken))
        assert known
        assert found(replace(unread(calm, back(1), NEWEST), known=known)) == []

    def test_what_lasts_a_week_is_the_new_usual(self, calm):
        fallen = times(impressions=0.3, clicks=0.3, spend=0.3, conversions=0.3, conversion_value=0.3)
        began = changed(calm, fallen, campaign="c1", since=back(1))
        (known,) = stored(found(began))
        for days, resolutions in ((6, []), (9, ["new_usual"])):
            since = datetime.combine(back(days), datetime.min.time(), UTC)
            lasting = changed(calm, fallen, campaign="c1", since=back(days))
            events = found(replace(lasting, known=[known._replace(since=since)]))
            assert [one.resolution for one in events] == resolutions
        assert text_of(events[0].recovery).startswith("Uma semana em")

    def test_one_that_began_before_the_days_assessed_ends_with_the_first_usual_day(self, calm):
        (known,) = stored(found(changed(calm, delivers_nothing, campaign="c1", since=NEWEST)))
        old = known._replace(since=datetime.combine(back(8), datetime.min.time(), UTC))
        (ending,) = found(replace(calm, known=[old]))
        assert (ending.anomaly_id, ending.resolution) == (old.anomaly_id, "recovered")
