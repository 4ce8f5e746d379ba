"""Calendar days explain instead of alarm, and never explain a stop away."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.anomalies.account_readings import AnomalyClosure
from fbads_pipeline.domain.anomalies.calendar_causes import local_days, with_calendar
from fbads_pipeline.domain.calendar.messages import coinciding_line, with_coinciding
from fbads_pipeline_tests.support.fake_anomalies import an_anomaly
from fbads_pipeline_tests.support.fakes import an_alert, an_event
from fbads_pipeline_tests.support.rendering import body_of, text_of

ZONE = "America/Sao_Paulo"
FRIDAY = date(2026, 11, 27)
NOON = datetime(2026, 11, 27, 15, tzinfo=UTC)
BLACK_FRIDAY = an_event("Black Friday", FRIDAY)


def found(kind, observed, expected=20.0, severity="warning", **other):
    since = {"since": NOON - timedelta(hours=3), "detected_at": NOON}
    return an_anomaly(kind=kind, observed=observed, expected=expected, severity=severity, **{**since, **other})


def explained(one, *events):
    (after,) = with_calendar([one], events, ZONE)
    return after


@pytest.mark.parametrize(("kind", "observed"), [("spend_spike", 49.0), ("cpm_rise", 30.0), ("ctr_collapse", 9.0)])
def test_a_moderate_move_on_a_date_of_commerce_is_explained_and_no_alert(kind, observed):
    after = explained(found(kind, observed), BLACK_FRIDAY)
    assert not after.is_alert
    assert translator().render(after.message, "pt").endswith("Coincide com: Black Friday.")
    assert translator().render(after.message, "en").endswith("Coincides with: Black Friday.")
    assert after.causes[-1] == {
        "name": "calendar",
        "title": ["Black Friday"],
        "until": "2026-11-28",
        "held_back": True,
    }


@pytest.mark.parametrize(
    "one",
    [
        found("spend_spike", 51.0),
        found("spend_spike", 30.0, severity="critical"),
        found("spend_drop", 12.0),
        found("cpa_jump", 30.0),
    ],
    ids=["too much", "critical", "a fall on a day of sales", "conversions"],
)
def test_what_a_day_does_not_explain_is_told_and_names_it(one):
    after = explained(one, BLACK_FRIDAY)
    assert after.is_alert and after.causes[-1]["held_back"] is False
    assert "Coincide com: Black Friday." in translator().render(after.message, "pt")


@pytest.mark.parametrize("kind", ["delivery_stop", "tracking_break"])
def test_a_stop_and_a_tracking_break_are_left_as_they_are(kind):
    one = found(kind, 0.0, severity="warning")
    assert explained(one, BLACK_FRIDAY, an_event("Natal", FRIDAY, kind="holiday")) is one


def test_a_holiday_explains_a_fall_and_a_busy_day_nothing():
    fall = found("spend_drop", 12.0)
    assert not explained(fall, an_event("Tiradentes", FRIDAY, kind="holiday")).is_alert
    assert explained(fall, an_event("ocupado", FRIDAY, kind="busy")) is fall


def test_days_are_the_accounts_own():
    late = found("cpm_rise", 30.0, since=NOON + timedelta(hours=11), detected_at=NOON + timedelta(hours=11, minutes=30))
    assert local_days(late, ZONE) == (FRIDAY, FRIDAY), "02:00 in UTC is still Friday in São Paulo"
    assert not explained(late, BLACK_FRIDAY).is_alert
    after = found("cpm_rise", 30.0, since=NOON + timedelta(days=1), detected_at=NOON + timedelta(days=1))
    assert explained(after, BLACK_FRIDAY) is after


def test_what_would_not_have_been_told_is_not_held_back():
    assert explained(found("cpm_rise", 30.0, is_alert=False), BLACK_FRIDAY).causes[-1]["held_back"] is False


def test_an_end_stays_an_end():
    over = AnomalyClosure("7", "cpm", NOON, "recovered")
    assert with_calendar([over], [BLACK_FRIDAY], ZONE) == [over]


def test_a_message_names_three_events_at_most_and_says_nothing_without_any():
    week = an_event("véspera", FRIDAY - timedelta(4), ends_on=FRIDAY - timedelta(1))
    line = "Coincide com: Black Friday (em 27/11/2026); véspera (de 23/11 a 26/11/2026); a (em 27/11/2026)."
    assert text_of(coinciding_line([BLACK_FRIDAY, week, *(an_event(name, FRIDAY) for name in "ab")])) == line
    assert text_of(coinciding_line([BLACK_FRIDAY]), "en") == "Coincides with: Black Friday (on 27 Nov 2026)."
    alert = an_alert()
    assert with_coinciding(alert, []) is alert
    told = with_coinciding(alert, [BLACK_FRIDAY])
    assert body_of(told) == f"{body_of(alert)}\n\nCoincide com: Black Friday (em 27/11/2026)."
    assert body_of(told, "en") == f"{body_of(alert, 'en')}\n\nCoincides with: Black Friday (on 27 Nov 2026)."
    day = "2026-11-27"
    assert told.facts["calendar"] == [
        {"title": {"kind": "name", "name": "Black Friday", "instead": "commercial"}, "from": day, "to": day}
    ]


@pytest.mark.parametrize(
    ("rests", "kind", "is_alert"), [(1.0, "holiday", False), (0.0, "holiday", True), (1.0, "commercial", True)]
)
def test_a_holiday_is_a_usual_pause_of_a_campaign_that_rests_at_weekends(rests, kind, is_alert):
    stop = found("delivery_stop", 0.0, severity="critical", data_used={"rests_at_weekends": rests})
    after = explained(stop, an_event("Finados", FRIDAY, kind=kind))
    assert after.is_alert is is_alert
    assert (after == stop) is is_alert, "what a holiday does not explain stays as it is"
