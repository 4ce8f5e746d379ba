"""The chart beside each anomaly: its metric on the days around it, with the day that it began marked."""

import re

import sqlalchemy as sa

from fbads_pipeline_tests.api.pages.test_pages import visitor, world

__all__ = ["visitor", "world"]


def charts(visitor, **query):
    answer = visitor.get("/anomalies", **query)
    assert answer.status_code == 200
    return re.findall(r"<figure><figcaption>([^<]+)</figcaption>(<svg.*?</svg>)</figure>", answer.text, re.S)


def days_of(svg):
    return re.findall(r'class="point"[^>]*aria-label="(\d\d/\d\d): ', svg)


def test_an_open_anomaly_shows_the_last_complete_days(visitor):
    ((title, svg),) = charts(visitor)
    assert title == "Investimento"
    assert len(days_of(svg)) == 14 and days_of(svg)[-1] == "09/11", "today would look like a fall"
    assert svg.count('fill="#a3261b"') == 1, "the day that it began"


def test_one_that_is_over_shows_the_days_around_it(visitor, database):
    over = (
        "update analysis.anomalies set status = 'CLOSED', resolution = 'recovered', since = '2026-10-25T12:00Z',"
        " closed_at = '2026-10-27T13:00Z'"
    )
    with database.owner.begin() as connection:
        connection.execute(sa.text(over))
    ((_, svg),) = charts(visitor, state="closed")
    assert (days_of(svg)[0], days_of(svg)[-1]) == ("21/10", "03/11")
    assert svg.count('fill="#a3261b"') == 1


def test_a_campaign_without_figures_has_no_chart(visitor, database):
    with database.owner.begin() as connection:
        connection.execute(sa.text("delete from marts.campaign_daily where campaign_id = '101'"))
    assert "A veiculação parou." in visitor.get("/anomalies").text
    assert charts(visitor) == []
