"""What was known at an instant: figures that stand where nothing new was found, budgets and status of then."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from fbads_pipeline.domain.anomalies.account_readings import CampaignDayVersion, ObjectState
from fbads_pipeline.domain.anomalies.state.object_timeline import ObjectTimeline
from fbads_pipeline.domain.anomalies.state.timelines import FigureTimeline

DAY, AT = date(2026, 11, 2), datetime(2026, 11, 2, 12, tzinfo=UTC)
PLACE = {"a": 0, "b": 1}


def later(hours):
    return AT + timedelta(hours=hours)


def test_figures_stand_until_they_are_read_anew():
    versions = [
        CampaignDayVersion("a", DAY, AT, 100, 5, 2.5, 1, False),
        CampaignDayVersion("a", DAY, later(2), 300, 9, 7.5, 2, False),
        CampaignDayVersion("a", DAY, later(4), 300, 9, 7.5, 2, True),
    ]
    known = FigureTimeline(versions, PLACE)
    seen = []
    for hours in (-1, 0, 1, 2, 3, 4):
        known.advance(later(hours))
        who, counters = known.of(DAY)
        seen.append(counters[:, 0].tolist() if who.tolist() == [0] else [])
    assert seen == [[], [100, 5, 2.5, 1], [100, 5, 2.5, 1], [300, 9, 7.5, 2], [300, 9, 7.5, 2], [0] * 4]


def test_a_figure_that_was_not_reported_is_not_zero():
    known = FigureTimeline([CampaignDayVersion("a", DAY, AT, 100, 5, 2.5, None, False)], PLACE)
    known.advance(AT)
    _, counters = known.of(DAY)
    assert np.isnan(counters[3, 0]) and counters[:3, 0].tolist() == [100, 5, 2.5]


def test_an_older_day_has_the_campaigns_alone_that_it_has_a_row_of():
    known = FigureTimeline([CampaignDayVersion("b", DAY, AT, 100, 5, 2.5, 1, False)], PLACE)
    known.advance(AT)
    who, counters = known.of(DAY)
    assert (who.tolist(), counters.tolist()) == ([1], [[100], [5], [2.5], [1]])
    assert known.of(DAY - timedelta(days=1))[0].size == 0


def test_budgets_and_status_are_those_of_the_instant_and_the_first_holds_before():
    states = [
        ObjectState("a", "a", AT, True, 50.0),
        ObjectState("b", "b", AT, True, None),
        ObjectState("b1", "b", AT, True, 10.1),
        ObjectState("b2", "b", AT, True, 20.2),
        ObjectState("a", "a", later(2), False, 80.0),
        ObjectState("b2", "b", later(2), False, 20.2),
        ObjectState("b1", "b", later(3), False, 10.1),
        ObjectState("x", "unknown", later(3), False, 10.1),
    ]
    known = ObjectTimeline(states, PLACE, np.ones(2, dtype=np.bool_))
    told = []
    for hours in (-5, 1, 2, 3):
        told.append((known.advance(later(hours)), known.budget().tolist()))
    assert told == [({}, [50, 30.3]), ({}, [50, 30.3]), ({0: False}, [80, 10.1]), ({}, [80, 0])]


def may_deliver(*states, hours=(-5, 1, 2, 3)):
    known = ObjectTimeline(states, PLACE, np.ones(2, dtype=np.bool_))
    seen = []
    for number in hours:
        known.advance(later(number))
        seen.append(bool(known.may_deliver()[0]))
    return seen


def test_a_campaign_delivers_from_its_start_until_its_end():
    scheduled = ObjectState("a", "a", AT, True, 50.0, starts_at=later(1), ends_at=later(3))
    assert may_deliver(scheduled) == [False, True, True, False]


def test_a_campaign_whose_ad_sets_have_all_ended_or_were_paused_does_not_deliver():
    own = ObjectState("a", "a", AT, True, 50.0)
    ends = ObjectState("a1", "a", AT, True, None, ends_at=later(2))
    other, paused = (
        ObjectState("a2", "a", AT, True, None),
        ObjectState("a2", "a", later(3), False, None, is_paused=True),
    )
    assert may_deliver(own, ends) == [True, True, False, False]
    assert may_deliver(own, ends, other, paused) == [True, True, True, False]
    reviewed = ObjectState("a2", "a", later(3), False, None)
    assert may_deliver(own, ends, other, reviewed) == [True] * 4, "Meta alone stopped it: that is an anomaly"
