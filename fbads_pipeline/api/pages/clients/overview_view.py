"""The day of clients as plain texts for the template."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.pages.clients.budgets import budget_view
from fbads_pipeline.api.pages.frame.page_frame import PageFrame
from fbads_pipeline.domain.clients.overview import RESULT_DAYS, ClientDay, DayVerdict
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.core.messages import Joined, Money, Percent
from fbads_pipeline.domain.reports.report import Unit

_GOALS: Mapping[str, Mapping[str, str]] = {
    "spend": {"cpa": "cpa", "roas": "roas"},
    "cost": {"cpa": "cpa_with_tax", "roas": "roas_with_tax"},
}
_RESULTS: Sequence[tuple[str, Unit]] = (("conversions", "count"), ("cpa", "money"), ("roas", "factor"))


def verdict_view(found: DayVerdict, t: Localizer) -> dict[str, str]:
    """One line, and what is at stake."""
    stakes = [Money(amount, currency) for currency, amount in sorted(found.at_stake.items())]
    # Nothing is counted where all is well, and where only the readings are late.
    numbers = {"red": found.critical, "amber": found.warnings, "learning": found.unlearned, "green": 0}
    number = numbers[found.color]
    plain = "pages.verdict.green" if found.color == "green" else "pages.verdict.late"
    text = t(f"pages.verdict.{found.color}", count=number) if number else t(plain)
    return {
        "color": found.color,
        "text": text,
        "stake": t("pages.verdict.stake", money=Joined(tuple(stakes), " + ")) if stakes else "",
        "learning": t("pages.verdict.also_learning", count=found.unlearned)
        if found.unlearned and found.color != "learning"
        else "",
    }


def day_cards(days: Sequence[ClientDay], money: str, t: Localizer) -> list[dict[str, Any]]:
    """Per currency: today's spend against the usual of its weekday and the budget's day, results, yesterday, 7 days."""
    by_currency: dict[str, list[ClientDay]] = {}
    for one in days:
        by_currency.setdefault(one.currency, []).append(one)
    return [_currency(currency, some, money, t) for currency, some in sorted(by_currency.items())]


def _currency(currency: str, days: Sequence[ClientDay], money: str, t: Localizer) -> dict[str, Any]:
    whole = ClientDay(None, currency, currency, [account for one in days for account in one.accounts])
    spent, usual = whole.total(money, 0), whole.usual
    plans = [one.daily_budget for one in days]
    planned = None if None in plans else sum((one for one in plans if one is not None), Decimal(0))
    lines = []
    if usual is not None:
        lines.append(t("pages.day.usual", middle=t.cell(usual.middle, "money", currency)))
    if planned is not None:
        lines.append(t("pages.day.planned", money=t.cell(planned, "money", currency)))
    return {
        "currency": currency,
        "spent": figure_text(whole, money, 0, 0, "money", t),
        "label": t("pages.day.spent", tax=t(f"pages.money.{money}")),
        "lines": lines,
        "usual": t.cell(None if usual is None else usual.middle, "money", currency),
        "planned": t.cell(planned, "money", currency),
        "share": None if spent is None or usual is None else min(100, int(100 * spent / usual.middle)),
        "results": [_result(whole, name, unit, money, t) for name, unit in _RESULTS],
        "yesterday": figure_text(whole, money, 1, 1, "money", t),
        "week": figure_text(whole, money, RESULT_DAYS, 1, "money", t),
    }


def _result(whole: ClientDay, name: str, unit: Unit, money: str, t: Localizer) -> dict[str, str]:
    metric = _GOALS[money].get(name, name)
    target, beside = whole.target, ""
    wanted = None if target is None else getattr(target, name, None)
    if wanted is not None and money == "spend":
        beside = t("pages.day.target", value=t.cell(wanted, unit, whole.currency))
    return {
        "label": t(f"metrics.{metric}"),
        "today": figure_text(whole, metric, 0, 0, unit, t),
        "week": figure_text(whole, metric, RESULT_DAYS, 1, unit, t),
        "target": beside,
        "tone": target_tone(whole) if wanted is not None else "",
    }


def figure_text(one: ClientDay, metric: str, since: int, until: int, unit: Unit, t: Localizer) -> str:
    """The figure, or why there is none."""
    value = one.total(metric, since, until)
    if value is not None:
        return t.cell(value, unit, one.currency)
    days = range(until, since + 1)
    if any(account.today - timedelta(days=n) not in account.read for account in one.accounts for n in days):
        return t("reports.label.not_read")
    if ("conversions" in metric or "cpa" in metric) and one.has_several_goals:
        return t("pages.grid.goals_differ_short")
    is_ratio = metric in ("cpa", "roas", "cpa_with_tax", "roas_with_tax")
    if is_ratio and one.total("conversions" if "cpa" in metric else "spend", since, until) == 0:
        return t.cell(None, unit)
    return t("clients.budget.no_rate") if metric == "cost" else t("reports.label.not_reported")


def target_tone(one: ClientDay) -> str:
    """How the last week stands to the target."""
    if one.beside_target is None:
        return ""
    return "bad" if one.beside_target > 0 else "good"


def client_rows(days: Sequence[ClientDay], frame: PageFrame, money: str, t: Localizer) -> list[dict[str, Any]]:
    """Worst first."""
    return [_client_row(one, frame, money, t) for one in days]


def _client_row(one: ClientDay, frame: PageFrame, money: str, t: Localizer) -> dict[str, Any]:
    choice: dict[str, object] = {"client": one.client_id, "account": None}
    if one.client_id is None:
        choice = {"client": None, "account": one.accounts[0].account_id}
    budget = None if one.budget is None else budget_view(one.budget, t)
    goal = "roas" if one.target is not None and one.target.goal == "roas" else "cpa"
    metric, unit = _GOALS[money][goal], "factor" if goal == "roas" else "money"
    wanted = None if one.target is None else getattr(one.target, goal)
    usual = one.usual
    return {
        "name": plain_name(one.name, "–"),
        "link": frame.link("/", **choice),
        "tone": one.tone() or "",
        "spent": figure_text(one, money, 0, 0, "money", t),
        "usual": "" if usual is None else t("pages.day.of_usual", money=t.cell(usual.middle, "money", one.currency)),
        "pace": "" if budget is None else f"{budget['state']} {budget['miss']}".strip(),
        "pace_tone": "" if budget is None else budget["tone"],
        "budget_link": frame.link("/budgets", **choice),
        "result": f"{t(f'metrics.{metric}')} {figure_text(one, metric, RESULT_DAYS, 1, unit, t)}",  # type: ignore[arg-type]
        "target": ""
        if wanted is None or money != "spend"
        else t("pages.day.target", value=t.cell(wanted, unit, one.currency)),  # type: ignore[arg-type]
        "target_tone": target_tone(one),
        "beside": "" if one.beside_target is None else t.render(Percent(one.beside_target.quantize(Decimal("0.01")))),
        "anomalies": str(one.anomalies) if one.anomalies else "",
        "anomalies_link": frame.link("/anomalies", **choice),
        "suggestions": str(one.suggestions) if one.suggestions else "",
        "suggestions_link": frame.link("/suggestions", **choice),
        "fund": "" if one.fund is None else t(f"delivery.page.state.{one.fund}"),
        "fund_tone": {"empty": "critical", "low": "warning"}.get(one.fund or "", ""),
        "fund_link": frame.link("/delivery", **choice),
    }
