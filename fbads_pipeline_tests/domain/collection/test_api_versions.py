"""The calendar of the API's versions, at fixed days."""

from datetime import date, timedelta

import pytest

from fbads_pipeline.domain.collection.api_versions import (
    CALENDAR,
    DEFAULT_VERSION,
    end_of,
    newest_version,
    version_state,
)


@pytest.mark.parametrize(
    ("version", "day", "state"),
    [
        ("v25.0", date(2026, 12, 24), "current"),
        ("v25.0", date(2026, 12, 25), "ending"),
        ("v25.0", date(2027, 2, 22), "ending"),
        ("v25.0", date(2027, 2, 23), "ended"),
        ("v24.0", date(2026, 11, 26), "ended"),
        ("v23.0", date(2026, 11, 26), "ended"),
        ("v22.0", date(2026, 1, 1), "ending"),
        ("v9.0", date(2026, 11, 26), "ended"),
        ("v26.0", date(2026, 11, 26), "current"),
        ("v27.0", date(2026, 11, 26), "current"),
        ("v99.0", date(2026, 11, 26), "not listed"),
    ],
)
def test_a_version_is_warned_of_sixty_days_before_its_end(version, day, state):
    assert version_state(version, day) == state


def test_the_default_is_listed_and_answers():
    assert version_state(DEFAULT_VERSION, date(2026, 11, 26)) == "current"
    assert end_of("v25.0") == date(2027, 2, 23)


@pytest.mark.parametrize(
    ("day", "newest"), [(date(2026, 7, 28), "v25.0"), (date(2026, 7, 29), "v26.0"), (date(2026, 11, 4), "v27.0")]
)
def test_the_newest_version_is_one_that_is_out(day, newest):
    assert newest_version(day) == newest


def test_the_calendar_is_in_order_and_every_version_has_ninety_days_beside_the_next():
    released = [one.released_on for one in CALENDAR]
    assert released == sorted(released)
    for one, after in zip(CALENDAR[:-1], CALENDAR[1:], strict=True):
        assert one.ends_on is None or one.ends_on >= after.released_on + timedelta(days=90)
