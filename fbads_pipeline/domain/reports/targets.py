"""What conversions cost in a period against what they may cost, campaign by campaign."""

from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.core.messages import Message, message
from fbads_pipeline.domain.reports.facts import CampaignFigures, PeriodFigures
from fbads_pipeline.domain.reports.report import Cell, Table, TableColumn

AgainstTarget = Literal["above", "within", "too_early"]
_MOST_ROWS = 15


def against_target(spend: Decimal | None, conversions: Decimal | None, target_cpa: Decimal) -> AgainstTarget | None:
    """Where the CPA stands; None where a figure is not known or nothing was spent. Without a conversion it is above the
    target once more than one conversion's worth is spent, and before that it is too early to say."""
    if spend is None or conversions is None or spend <= 0:
        return None
    if conversions == 0:
        return "above" if spend > target_cpa else "too_early"
    return "above" if spend / conversions > target_cpa else "within"


def target_table(now: PeriodFigures, currency: str, *, is_read: bool) -> Table:
    """Campaigns with a target, the dearest against it first; empty where a day of the period was not read."""
    known = [(one, state) for one in now.campaigns if is_read and (state := _state(one)) is not None]
    known.sort(
        key=lambda pair: (("above", "within", "too_early").index(pair[1]), -_excess(pair[0]), pair[0].campaign_id)
    )
    columns = [
        TableColumn(message("reports.column.campaign"), "text", is_wide=True),
        TableColumn(message("metrics.spend"), "money"),
        TableColumn(message("metrics.conversions"), "count"),
        TableColumn(message("metrics.cpa"), "money"),
        TableColumn(message("reports.column.target_cpa"), "money"),
        TableColumn(message("reports.column.against_target"), "text"),
    ]
    rows: list[list[Cell]] = [
        [
            plain_name(one.name, one.campaign_id),
            *(one.figures.get(name) for name in ("spend", "conversions", "cpa")),
            one.target_cpa,
            _said(state),
        ]
        for one, state in known
    ]
    return Table(message("reports.table.targets"), columns, rows, currency, "", _MOST_ROWS)


def _state(one: CampaignFigures) -> AgainstTarget | None:
    if one.target_cpa is None:
        return None
    return against_target(one.figures.get("spend"), one.figures.get("conversions"), one.target_cpa)


def _excess(one: CampaignFigures) -> Decimal:
    """Spend beyond what the conversions may cost."""
    spend, conversions = (one.figures.get(name) or Decimal(0) for name in ("spend", "conversions"))
    return spend - conversions * (one.target_cpa or Decimal(0))


def _said(state: AgainstTarget) -> Message:
    return message(f"reports.target.{state}")
