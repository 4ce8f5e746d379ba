"""CPA against the target: only of figures that are known, the dearest first."""

from decimal import Decimal

import pytest

from fbads_pipeline.domain.reports.facts import CampaignFigures, PeriodFigures
from fbads_pipeline.domain.reports.targets import against_target, target_table


@pytest.mark.parametrize(
    ("spend", "conversions", "state"),
    [
        ("100", "3", "above"), ("100", "4", "within"), ("100", "2", "above"),
        ("31", "0", "above"), ("29", "0", "too_early"),
        ("0", "0", None), (None, "3", None), ("100", None, None),
    ],
)  # fmt: skip
def test_a_cpa_is_held_against_the_target_where_it_is_known(spend, conversions, state):
    given = (None if one is None else Decimal(one) for one in (spend, conversions))
    assert against_target(*given, Decimal(30)) == state


def campaign(number, spend, conversions, target):
    made = None if conversions is None else Decimal(conversions)
    cpa = Decimal(spend) / made if made else None
    figures = {"spend": Decimal(spend), "conversions": made, "cpa": cpa}
    return CampaignFigures(number, f"C{number}", "ACTIVE", figures, None, target_cpa=target and Decimal(target))


def test_the_table_has_what_costs_most_beyond_its_target_first_and_nothing_of_unread_days():
    campaigns = (
        campaign("1", 100, 5, 30), campaign("2", 100, 1, 30), campaign("3", 400, 5, 30),
        campaign("4", 100, None, 30), campaign("5", 100, 1, None), campaign("6", 10, 0, 30),
    )  # fmt: skip
    now = PeriodFigures({}, (), campaigns, None)
    table = target_table(now, "BRL", is_read=True)
    assert [row[0] for row in table.rows] == ["C3", "C2", "C1", "C6"]
    assert [row[5].key for row in table.rows] == [
        "reports.target.above", "reports.target.above", "reports.target.within", "reports.target.too_early",
    ]  # fmt: skip
    assert target_table(now, "BRL", is_read=False).rows == []
