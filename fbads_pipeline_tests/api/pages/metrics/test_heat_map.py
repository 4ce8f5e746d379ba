"""The hours of a campaign's weeks: what was not read is not zero, and with too few days nothing is shown."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.rendering.heat_svg import draw_heat
from fbads_pipeline.domain.metrics.week_hours import LEAST_DAYS, DayHour, week_hours
from fbads_pipeline_tests.api.conftest import HOSTILE, Client
from fbads_pipeline_tests.api.pages.test_pages import MARTS

MONDAY = date(2026, 11, 2)


def days(count, **other):
    """So many whole days with 2 in each hour."""
    values = {"minutes": 60, "figure": Decimal(2), **other}
    return [DayHour(MONDAY + timedelta(days=n), hour, **values) for n in range(count) for hour in range(24)]


def test_a_cell_is_the_mean_of_its_hours_that_were_read_and_reported():
    found = week_hours(
        [
            *days(14),
            DayHour(MONDAY + timedelta(days=14), 9, 60, Decimal(8)),
            DayHour(MONDAY + timedelta(days=21), 9, 29, Decimal(900)),
            DayHour(MONDAY + timedelta(days=28), 9, 60, None),
        ]
    )
    assert found.days == 14 and found.is_learned and len(found.cells) == 168
    assert found.cells[0, 9].mean == 4 and found.cells[0, 9].days == 3, "neither the half-read nor the unreported hour"
    assert found.cells[0, 10].mean == 2


def test_what_was_not_read_and_what_was_not_reported_are_no_zero():
    found = week_hours([one for one in days(14) if one.hour != 4])
    assert (found.cells[3, 4].mean, found.cells[3, 4].is_read) == (None, False) and found.cells[3, 5].mean == 2
    unreported = week_hours(days(14, figure=None))
    assert (unreported.cells[3, 5].mean, unreported.cells[3, 5].is_read) == (None, True)
    assert week_hours(days(14, figure=Decimal(0))).cells[3, 5].mean == 0


def test_a_day_counts_where_most_of_its_hours_were_read():
    assert not week_hours(days(LEAST_DAYS - 1)).is_learned and week_hours(days(LEAST_DAYS)).is_learned
    assert week_hours([one for one in days(14) if one.hour < 19]).days == 0


@pytest.fixture
def client(app, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text(MARTS), {"name": HOSTILE})
    made = Client(app)
    made.cookies.set("fbads_language", "pt")
    return made


def test_the_page_says_what_it_learns_and_draws_what_it_knows(client, database):
    text = client.get("/campaigns/101/hours").text.replace("\xa0", " ")
    assert "de 20 dias lidos" in text and text.count("<rect class") == 168
    assert "seg 09:00 · R$ 15,00" in text, "two half-hours of 7.50 on the account's own clock"
    assert "seg 08:00 · R$ 0,00" in text and "seg 04:00 · não lido" in text
    assert text.count('class="heat-none"') == 7 + 1 and text.count('class="heat-5"') == 7
    with database.owner.begin() as connection:
        connection.execute(sa.text("delete from marts.campaign_intraday where day < '2026-11-01'"))
    assert "Aprendendo: 8 de 14 dias" in client.get("/campaigns/101/hours").text
    assert client.get("/campaigns/999/hours").status_code == 404


def test_a_few_hours_that_stand_out_do_not_make_the_others_look_alike():
    cells = {(day, hour): Decimal(1 + hour % 5) for day in range(7) for hour in range(24)}
    cells |= {(day, 23): Decimal(1000) for day in range(7)}
    drawn = draw_heat(cells, dict.fromkeys(cells, ""), ["d"] * 7, label="hours")
    assert {step for step in range(6) if f'class="heat-{step}"' in drawn} == {2, 3, 4, 5}
