"""The month's budgets of all clients, worst first."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.postgres.server.kept_answers import minute_of
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import BudgetsDep, ClockDep, KeptDep
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.frame.page_frame import frame_of
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import Visitor
from fbads_pipeline.domain.clients.month_budgets import MonthBudget
from fbads_pipeline.domain.core.messages import Days, Money, Percent
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
# What budgets are read from, beside dbt's own tables.
BUDGET_TABLES = frozenset(
    {
        *("raw.accounts", "raw.campaigns", "raw.day_states", "ops.client_accounts", "ops.client_budgets"),
        *("ops.client_logos", "ops.clients", "ops.targets", "ops.tax_periods"),
    }
)
_TONES = {"over": "critical", "under": "warning", "not_read": "warning"}


@router.get("/budgets")
def budgets_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("marts:read"))],
    budgets: BudgetsDep,
    clock: ClockDep,
    kept: KeptDep,
) -> Response:
    """A row per client: spent, planned, landing with its interval, per day, and what is wrong."""
    t, frame = page_localizer(request, who), frame_of(request, who)
    wanted = who.accounts if frame.account is None and frame.client is None else frame.owner_ids
    now = minute_of(clock.now())
    key = ("budgets", wanted, now, t.language)
    rows = kept.of(BUDGET_TABLES, key, lambda: [budget_view(one, t) for one in budgets.read(wanted, now)])
    return render(request, "budgets.html.j2", who, "budgets", rows=rows)


def budget_view(one: MonthBudget, t: Localizer) -> dict[str, Any]:
    """A row as plain texts; what is not known is blank, and the state says why."""

    def money(value: Decimal | float | None) -> str:
        return "" if value is None else t.render(Money(Decimal(value).quantize(Decimal("0.01")), one.currency))

    found = one.landing
    return {
        "client_id": one.client_id,
        "name": one.name,
        "state": t(f"clients.budget.{one.state}"),
        "tone": _TONES.get(one.state, ""),
        "miss": t.render(Percent(abs(Decimal(one.miss)).quantize(Decimal("0.001"))))
        if one.state in ("over", "under")
        else "",
        "budget": money(one.budget),
        "spent": money(one.spent),
        "planned": money(one.planned),
        "landing": money(None if found is None else found.mean),
        "interval": "" if found is None else f"{money(found.low)} – {money(found.high)}",
        "daily": money(one.daily),
        "cost": money(one.landing_cost) or t("clients.budget.no_rate"),
        "coverage": ""
        if one.missing is None
        else t(
            "coverage.days_read",
            read=str(one.read),
            asked=str(one.asked),
            days=Days(*one.missing),
        ),
        "gap": one.missing,
    }
