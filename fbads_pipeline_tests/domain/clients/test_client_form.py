"""A client's form means the days of its accounts, at whichever entrance it is filled in."""

from datetime import UTC, date, datetime

from fbads_pipeline.domain.clients.client_form import read_form
from fbads_pipeline.domain.core.accounts import Account

# 23:30 on the last of November in São Paulo.
AT_NIGHT = datetime(2026, 12, 1, 2, 30, tzinfo=UTC)
KNOWN = (
    Account("42", "Loja", "BRL", "America/Sao_Paulo"),
    Account("43", "Shop", "USD", "UTC"),
    Account("44", "Tokyo", "JPY", "Asia/Tokyo"),
)


def form(**texts):
    return read_form({"name": "Lima", **texts}, known=KNOWN, now=AT_NIGHT)


def test_targets_and_budgets_begin_on_the_accounts_own_day():
    given = form(accounts="42", cpa="30", budget="9000")
    (target,) = given.targets(KNOWN, AT_NIGHT)
    assert (target.account_id, target.valid_from, target.currency) == ("42", date(2026, 11, 30), "BRL")
    assert (given.budget.valid_from, given.budget.currency) == (date(2026, 11, 1), "BRL")
    (target,) = form(accounts="44", roas="4").targets(KNOWN, AT_NIGHT)
    assert (target.valid_from, target.currency) == (date(2026, 12, 1), "JPY")


def test_of_several_zones_the_budget_begins_with_the_one_that_lags_behind():
    given = form(accounts="42,43", cpa="30", currency="BRL", budget="9000")
    assert given.budget.valid_from == date(2026, 11, 1)
    # Amounts in reais are no targets of an account that spends dollars.
    assert [one.account_id for one in given.targets(KNOWN, AT_NIGHT)] == ["42"]
    assert {one.account_id: one.valid_from for one in form(accounts="42,43,99", roas="3").targets(KNOWN, AT_NIGHT)} == {
        "42": date(2026, 11, 30),
        "43": date(2026, 12, 1),
    }


def test_a_client_without_accounts_begins_with_the_day_in_utc():
    assert form(budget="9000", currency="BRL").budget.valid_from == date(2026, 12, 1)
    assert form(cpa="9").targets(KNOWN, AT_NIGHT) == []
