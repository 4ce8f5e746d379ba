"""What is usual by an hour comes of days that were read at that hour, of at least five."""

from datetime import date, timedelta
from decimal import Decimal

from fbads_pipeline.domain.clients.hours import DayCurve, usual_at, usual_hours

FIRST = date(2026, 11, 1)


def curve(n, spend, *, every=30):
    """A day that spends evenly, read as often."""
    points = [(minutes, Decimal(spend) * minutes / 1440) for minutes in range(every, 1440, every)]
    return DayCurve(FIRST + timedelta(days=n), points)


def test_usual_lies_between_the_days_and_too_few_days_make_none():
    days = [curve(n, 100 + 10 * n) for n in range(10)]
    noon = usual_at(days, 720)
    assert (noon.hour, noon.low, noon.middle, noon.high) == (12, 55, 70, 90)
    assert usual_at(days[:4], 720) is None and usual_at(days[:5], 720) is not None
    assert [one.hour for one in usual_hours(days)] == list(range(1, 25))


def test_a_day_that_was_not_read_around_that_time_says_nothing_of_it():
    late = DayCurve(FIRST, [(60, Decimal(5)), (1200, Decimal(80))])
    assert late.at(60) == late.at(119) == 5 and late.at(30) is None
    assert late.at(720) is None, "the last reading is eleven hours old"
    assert late.at(1210) == 80
    backfilled = DayCurve(FIRST, [(1439, Decimal(100))])
    assert usual_at([backfilled] * 9, 720) is None


def test_a_figure_that_was_not_reported_is_no_zero():
    unknown = DayCurve(FIRST, [(700, None)])
    assert unknown.at(720) is None
    assert usual_at([unknown, *(curve(n, 100) for n in range(5))], 720).low == 50
