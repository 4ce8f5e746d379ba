"""When money ends is told from usual spend, two days before, and never without it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbads_pipeline.domain.delivery.facts import DeliveryFacts, evaluate_delivery
from fbads_pipeline.domain.delivery.funds import MoneyFacts, funds_of
from fbads_pipeline.domain.delivery.problems import ProblemChanges
from fbads_pipeline.domain.delivery.spend_forecast import UsualSpend, money_end, usual_spend

ZONE = "America/Sao_Paulo"
NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
TODAY = date(2026, 11, 10)


def spend(per_day="100", days=28, *, until=TODAY):
    return {until - timedelta(days=n): Decimal(per_day) for n in range(1, days + 1)}


def facts(**given_):
    made = {"is_prepaid": True, "left": Decimal(1000), "spend": spend(), "read_at": NOW}
    return MoneyFacts("1", "Loja", "BRL", ZONE, **{**made, **given_})


def kinds(account, *, open_keys=(), now=None):
    found = DeliveryFacts([account], [], open_keys)
    changes = evaluate_delivery(found, now=now or account.read_at)
    ended = {key[0]: how.how for key, how in changes.ended(open_keys).items()}
    return [one.kind for one in changes.opened(open_keys)], ended


def key(kind):
    return (kind, "account:1")


def test_what_is_left_is_spent_by_weekdays_at_the_level_of_the_last_week():
    # Weekdays 200, weekends 50; the last week twice that.
    known = {}
    for n in range(1, 29):
        day = TODAY - timedelta(days=n)
        known[day] = Decimal(200 if day.weekday() < 5 else 50) * (2 if n <= 7 else 1)
    usual = usual_spend(known, TODAY)
    assert [round(one) for one in usual.by_weekday] == [400] * 5 + [100] * 2
    friday_noon = datetime(2026, 11, 13, 12, tzinfo=ZoneInfo(ZONE))
    ends = money_end(Decimal(200 + 100 + 100 + 100), usual, friday_noon, ZONE)
    assert abs(ends - datetime(2026, 11, 16, 6, tzinfo=ZoneInfo(ZONE))) < timedelta(minutes=1)


def test_a_campaign_that_began_in_the_middle_of_a_week_has_no_rhythm_of_its_own():
    begun = spend() | {day: Decimal(0) for day in spend() if day < TODAY - timedelta(days=9)}
    assert usual_spend(begun, TODAY).by_weekday == (Decimal(100),) * 7
    growing = {day: Decimal(2 ** (4 - ((TODAY - day).days - 1) // 7)) for day in spend()}
    assert [round(one, 6) for one in usual_spend(growing, TODAY).by_weekday] == [16] * 7, "growth is no rhythm"


def test_days_that_were_not_read_are_no_days_without_spend():
    usual = usual_spend({day: amount for day, amount in spend().items() if day.day % 2}, TODAY)
    assert usual.per_day == 100
    assert usual_spend(spend(days=2), TODAY) is None
    assert usual_spend({TODAY - timedelta(days=9): Decimal(5)}, TODAY) is None
    assert usual_spend(spend("0"), TODAY).per_day == 0


@settings(max_examples=60, deadline=None)
@given(
    st.decimals(min_value=1, max_value=5000, places=2),
    st.integers(0, 23),
    st.sampled_from([ZONE, "Asia/Tokyo", "America/New_York", "Pacific/Auckland"]),
)
def test_at_steady_spend_the_end_is_exact_across_changes_of_clocks(per_day, hour, zone):
    usual = UsualSpend((per_day,) * 7)
    at = datetime(2026, 10, 30, hour, tzinfo=UTC)
    ends = money_end(per_day * 3, usual, at, zone)
    assert abs(ends - (at + timedelta(days=3))) <= timedelta(hours=1)
    assert money_end(per_day * 100, usual, at, zone) is None
    assert money_end(Decimal(0), usual, at, zone) == at


def test_steady_spend_is_told_at_least_48_hours_before_zero_and_once():
    opened, told_at = set(), None
    for half_hours in range(9 * 48):
        at = NOW + timedelta(minutes=30 * half_hours)
        left = Decimal(800) - Decimal(100) * half_hours / 48
        today = at.astimezone(ZoneInfo(ZONE)).date()
        account = facts(left=left, read_at=at, spend=spend(until=today))
        new, ended = kinds(account, open_keys=opened)
        told_at = at if new == ["balance_low"] else told_at
        opened = (opened - {key(kind) for kind in ended}) | {key(kind) for kind in new}
        assert len(new) <= 1
    zero = NOW + timedelta(days=8)
    assert timedelta(hours=48) <= zero - told_at <= timedelta(hours=61)
    assert opened == {key("balance_empty")}


@pytest.mark.parametrize(
    "account",
    [
        facts(left=Decimal(1000)),
        facts(left=Decimal(1), spend={}),
        facts(left=Decimal(1), spend=spend("0")),
        facts(left=None, funding_shape="???"),
        facts(left=Decimal(0), spend=spend("0")),
        facts(is_prepaid=False, left=Decimal(5)),
        facts(is_prepaid=None, left=Decimal(5), funding_type=1),
        facts(is_prepaid=False, spend_cap=Decimal(0), amount_spent=Decimal(500)),
        facts(is_prepaid=False, spend_cap=Decimal(100), amount_spent=None),
    ],
    ids=["enough", "no day read", "no spend", "unknown form", "nothing used", "invoice", "card", "cap of zero", "?"],
)
def test_no_alarm_without_a_reason(account):
    assert kinds(account) == ([], {})


def test_balances_and_caps_are_told_when_low_and_at_the_end():
    assert kinds(facts(left=Decimal(240)))[0] == ["balance_low"]
    assert kinds(facts(left=Decimal(-3)))[0] == ["balance_empty"]
    assert kinds(facts(is_prepaid=None, funding_type=20, left=Decimal(0)))[0] == ["balance_empty"]
    capped = {"is_prepaid": False, "left": None, "spend_cap": Decimal(1000)}
    assert kinds(facts(**capped, amount_spent=Decimal(900)))[0] == ["account_cap_low"]
    assert kinds(facts(**capped, amount_spent=Decimal(1000)))[0] == ["account_cap_reached"]


def test_a_low_balance_ends_as_fixed_once_it_is_topped_up_and_does_not_waver():
    low = {key("balance_low")}
    assert kinds(facts(left=Decimal(300)), open_keys=low) == ([], {}), "72 hours: neither low nor clearly enough"
    assert kinds(facts(left=Decimal(900)), open_keys=low) == ([], {"balance_low": "fixed"})
    assert kinds(facts(left=Decimal(0)), open_keys=low) == (["balance_empty"], {"balance_low": "gone"})
    empty = {key("balance_empty")}
    assert kinds(facts(left=Decimal(900)), open_keys=empty) == ([], {"balance_empty": "fixed"})
    assert kinds(facts(left=None, funding_shape="?"), open_keys=low) == ([], {}), "an unknown form says nothing"
    assert kinds(facts(is_prepaid=False), open_keys=low) == ([], {"balance_low": "gone"}), "from prepaid to invoice"
    old = facts(left=Decimal(900), read_at=NOW - timedelta(hours=4))
    assert kinds(old, open_keys=low, now=NOW) == ([], {}), "an old reading says nothing of now"


def test_a_balance_of_unknown_form_is_shown_as_unknown_with_its_shape():
    (fund,) = funds_of(facts(left=None, funding_shape="xxx 999"))
    assert (fund.state(NOW), fund.left, fund.shape) == ("unknown", None, "xxx 999")
    assert list(funds_of(facts(is_prepaid=False))) == []
    assert isinstance(evaluate_delivery(DeliveryFacts([], [], ()), now=NOW), ProblemChanges)
