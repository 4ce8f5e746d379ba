"""Weeks and months that the days asked for cut are named, with how many of their days are in the figure."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.chat.answers.figures import heading
from fbads_pipeline.domain.chat.plan import Plan, RelativePeriod
from fbads_pipeline.domain.chat.result import ChatAccount
from fbads_pipeline_tests.support.asking import CATALOGUE

TODAY = date(2026, 11, 10)
ACCOUNTS = [ChatAccount("1", "Loja", "BRL", "America/Sao_Paulo", "purchase", TODAY)]


def said(dimension, first, last):
    period = RelativePeriod("between", first=first, last=last)
    plan = Plan("figures", metrics=("spend",), dimensions=(dimension,), period=period)
    return translator().localizer("pt").render(heading(plan, ACCOUNTS, CATALOGUE))


def begins(day, dimension):
    return day - timedelta(days=day.weekday()) if dimension == "week" else day.replace(day=1)


@pytest.mark.parametrize("dimension", ["week", "month"])
@given(
    first=st.dates(date(2026, 1, 1), date(2026, 10, 1)),
    length=st.integers(0, 100),
)
def test_each_stretch_that_is_cut_is_named_once_with_its_days(dimension, first, length):
    last = min(first + timedelta(days=length), date(2026, 11, 9))
    inside = Counter(begins(first + timedelta(days=n), dimension) for n in range((last - first).days + 1))
    whole = {begin: sum(begins(begin + timedelta(days=n), dimension) == begin for n in range(31)) for begin in inside}
    cut = sorted((days, whole[begin]) for begin, days in inside.items() if days < whole[begin])
    text = said(dimension, first, last)
    assert sorted((int(a), int(b)) for a, b in re.findall(r"\((\d+) de (\d+) dias\)", text)) == cut
    assert ("só em parte" in text) == bool(cut)


def test_days_and_campaigns_are_no_stretches():
    assert "em parte" not in said("day", date(2026, 10, 6), date(2026, 10, 7))
    assert said("week", date(2026, 9, 29), date(2026, 10, 7)).endswith(
        "só em parte: semana de 28/09/2026 (6 de 7 dias), semana de 05/10/2026 (3 de 7 dias)"
    )
