"""The chart of an alert as a picture."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image

from fbads_pipeline.adapters.rendering.chart_picture import chart_picture, report_chart
from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.domain.alerts.charts import RecentDay, chart_of

FIRST = date(2026, 11, 9)


def a_chart(*spend, metric="spend", unread=()):
    recent = [
        RecentDay(
            FIRST + timedelta(days=n), n not in unread, False, None if value is None else {"spend": Decimal(value)}
        )
        for n, value in enumerate(spend)
    ]
    return chart_of(metric, recent, "BRL", since=FIRST)


def colours(png):
    image = Image.open(BytesIO(png))
    image.load()
    return image, {colour[:3] for _, colour in image.convert("RGB").getcolors(1 << 24)}


def test_it_is_a_sharp_png_with_bars_and_the_mark_of_the_day_in_it():
    image, found = colours(chart_picture(a_chart(100, 90, 80, 70, 60, 50, 40), localizer("pt")).png)
    assert image.format == "PNG" and image.width > 600 and image.height > 300
    assert {(0x24, 0x57, 0xA6), (0xA3, 0x26, 0x1B), (255, 255, 255)} <= found


def test_it_is_the_same_for_the_same_and_another_for_others():
    chart = a_chart(100, 90, 80, 70, 60)
    first = chart_picture(chart, localizer("pt")).png
    assert chart_picture(chart, localizer("pt")).png == first
    assert chart_picture(chart, localizer("en")).png != first
    assert chart_picture(a_chart(100, 90, 80, 70, 10), localizer("pt")).png != first


@pytest.mark.parametrize(
    ("language", "title", "days"),
    [
        ("pt", "Investimento, últimos 6 dias", ["09/11: R$\xa0100,00", "10/11: não lido", "14/11: R$\xa060,00"]),
        ("en", "Spend, last 6 days", ["9 Nov: R$100.00", "10 Nov: not read", "14 Nov: R$60.00"]),
    ],
)
def test_what_it_shows_is_said_in_words_in_the_readers_language(language, title, days):
    made = chart_picture(a_chart(100, None, 80, 70, 60, 60, unread={1}), localizer(language))
    words = made.words
    assert words.title == title and words.description.startswith(f"{title}. ")
    for day in days:
        assert day in words.description


def test_it_is_drawn_as_the_pages_draw_theirs():
    figures = {"spend": Decimal(20), "conversions": Decimal(4), "cpa": Decimal(5)}
    recent = [RecentDay(FIRST + timedelta(days=n), True, n == 4, figures) for n in range(5)]
    drawn = report_chart(chart_of("cpa", recent, "BRL", since=FIRST))
    assert (drawn.unit, drawn.currency, list(drawn.now)) == ("money", "BRL", [5] * 5)
    assert (list(drawn.provisional), dict(drawn.marks)) == ([False] * 4 + [True], {FIRST: "anomaly"})
