"""What an account says of its money: bills, caps, and the prepaid money left, as scenarios set them.

Without a scenario every account pays by invoice and has no cap.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from fbads_pipeline.sandbox.figures.by_period import WorldFigures
from fbads_pipeline.sandbox.figures.daily import AT
from fbads_pipeline.sandbox.scenarios import Scenario, Scenarios
from fbads_pipeline.sandbox.world.clock import local_day
from fbads_pipeline.sandbox.world.world import SandboxAccount

COUNTED_DAYS, USUAL_DAYS = 7, 7
# What the account had spent before the days that are counted, in major units.
SPENT_BEFORE = 250_000
BILL_THRESHOLD = 700
STORED_BALANCE, CREDIT_CARD = 20, 1
MONEY_FIELDS = ("balance", "amount_spent", "spend_cap", "is_prepay_account", "funding_source_details")
_LABELS = {"pt": "Saldo disponível", "en": "Available balance", "eu": "Saldo disponible", "ja": "利用可能残高"}
_SYMBOLS = {"BRL": "R$", "USD": "$", "EUR": "€", "JPY": "¥"}


def show_money(account: SandboxAccount, figures: WorldFigures, scenarios: Scenarios, path: str) -> dict[str, Any]:
    """The fields of MONEY_FIELDS, amounts in minor units as text."""
    spent = _spent(account, figures)
    bill = spent % (BILL_THRESHOLD * account.minor_factor)
    shown: dict[str, Any] = {
        "balance": str(bill),
        "amount_spent": str(spent),
        "spend_cap": "0",
        "is_prepay_account": False,
        "funding_source_details": {"id": "900123", "display_string": "Visa *4242", "type": CREDIT_CARD},
    }
    if capped := scenarios.hit("spend-cap", account.id, path):
        limit = capped.limit_of(lambda: spent + _wanted(capped, account, figures))
        shown["spend_cap"] = str(limit)
    if prepaid := scenarios.hit("prepaid-balance", account.id, path):
        limit = prepaid.limit_of(lambda: spent + _wanted(prepaid, account, figures))
        text = prepaid.figure or _balance_text(account, limit - spent)
        details = {"id": "900124", "display_string": text, "type": STORED_BALANCE}
        shown |= {"is_prepay_account": True, "balance": "0", "funding_source_details": details}
    return shown


def _spent(account: SandboxAccount, figures: WorldFigures) -> int:
    """Minor units; grows with the clock from some days before the anchor on."""
    today, first = local_day(account.zone, figures.clock.now()), figures.world.anchor - timedelta(days=COUNTED_DAYS)
    counted = 0 if today < first else _spend(account, figures, (today - first).days + 1)
    return SPENT_BEFORE * account.minor_factor + counted


def _spend(account: SandboxAccount, figures: WorldFigures, days: int, *, skipped: int = 0) -> int:
    last = local_day(account.zone, figures.clock.now()) - timedelta(days=skipped)
    values = figures.period(account, "account", (last - timedelta(days=days - 1), last), None).values
    return int(values[AT["spend"]].sum())


def _wanted(scenario: Scenario, account: SandboxAccount, figures: WorldFigures) -> int:
    """What is left when the scenario begins, in minor units: an amount, or so many days of the usual spend."""
    if scenario.left is not None:
        return round(scenario.left * account.minor_factor)
    return round(scenario.days_left * _spend(account, figures, USUAL_DAYS, skipped=1) / USUAL_DAYS)


def _balance_text(account: SandboxAccount, left_minor: int) -> str:
    """As Meta writes it in the account's language."""
    amount = Decimal(left_minor) / account.minor_factor
    number = f"{abs(amount):,.{0 if account.minor_factor == 1 else 2}f}"
    if account.language in ("pt", "eu"):
        number = number.translate(str.maketrans(",.", ".,"))
    sign = "-" if amount < 0 else ""
    return f"{_LABELS[account.language]} ({sign}{_SYMBOLS[account.currency]}{number} {account.currency})"
