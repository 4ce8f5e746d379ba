"""Which backups are kept, and how a restored database is compared with what was saved."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.domain.health.backups import BackupContents, BackupRetention, differences, kept_backups

NIGHT = datetime(2026, 11, 27, 3, 51, tzinfo=UTC)


def nightly(count):
    return [NIGHT - timedelta(days=days) for days in range(count)]


def test_of_two_years_of_nights_a_week_of_days_a_month_of_weeks_and_a_year_of_months_stay():
    kept = sorted(kept_backups(nightly(730), BackupRetention()), reverse=True)
    assert kept[:7] == nightly(7)
    assert [f"{one:%a %d %b %Y}" for one in kept[7:]] == [
        "Sun 15 Nov 2026",
        "Sun 08 Nov 2026",
        *("Sat 31 Oct 2026", "Wed 30 Sep 2026", "Mon 31 Aug 2026", "Fri 31 Jul 2026", "Tue 30 Jun 2026"),
        *("Sun 31 May 2026", "Thu 30 Apr 2026", "Tue 31 Mar 2026", "Sat 28 Feb 2026", "Sat 31 Jan 2026"),
        "Wed 31 Dec 2025",
    ]


@given(
    st.lists(st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)), min_size=1, unique=True),
    st.integers(1, 9),
    st.integers(0, 9),
)
def test_the_newest_stays_and_each_kept_day_has_its_newest(made, days, others):
    kept = kept_backups(made, BackupRetention(days, others, others))
    assert max(made) in kept
    newest = {at.date(): at for at in sorted(made)}
    assert set(sorted(newest.values())[-days:]) <= kept <= set(made)
    assert kept_backups(kept, BackupRetention(days, others, others)) == kept


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (BackupContents({"raw.insights": 3}, {"BRL": "10.50"}), []),
        (BackupContents({"raw.insights": 2}, {"BRL": "10.50"}), ["raw.insights has 2 rows, the backup 3 rows"]),
        (BackupContents({}, {"BRL": "10.50"}), ["raw.insights has no such table, the backup 3 rows"]),
        (BackupContents({"raw.insights": 3}, {}), ["spend in BRL is none, in the backup 10.50"]),
        (BackupContents({"raw.insights": 3}, {"BRL": "10.49"}), ["spend in BRL is 10.49, in the backup 10.50"]),
    ],
)
def test_what_differs_is_named(found, said):
    assert differences(BackupContents({"raw.insights": 3}, {"BRL": "10.50"}), found) == said
