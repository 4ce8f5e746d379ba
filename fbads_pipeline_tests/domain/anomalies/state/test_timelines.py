"""What was known at an instant: figures that stand where nothing new was found, budgets and status of then."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from fbads_pipeline.domain.anomalies.account_readings import CampaignDayVersion, ObjectState
from fbads_pipeline.domain.anomalies.state.timelines import FigureTimeline, ObjectTimeline

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
        who, counters = known.of(DAY, is_whole=True)
        assert who.tolist() == [0, 1] and counters[:, 1].tolist() == [0, 0, 0, 0]
        seen.append(counters[:, 0].tolist())
    assert seen == [[0] * 4, [100, 5, 2.5, 1], [100, 5, 2.5, 1], [300, 9, 7.5, 2], [300, 9, 7.5, 2], [0] * 4]


def test_a_figure_that_was_not_reported_is_not_zero():
    known = FigureTimeline([CampaignDayVersion("a", DAY, AT, 100, 5, 2.5, None, False)], PLACE)
    known.advance(AT)
    _, counters = known.of(DAY, is_whole=True)
    assert np.isnan(counters[3, 0]) and counters[:3, 0].tolist() == [100, 5, 2.5]
    assert counters[:, 1].tolist() == [0, 0, 0, 0]


def test_an_older_day_has_the_campaigns_alone_that_it_has_a_row_of():
    known = FigureTimeline([CampaignDayVersion("b", DAY, AT, 100, 5, 2.5, 1, False)], PLACE)
    known.advance(AT)
    who, counters = known.of(DAY, is_whole=False)
    assert (who.tolist(), counters.tolist()) == ([1], [[100], [5], [2.5], [1]])
    assert known.of(DAY - timedelta(days=1), is_whole=False)[0].size == 0


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
