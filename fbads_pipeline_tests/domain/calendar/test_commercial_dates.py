"""Dates of commerce, against a calendar on paper."""

from datetime import date

import pytest
from dateutil.easter import easter as reference

from fbads_pipeline.domain.calendar.commercial_dates import black_friday, commercial_dates, easter
from fbads_pipeline_tests.support.rendering import text_of


def of(country, year):
    return {one.event_id: one for one in commercial_dates(country, date(year, 1, 1), date(year, 12, 31))}


@pytest.mark.parametrize(("year", "day"), [(2024, 29), (2025, 28), (2026, 27), (2029, 23), (2030, 29)])
def test_black_friday_follows_the_fourth_thursday(year, day):
    assert black_friday(year) == date(year, 11, day)


def test_easter_is_right_for_two_centuries():
    assert [easter(year) for year in range(1900, 2100)] == [reference(year) for year in range(1900, 2100)]


def test_brazils_year_of_2026():
    days = {
        name.removesuffix("-2026"): str(one.starts_on) for name, one in of("BR", 2026).items() if "week" not in name
    }
    assert days == {
        "BR-consumer-day": "2026-03-15",
        "BR-easter": "2026-04-05",
        "BR-mothers-day": "2026-05-10",
        "BR-valentines-day": "2026-06-12",
        "BR-fathers-day": "2026-08-09",
        "BR-customer-day": "2026-09-15",
        "BR-childrens-day": "2026-10-12",
        "world-singles-day": "2026-11-11",
        "world-black-friday": "2026-11-27",
        "BR-thirteenth-1": "2026-11-30",
        "world-cyber-monday": "2026-11-30",
        "BR-thirteenth-2": "2026-12-18",
        "world-christmas": "2026-12-25",
    }


def test_the_week_before_is_an_event_of_its_own_that_ends_the_day_before():
    week = of("BR", 2026)["world-black-friday-2026-week"]
    assert (str(week.starts_on), str(week.ends_on)) == ("2026-11-23", "2026-11-26")
    assert (text_of(week.title), text_of(week.title, "en")) == ("véspera: Black Friday", "the days before Black Friday")


def test_a_span_has_what_touches_it_and_nothing_else():
    found = commercial_dates("BR", date(2026, 11, 26), date(2026, 11, 27))
    assert [one.event_id for one in found] == ["world-black-friday-2026-week", "world-black-friday-2026"]
    assert {one.country for one in commercial_dates(None, date(2026, 1, 1), date(2026, 12, 31))} == {None}
