"""How far the levels of an account may lie apart."""

from datetime import date
from decimal import Decimal

import pytest

from fbads_pipeline.domain.collection.control_totals import LevelTotal, mismatch, sentences_of, windows_add_up

NOON, YESTERDAY, SETTLED = 12 * 60, 36 * 60, 48 * 60


def total(level, amount, figure="impressions", action_type="", rows=1, account_id="1"):
    amount = None if amount is None else Decimal(str(amount))
    return LevelTotal(account_id, date(2026, 11, 3), figure, action_type, level, amount, rows)


def differ(above, below, minutes, **of):
    return mismatch(total("account", above, **of), total("campaign", below, **of), minutes=minutes) is not None


@pytest.mark.parametrize(
    ("above", "below", "minutes", "of", "is_wrong"),
    [
        (1000, 1000, SETTLED, {}, False),
        (1000, 999, SETTLED, {}, True),
        ("10.00", "9.98", SETTLED, {"figure": "spend", "rows": 2}, False),
        ("10.00", "9.97", SETTLED, {"figure": "spend", "rows": 2}, True),
        # At noon half an hour is a 24th of the day, and 2 % more may be restated.
        (1000, 939, NOON, {}, False),
        (1000, 938, NOON, {}, True),
        (1000, 960, YESTERDAY, {}, False),
        (1000, 950, YESTERDAY, {}, True),
        # Half an hour after midnight everything may have come in between the calls, but nothing ever takes a day away.
        (1000, 0, 30, {}, False),
        (10, None, NOON, {"figure": "actions", "action_type": "purchase"}, True),
        (3, None, NOON, {"figure": "actions", "action_type": "purchase"}, False),
        (3, None, SETTLED, {"figure": "actions", "action_type": "purchase"}, True),
        (500, None, NOON, {"figure": "action_values", "action_type": "purchase"}, False),
        (500, None, SETTLED, {"figure": "action_values", "action_type": "purchase"}, True),
        (None, None, SETTLED, {}, False),
    ],
)
def test_levels_may_differ_by_rounding_and_by_what_comes_in_between_two_calls(above, below, minutes, of, is_wrong):
    assert differ(above, below, minutes, **of) is is_wrong
    assert differ(below, above, minutes, **of) is is_wrong


@pytest.mark.parametrize(
    ("windows", "add_up"),
    [
        (("7d_click", "1d_view"), True),
        (("7d_click",), True),
        (("7d_click", "1d_view", "1d_ev"), True),
        (("1d_click", "7d_click"), False),
        ((), False),
    ],
)
def test_windows_of_one_kind_contain_each_other(windows, add_up):
    assert windows_add_up(windows) is add_up


def test_a_sentence_names_an_account_day_and_all_its_figures():
    found = [
        mismatch(
            total("campaign", None, "actions", "purchase"), total("ad", 80, "actions", "purchase"), minutes=SETTLED
        ),
        mismatch(total("account", 5), total("campaign", 4), minutes=SETTLED),
        mismatch(total("account", 7, account_id="2"), total("campaign", 4, account_id="2"), minutes=SETTLED),
    ]
    assert list(sentences_of(found)) == [
        "account 1 on 2026-11-03: purchase (actions): none reported by campaigns, 80 reported by ads;"
        " impressions: 5 reported by the account, 4 reported by campaigns",
        "account 2 on 2026-11-03: impressions: 7 reported by the account, 4 reported by campaigns",
    ]
