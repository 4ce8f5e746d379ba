"""Alerts of budgets that the month will burst or miss: one per client, month and state."""

from decimal import Decimal

from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, Severity, alert_of
from fbads_pipeline.domain.alerts.brief import Brief, BriefLine
from fbads_pipeline.domain.alerts.titles import headline, rounded
from fbads_pipeline.domain.clients.month_budgets import MonthBudget
from fbads_pipeline.domain.core.messages import Money, Name, Percent, Value, lines, message

RULE = "budget"


def budget_alert(one: MonthBudget) -> Alert | None:
    """The alert of a budget that is off; None of one that is on plan or not known. The same state of the same month is
    one alert, whatever its figures are later."""
    if one.state not in ("over", "under") or one.landing is None or one.budget is None:
        return None

    def money(value: Decimal | float) -> Value:
        return Money(Decimal(value).quantize(Decimal("0.01")), one.currency)

    found, share = one.landing, Percent(Decimal(abs(one.miss)).quantize(Decimal("0.001")))
    beside = rounded(abs(Decimal(found.mean) - one.budget), one.currency)
    title = headline(
        Name(one.name, message("core.account", id=one.accounts[0])),
        message(f"clients.budget.headline_{one.state}", amount=beside, share=share),
    )
    body = [
        message(
            "clients.budget.alert_landing",
            landing=money(found.mean),
            low=money(found.low),
            high=money(found.high),
            budget=money(one.budget),
        ),
        message("clients.budget.alert_spent", spent=money(one.spent or 0), planned=money(one.planned or 0)),
        message("clients.budget.alert_nothing_left")
        if one.daily is None
        else message("clients.budget.alert_daily", daily=money(one.daily)),
    ]
    entity = f"client:{one.client_id}" if one.client_id is not None else f"account:{one.accounts[0]}"
    if one.scope.startswith("campaign:"):
        entity = one.scope
    severity: Severity = "warning"
    return alert_of(
        AlertText(title, lines(*body), Brief(tuple(BriefLine("", line) for line in body))),
        account_id=one.accounts[0],
        rule=RULE,
        entity=entity,
        severity=severity,
        window_start=one.today.replace(day=1),
        occasion=".".join(filter(None, (f"{one.today:%Y-%m}.{one.state}.{one.currency}", one.scope))),
        facts={
            "client": one.name,
            "accounts": list(one.accounts),
            "budget": str(one.budget),
            "landing": round(found.mean, 2),
            "low": round(found.low, 2),
            "high": round(found.high, 2),
            "spent": str(one.spent),
        },
    )
