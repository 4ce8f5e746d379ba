"""Holidays and commercial dates by country, without key or network."""

from datetime import date

import pytest

from fbads_pipeline.adapters.calendar.holidays import HolidayCalendar, country_of
from fbads_pipeline.bootstrap.calendar import calendars
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.settings import SettingsError, load_settings
from fbads_pipeline_tests.support.rendering import text_of

YEAR = date(2026, 1, 1), date(2026, 12, 31)


def titles(country, kind):
    return {
        str(one.starts_on): (text_of(one.title), text_of(one.title, "en"))
        for one in HolidayCalendar(country).read(None, *YEAR).events
        if one.kind == kind
    }


def test_brazil_has_its_holidays_and_the_optional_ones_in_both_languages():
    public, optional = titles("BR", "holiday"), titles("BR", "optional")
    assert public["2026-09-07"] == ("Independência do Brasil", "Independence Day")
    assert optional["2026-02-17"][0] == "Carnaval"
    assert optional["2026-06-04"] == ("Corpus Christi", "Corpus Christi")
    assert "2026-11-27" not in public


def test_a_country_without_portuguese_keeps_its_english_titles():
    assert titles("US", "holiday")["2026-11-26"] == ("Thanksgiving Day", "Thanksgiving Day")


def test_a_zone_without_country_and_an_unknown_country_have_the_dates_of_everywhere():
    world = HolidayCalendar(None).read(None, *YEAR).events
    assert {one.kind for one in world} == {"commercial"} and {one.country for one in world} == {None}
    assert len(HolidayCalendar("XX").read(None, *YEAR).events) == len(world)


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("America/Sao_Paulo", "BR"),
        ("Asia/Tokyo", "JP"),
        ("America/Los_Angeles", "US"),
        ("UTC", None),
        ("Etc/UTC", None),
        ("nowhere", None),
    ],
)
def test_the_country_of_a_zone(zone, country):
    assert country_of(zone) == country


def an_account(number, zone):
    return Account(str(number), "x", "BRL", zone)


def test_each_country_of_the_accounts_is_one_calendar():
    accounts = [an_account(1, "America/Sao_Paulo"), an_account(2, "America/Recife"), an_account(3, "UTC")]
    names = [one.name for one in calendars(load_settings(), accounts)]
    assert names == ["holidays:BR", "holidays:world"]
    assert [one.name for one in calendars(load_settings(country="PT"), accounts)] == ["holidays:PT"]
    assert [one.name for one in calendars(load_settings(), [])] == ["holidays:world"]


def test_half_a_google_calendar_is_refused():
    with pytest.raises(SettingsError, match="FBADS_CALENDAR_CREDENTIALS is missing"):
        calendars(load_settings(calendar_id="team@x"), [])
    with pytest.raises(SettingsError, match="FBADS_CALENDAR_ID is missing"):
        calendars(load_settings(calendar_credentials="{}"), [])
