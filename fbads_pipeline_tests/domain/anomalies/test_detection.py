"""What the detectors say of a calm account that one thing happens to, and what they keep to themselves."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from fbads_pipeline.domain.anomalies.detection import observe
from fbads_pipeline.domain.anomalies.findings import ThresholdShift
from fbads_pipeline.domain.anomalies.replay import readings_of, replay
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline.domain.anomalies.state.detector_state import DetectorState
from fbads_pipeline.domain.anomalies.state.goals import goal_numbers
from fbads_pipeline.domain.anomalies.state.history import row_of
from fbads_pipeline.domain.anomalies.state.readings import Change
from fbads_pipeline_tests.support.detection_figures import (
    START,
    calm_readings,
    changes,
    from_then,
    known_campaigns,
    replayed,
)

AT = START + timedelta(days=8, hours=10)


def said(readings, log=None, about=None, kinds=("anomaly",), **options):
    """(campaign, what, hours since AT) of what is said."""
    about = known_campaigns() if about is None else about
    found = replayed(readings, about, changes() if log is None else log, **options)
    return [(name, one.what, (one.at - AT) / timedelta(hours=1)) for name, one in found if one.kind in kinds]


def everything(readings, campaign, at, factor):
    """All of the campaign's figures times the factor from then on."""
    return from_then(readings, campaign, at, impressions=factor, spend=factor, clicks=factor, conversions=factor)


@pytest.fixture(scope="module")
def calm():
    """Eleven days in which nothing happens."""
    return calm_readings()


def test_a_calm_account_is_left_alone(calm):
    assert said(calm, kinds=("anomaly", "drift", "explained", "resolved")) == []


@pytest.mark.parametrize(
    ("factors", "what", "within"),
    [
        ({"impressions": 0, "spend": 0, "clicks": 0, "conversions": 0}, {"delivery_stop"}, 4),
        ({"impressions": 3.5, "spend": 3.5, "clicks": 3.5, "conversions": 3.5}, {"spend_spike"}, 10),
        ({"clicks": 0.35, "conversions": 0.35}, {"ctr_collapse"}, 12),
        ({"conversions": 0.0}, {"tracking_break"}, 36),
        ({"conversions": 0.2}, {"cpa_jump", "tracking_break"}, 60),
        ({"spend": 2.0}, {"cpm_rise", "spend_spike"}, 12),
    ],
)
def test_each_kind_of_incident_is_named_in_time(calm, factors, what, within):
    found = said(from_then(calm, "c1", AT, **factors))
    assert found, "nothing was said"
    assert {name for name, _, _ in found} == {"c1"}
    assert found[0][1] in what
    assert 0 <= found[0][2] <= within


def test_marks_of_people_move_the_threshold_of_their_kind_alone(calm):
    burst = from_then(calm, "c1", AT, impressions=3.5, spend=3.5, clicks=3.5, conversions=3.5)
    far = ThresholdShift(500.0, 12)
    assert [what for _, what, _ in said(burst, shifts={"spend_drop": far})] == ["spend_spike"]
    assert said(burst, shifts={"spend_spike": far}) == []
    stopped = from_then(calm, "c1", AT, impressions=0, spend=0, clicks=0, conversions=0)
    assert said(stopped, shifts={"spend_drop": far, "delivery_stop": far}), "what is certain needs no threshold"


def test_campaigns_of_one_goal_that_report_nothing_are_not_hidden_by_those_of_another():
    silent = calm_readings(campaigns=6, impressions=7000)
    for number in range(3):
        silent = from_then(silent, f"c{number}", AT, conversions=0.0)
    state, ids = DetectorState(6, DetectionSettings()), [f"c{number}" for number in range(6)]
    state.campaigns.goal = goal_numbers(ids, dict.fromkeys(ids[:3], "lead"))
    found = [one for reading in readings_of(silent, ids, []) for one in observe(state, reading)]
    breaks = {(one.campaign, one.at) for one in found if one.what == "tracking_break"}
    assert {campaign for campaign, _ in breaks} == {0, 1, 2}
    assert len({at for _, at in breaks}) == 1, "the three together, before any of them alone"


def test_a_stop_says_how_many_conversions_a_day_do_not_come(calm):
    stopped = from_then(calm, "c1", AT, impressions=0, spend=0, clicks=0, conversions=0)
    (found,) = [one for _, one in replayed(stopped, known_campaigns(), changes()) if one.kind == "anomaly"]
    days = calm[(calm["campaign_id"] == "c1") & (calm["ts"] < AT)].groupby("date")["conversions"].max()
    usual = days[days.index < pd.Timestamp(AT.date())].mean()
    assert 0.6 * usual < found.lost_conversions < 2.2 * usual
    burst = from_then(calm, "c1", AT, impressions=3.5, spend=3.5, clicks=3.5, conversions=3.5)
    assert [
        one.lost_conversions for _, one in replayed(burst, known_campaigns(), changes()) if one.kind == "anomaly"
    ] == [0]


def test_it_is_said_once_and_its_end_is_said(calm):
    burst = from_then(calm, "c1", AT, impressions=4, spend=4, clicks=4, conversions=4)
    over = AT + timedelta(hours=20)
    ended = from_then(burst, "c1", over, impressions=0.25, spend=0.25, clicks=0.25, conversions=0.25)
    found = said(ended, kinds=("anomaly", "resolved"))
    assert [what for _, what, _ in found] == ["spend_spike", "spend_spike"]
    assert 20 < found[1][2] < 40


def test_a_budget_edit_is_explained_and_not_alarmed(calm):
    grown = from_then(calm, "c1", AT, impressions=4, spend=4, clicks=4, conversions=4)
    grown.loc[(grown["campaign_id"] == "c1") & (grown["ts"] >= AT), "daily_budget"] = 400.0
    edit = changes((AT, "c1", "budget_change", "100", "400"))
    assert said(grown, edit) == []
    assert [(name, what) for name, what, _ in said(grown, edit, kinds=("explained",))] == [("c1", "budget_edit")]
    unlogged = [(name, what) for name, what, _ in said(grown, kinds=("anomaly", "explained"))]
    assert unlogged == [("c1", "budget_edit")], "the budget column alone tells of it too"
    unknown = grown.assign(daily_budget=100.0)
    assert [what for _, what, _ in said(unknown)] == ["spend_spike"], "without either it is a spike"


def test_an_edit_of_the_ads_says_nothing_by_itself_and_is_named_where_the_ctr_falls(calm):
    edit = changes((AT, "c1", "ads_edited", "", ""))
    assert said(calm, edit, kinds=("anomaly", "explained")) == []
    fallen = from_then(calm, "c1", AT, clicks=0.35, conversions=0.35)
    (found,) = [one for _, one in replayed(fallen, known_campaigns(), edit) if one.what == "ctr_collapse"]
    assert [cause.name for cause in found.causes] == ["ads_edited"]
    assert found.at - AT < timedelta(hours=12)


def test_a_new_campaign_is_left_to_learn_but_for_a_stop(calm):
    about = known_campaigns(created=AT - timedelta(days=5))
    halved = from_then(calm, "c1", AT, impressions=0.2, spend=0.2, clicks=0.2, conversions=0.2)
    stopped = from_then(calm, "c1", AT, impressions=0, spend=0, clicks=0, conversions=0)
    assert said(halved, about=about) == []
    assert said(halved, about=about, settings=DetectionSettings(learning_days=0.0)), "the silence is what kept it"
    assert [what for _, what, _ in said(stopped, about=about)] == ["delivery_stop"]


def test_a_paused_campaign_is_left_alone(calm):
    stopped = from_then(calm, "c1", AT, impressions=0, spend=0, clicks=0, conversions=0)
    pause = changes((AT - timedelta(minutes=10), "c1", "status_change", "ACTIVE", "PAUSED"))
    assert said(stopped, pause) == []
    assert [what for _, what, _ in said(stopped)] == ["delivery_stop"]


def test_a_campaign_that_was_resumed_settles_for_two_days_and_a_stop_is_said(calm):
    resumed = AT + timedelta(hours=4)
    log = changes((AT, "c1", "status_change", "ACTIVE", "PAUSED"), (resumed, "c1", "status_change", "PAUSED", "ACTIVE"))
    slow = everything(everything(calm, "c1", AT, 0.01), "c1", resumed, 10.0)
    assert said(slow, log) == []
    stopped = everything(slow, "c1", resumed + timedelta(hours=26), 0.0)
    assert [one[:2] for one in said(stopped, log)] == [("c1", "delivery_stop")]


def test_missed_readings_are_no_stop_and_no_spike(calm):
    gap = calm[(calm["ts"] < AT) | (calm["ts"] > AT + timedelta(hours=9))]
    assert said(gap) == []


def test_a_figure_restated_downwards_is_no_stop_and_a_glitch_no_spike(calm):
    restated, glitch = calm.copy(), calm.copy()
    counters = ["impressions", "clicks", "spend", "conversions"]
    restated[counters] = restated[counters].astype(float)
    glitch[counters] = glitch[counters].astype(float)
    today = (calm["campaign_id"] == "c1") & (calm["date"] == pd.Timestamp(AT.date())) & (calm["ts"] >= AT)
    restated.loc[today, counters] *= 0.95
    glitch.loc[today & (calm["ts"] < AT + timedelta(minutes=30)), counters] = 0.0
    assert said(restated) == []
    assert said(glitch) == []


@pytest.mark.parametrize("hours", [24, 200])
def test_conversions_that_were_not_reported_are_no_tracking_break(calm, hours):
    silent = calm.assign(conversions=calm["conversions"].astype(float))
    then = (silent["campaign_id"] == "c1") & silent["ts"].between(AT, AT + timedelta(hours=hours))
    silent.loc[then, "conversions"] = np.nan
    assert said(silent, kinds=("anomaly", "drift", "resolved")) == []
    zero = from_then(calm, "c1", AT, conversions=0.0)
    assert [what for _, what, _ in said(zero)] == ["tracking_break"], "a measured zero is one"


def test_a_campaign_is_watched_on_while_its_conversions_are_not_reported(calm):
    stopped = from_then(calm, "c1", AT, impressions=0, spend=0, clicks=0)
    stopped.loc[stopped["campaign_id"] == "c1", "conversions"] = np.nan
    assert [what for _, what, _ in said(stopped)] == ["delivery_stop"]


def test_a_jump_is_found_although_a_day_before_it_was_not_reported(calm):
    jump = from_then(calm, "c1", AT, conversions=0.0)
    day = (jump["campaign_id"] == "c1") & (jump["date"] == pd.Timestamp(AT.date() - timedelta(days=2)))
    jump.loc[day, "conversions"] = np.nan
    assert [what for _, what, _ in said(jump)] == ["tracking_break"]


def without(readings, **rests):
    """The readings with the campaigns' figures zero where they rest, with zeros and with their rows left out.

    rests: campaign → function of the instants (Series) that tells where it delivers nothing.
    """
    zero, left_out = readings.copy(), pd.Series(False, index=readings.index)
    counters = ["impressions", "clicks", "spend", "conversions"]
    zero[counters] = zero[counters].astype(float)
    for campaign, resting in rests.items():
        own = zero["campaign_id"] == campaign
        idle = resting(zero.loc[own, "ts"])
        for name in counters:
            steps = zero[own].groupby("date")[name].diff().fillna(zero.loc[own, name]).where(~idle, 0.0)
            zero.loc[own, name] = steps.groupby(zero.loc[own, "date"]).cumsum()
        left_out |= own & (zero["impressions"] <= 0)
    return zero, zero[~left_out]


RESTS = {
    "c1": lambda ts: ts.dt.day_of_week >= 5,
    "c2": lambda ts: ts.dt.day_of_week < 5,
    "c3": lambda ts: (ts.dt.hour < 8) | (ts.dt.hour >= 19),
    "c4": lambda ts: (ts.dt.day_of_week >= 5) | (ts.dt.hour < 8) | (ts.dt.hour >= 19),
}


def test_regular_pauses_raise_nothing_and_what_stops_outside_its_rhythm_is_found():
    month, monday = calm_readings(campaigns=6, days=24), START + timedelta(days=21)
    dies = {"c5": lambda ts: (ts.dt.day_of_week >= 5) | (ts >= monday)}
    for readings in without(month, **RESTS, **dies):
        found = [row for row in replayed(readings, known_campaigns(6), changes()) if row[1].kind == "anomaly"]
        first = [(name, one.what) for name, one in found if one.at < START + timedelta(days=9)]
        assert first in ([], [("c2", "delivery_stop")]), "that a weekend alone delivers is seen after its first Monday"
        (name, stop) = found[-1]
        assert len(found) == len(first) + 1 and (name, stop.what) == ("c5", "delivery_stop")
        assert timedelta(hours=1) < stop.at - monday <= timedelta(hours=6)


def test_a_campaign_that_dies_is_found_whether_or_not_its_rows_are_left_out():
    account, about, midnight = calm_readings(campaigns=12, days=10), known_campaigns(12), AT.replace(hour=0)
    zero, left_out = without(account, c1=lambda ts: ts >= midnight)
    found = [(name, one.what, one.at) for name, one in replayed(zero, about, changes())]
    assert [(name, what in ("delivery_stop", "spend_drop")) for name, what, _ in found] == [("c1", True)]
    assert found == [(name, one.what, one.at) for name, one in replayed(left_out, about, changes())]
    from_ten = account[(account["campaign_id"] != "c1") | (account["ts"] < AT)]
    assert [(name, what in ("delivery_stop", "spend_drop")) for name, what, _ in said(from_ten, about=about)] == [
        ("c1", True)
    ]


def test_a_reading_of_earlier_days_alone_says_nothing_of_today(calm):
    """Three hours are missed, and the first reading after them only restates yesterday."""
    at = AT + timedelta(hours=3)
    yesterday = calm[(calm["ts"].dt.hour == 23) & (calm["ts"].dt.minute == 59)]
    yesterday = yesterday[yesterday["date"] == pd.Timestamp(AT.date() - timedelta(days=1))].assign(ts=at)
    missed = calm[(calm["ts"] < AT) | (calm["ts"] > at)]
    assert said(pd.concat([missed, yesterday])) == []


def test_restated_past_days_open_nothing_again(calm):
    at = AT + timedelta(days=1)
    older = calm[(calm["ts"].dt.hour == 23) & (calm["ts"].dt.minute == 59) & (calm["ts"] < AT)].assign(ts=at)
    older[["impressions", "clicks", "spend", "conversions"]] *= 1.4
    assert said(pd.concat([calm, older])) == []


def test_a_shock_of_the_account_is_one_message_when_sent():
    readings = calm_readings(campaigns=12, days=17)
    at = START + timedelta(days=15, hours=9)
    for number in range(12):
        readings = from_then(readings, f"c{number}", at, impressions=0.2, spend=0.2, clicks=0.2, conversions=0.2)
    each = said(readings, about=known_campaigns(12))
    assert len({name for name, what, _ in each if what in ("spend_drop", "delivery_stop")}) >= 10
    sent = said(readings, about=known_campaigns(12), as_sent=True)
    assert sent[0][:2] == ("account", "account_shock")
    assert len(sent) <= 3


def test_the_day_of_a_shock_is_usual_for_no_campaign():
    """Not for one that says nothing of it itself, as its budget was edited."""
    readings, day = calm_readings(campaigns=8, days=17), START + timedelta(days=15)
    for number in range(8):
        readings = everything(readings, f"c{number}", day + timedelta(hours=9), 0.2)
    edited = Change(day + timedelta(hours=8), 3, "budget_change", 101.0, 100.0)
    state = DetectorState(8, DetectionSettings())
    for reading in readings_of(readings, [f"c{number}" for number in range(8)], [edited]):
        found = [one for one in observe(state, reading) if one.kind == "anomaly" and one.campaign == 3]
        assert not found
    usual = state.spend.is_baseline_day
    assert not usual[row_of(day.toordinal())].any()
    assert usual[row_of(day.toordinal() - 1)].all()


def test_after_a_shock_of_the_account_what_is_a_campaigns_own_is_said_at_once():
    readings = calm_readings(campaigns=8, days=17)
    at = START + timedelta(days=15, hours=9)
    for number in range(8):
        readings = everything(readings, f"c{number}", at, 0.2)
        readings = everything(readings, f"c{number}", at + timedelta(hours=8), 5.0)
    own = at + timedelta(hours=30)
    readings = everything(readings, "c3", own, 0.2)
    found = said(readings, about=known_campaigns(8))
    shared = [name for name, _, hours in found if AT + timedelta(hours=hours) < own]
    assert len(shared) == len(set(shared)) >= 7, "of the shock each campaign says it once"
    assert {name for name, _, hours in found if AT + timedelta(hours=hours) >= own} == {"c3"}


@pytest.mark.parametrize(
    ("after_a_rise", "after_a_fall", "news"),
    [(0.0, 4.0, {("c1", "delivery_stop"), ("c2", "spend_spike")}), (4.0, 0.25, set())],
)
def test_what_is_news_is_said_within_the_cooldown_and_what_is_not_waits(calm, after_a_rise, after_a_fall, news):
    readings, later = calm, AT + timedelta(hours=36)
    for name, factor, then in (("c1", 4.0, after_a_rise), ("c2", 0.25, after_a_fall)):
        readings = everything(everything(readings, name, AT, factor), name, AT + timedelta(hours=12), 1 / factor)
        readings = everything(readings, name, later, then)
    found = [one for one in said(readings) if one[1] != "tracking_break"]
    assert [one[:2] for one in found[:2]] == [("c1", "spend_spike"), ("c2", "spend_drop")]
    assert {one[:2] for one in found[2:]} == news


def test_a_spike_is_as_large_as_it_is_over_what_its_own_day_foretold(calm):
    """Days at .78 of the usual, of which one doubles at noon: 1.33 times the usual, which alone is not reported."""
    midnight = datetime.combine(AT.date(), datetime.min.time())
    low = everything(everything(calm, "c1", midnight, 0.78), "c2", midnight, 0.78)
    risen = everything(low, "c1", AT + timedelta(hours=3), 1.7)
    ((name, found),) = [one for one in replayed(risen, known_campaigns(), changes()) if one[1].kind == "anomaly"]
    assert (name, found.what, found.at.date()) == ("c1", "spend_spike", AT.date())
    assert 1.45 < found.observed / found.expected < 1.75


def test_a_weekend_asks_more_of_sums_and_not_of_spikes():
    readings, saturday = calm_readings(days=13), START + timedelta(days=12, hours=9)
    readings = everything(everything(readings, "c1", saturday, 3.5), "c2", saturday, 0.3)
    found = said(readings, settings=DetectionSettings(weekend_factor=50.0))
    assert [one[:2] for one in found] == [("c1", "spend_spike")]


@pytest.mark.parametrize("seed", range(2))
def test_cutting_the_input_changes_nothing_said_before(seed):
    from evaluation.anomalies.world import made_world

    world = made_world(seed + 50, campaigns=20, days=12)
    whole = list(replay(world.readings, world.campaigns, world.changes))
    cut = world.readings["ts"].min() + timedelta(minutes=30 * int(np.random.default_rng(seed).integers(400, 570)))
    readings = world.readings[world.readings["ts"] <= cut]
    part = list(replay(readings, world.campaigns, world.changes))
    assert part == [row for row in whole if row[1].at <= cut]
    assert part


def test_a_replay_goes_on_from_where_it_was(calm):
    """Found while the account is grouped and limited too; what tests share must be what they would see alone."""
    burst = from_then(calm, "c1", AT, impressions=4, spend=4, clicks=4, conversions=4)
    about, log = known_campaigns(), changes((AT - timedelta(days=4), "c2", "budget_change", "100", "110"))
    whole = list(replay(burst, about, log, as_sent=True))
    assert whole and whole == replayed(burst, about, log, as_sent=True) == replayed(burst, about, log, as_sent=True)


def test_the_order_of_rows_and_a_second_run_change_nothing(calm):
    burst = from_then(calm, "c1", AT, impressions=4, spend=4, clicks=4, conversions=4)
    shuffled = burst.sample(frac=1.0, random_state=3)
    about, log = known_campaigns(), changes()
    once = list(replay(burst, about, log))
    assert once
    assert once == list(replay(burst, about, log)) == list(replay(shuffled, about, log))


def test_since_says_when_it_began(calm):
    stopped = from_then(calm, "c1", AT, impressions=0, spend=0, clicks=0, conversions=0)
    ((_, one),) = [row for row in replayed(stopped, known_campaigns(), changes()) if row[1].kind == "anomaly"]
    assert abs(one.since - AT) <= timedelta(hours=1)
    assert one.low <= one.expected <= one.high
    assert one.observed < one.low
    assert one.stake == pytest.approx(80.0, rel=0.15)
    assert one.severity == "critical"
    assert one.used["readings"] >= 3
    assert isinstance(one.at, datetime)


def test_a_ctr_that_is_low_but_no_alert_is_watched_once_and_never_sent(calm):
    low = from_then(calm, "c1", AT, clicks=0.52)
    a_day = low[low["ts"] < AT + timedelta(hours=24)]
    assert [(name, what) for name, what, _ in said(a_day, kinds=("anomaly", "watch"))] == [("c1", "ctr_watch")]
    assert said(calm, kinds=("watch",)) == []
    assert said(a_day, as_sent=True) == []
    whole = said(low, kinds=("anomaly", "watch"))
    assert [what for _, what, _ in whole] == ["ctr_watch", "ctr_collapse"], "once before the alert, none after it"


def test_for_a_day_after_an_edit_a_lower_ctr_is_an_alert_sooner(calm):
    low = from_then(calm, "c1", AT, clicks=0.4)
    low.loc[(low["campaign_id"] == "c1") & (low["ts"] >= AT), "daily_budget"] = 101.0
    edit = changes((AT, "c1", "budget_change", "100", "101"))
    ((_, _, after),) = said(low, edit)
    ((_, _, usual),) = said(low, edit, settings=DetectionSettings(ctr_edited_less=0.0))
    assert after < usual
