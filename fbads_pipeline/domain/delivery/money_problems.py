"""Balances and caps → problems: two days before the end, at the end, and over once there is money again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from fbads_pipeline.domain.alerts.alerts import Severity
from fbads_pipeline.domain.delivery.funds import READING_COUNTS_FOR, Fund, FundKind, MoneyFacts, funds_of
from fbads_pipeline.domain.delivery.problems import DeliveryProblem, Ended, ProblemChanges, ProblemKind

_LOW: dict[FundKind, ProblemKind] = {
    "balance": "balance_low",
    "account_cap": "account_cap_low",
    "campaign_cap": "campaign_cap_low",
}
_EMPTY: dict[FundKind, ProblemKind] = {
    "balance": "balance_empty",
    "account_cap": "account_cap_reached",
    "campaign_cap": "campaign_cap_reached",
}
# A balance that rose within so long before was topped up; otherwise the account spends less.
_TOPPED_UP_WITHIN = timedelta(hours=24)


def evaluate_money(accounts: Sequence[MoneyFacts], now: datetime, changes: ProblemChanges) -> None:
    """Note what holds and what does not. A reading that is old, or that is not known, leaves everything as it is."""
    for account in accounts:
        if now - account.read_at > READING_COUNTS_FOR:
            continue
        funds = {(one.kind, one.entity): one for one in funds_of(account)}
        for fund in funds.values():
            _evaluate(fund, now, changes)
        for kind in ("balance", "account_cap"):
            if (kind, account.account_id) not in funds and _is_said(kind, account):
                _both_gone(kind, f"account:{account.account_id}", changes)


def _is_said(kind: FundKind, account: MoneyFacts) -> bool:
    """Whether Meta says that there is none, such as of an account that was prepaid and gets invoices now."""
    return account.is_prepaid is False if kind == "balance" else account.spend_cap is not None


def _evaluate(fund: Fund, now: datetime, changes: ProblemChanges) -> None:
    entity = f"{'campaign' if fund.kind == 'campaign_cap' else 'account'}:{fund.entity}"
    low, empty = (_LOW[fund.kind], entity), (_EMPTY[fund.kind], entity)
    match fund.state(now):
        case "empty" if fund.is_used:
            changes.add(_problem(empty[0], entity, fund))
            changes.absent[low] = Ended("gone")
        case "low":
            changes.add(_problem(low[0], entity, fund))
            changes.absent[empty] = Ended("fixed", _facts(fund, now))
        case "enough":
            changes.absent[empty] = Ended("fixed", _facts(fund, now))
            if fund.is_clearly_enough(now):
                changes.absent[low] = Ended("fixed", _facts(fund, now))


def _problem(kind: ProblemKind, entity: str, fund: Fund) -> DeliveryProblem:
    is_empty = kind in _EMPTY.values()
    campaign_id = fund.entity if fund.kind == "campaign_cap" else None
    severity: Severity = "critical" if is_empty else "warning"
    return DeliveryProblem(
        kind, entity, fund.account_id, severity, fund.read_at, fund.name, campaign_id, _facts(fund, fund.read_at)
    )


def _both_gone(kind: FundKind, entity: str, changes: ProblemChanges) -> None:
    for one in (_LOW[kind], _EMPTY[kind]):
        changes.absent[one, entity] = Ended("gone")


def _facts(fund: Fund, now: datetime) -> dict[str, Any]:
    is_topped_up = fund.topped_up_at is not None and now - fund.topped_up_at <= _TOPPED_UP_WITHIN
    return {
        "currency": fund.currency,
        "timezone_name": fund.timezone_name,
        "left": None if fund.left is None else str(fund.left),
        "per_day": None if fund.per_day is None else str(round(fund.per_day, 2)),
        "ends_at": None if fund.ends_at is None else fund.ends_at.replace(microsecond=0).isoformat(),
        "is_topped_up": is_topped_up or fund.kind != "balance",
    }
