"""Accounts, objects, events and custom conversions of the Marketing API: read, or refused with a reason."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.meta_ads.object_rows import (
    account_page,
    object_page,
    read_account,
    read_activity,
    read_object,
)
from fbads_pipeline.adapters.meta_ads.values import UnreadableValue
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError


def test_an_account_without_zone_currency_or_name_is_listed_and_one_without_an_id_is_refused():
    bare = read_account({"id": "act_1", "account_status": "?"})
    assert (bare.account_id, bare.name, bare.currency, bare.timezone_name, bare.account_status) == (
        "1",
        None,
        "",
        "",
        None,
    )
    with pytest.raises(PermanentMetaError, match="without an id"):
        read_account({"currency": "BRL", "timezone_name": "America/Sao_Paulo"})
    assert [one.account_id for one in account_page([{"name": "no id"}, None, {"account_id": "2"}])] == ["2"]
    account = read_account({"id": "act_1", "currency": "BRL", "timezone_name": "America/Sao_Paulo", "name": "Zé\x00"})
    assert (account.account_id, account.name) == ("1", "Zé")


def test_an_object_keeps_budgets_in_minor_units_and_instants_in_utc():
    row = {"id": "7", "name": "x", "daily_budget": "123456", "start_time": "2026-10-01T00:00:00-0300", "stop_time": ""}
    campaign = read_object("campaign", "42", row)
    assert campaign.daily_budget_minor == 123456
    assert campaign.start_at == datetime(2026, 10, 1, 3, tzinfo=UTC)
    assert campaign.stop_at is None
    with pytest.raises(UnreadableValue, match="is no id"):
        read_object("campaign", "42", {"id": None})


def test_an_event_keeps_what_and_when_but_not_who():
    row = {
        "event_type": "update_campaign_budget",
        "event_time": "2026-11-01T10:00:00+0000",
        "object_id": "7",
        "actor_name": "Maria",
        "extra_data": '{"new_value": 2, "old_value": 1}',
    }
    event = read_activity("42", row)
    assert "Maria" not in str(event)
    assert event.extra == '{"new_value":2,"old_value":1}'
    assert (event.actor_kind, event.tool) == ("person", None)
    by_rule = read_activity("42", {**row, "application_name": "Automated Rules"})
    assert (by_rule.actor_kind, by_rule.tool, by_rule.event_id) == ("rule", "Automated Rules", event.event_id)
    assert read_activity("42", {**row, "extra_data": '{"old_value": 1, "new_value": 2}'}) == event
    assert read_activity("42", {**row, "extra_data": "no json"})[1] != event[1]
    for wrong in ({**row, "event_time": "soon"}, {**row, "event_type": None}):
        with pytest.raises(UnreadableValue, match="lacks its type or its time"):
            read_activity("42", wrong)


@pytest.mark.parametrize("info", [None, [], {}, {"status": None}])
def test_an_ad_set_without_a_learning_stage_has_none(info):
    adset = read_object("adset", "42", {"id": "1", "learning_stage_info": info})
    assert (adset.learning_status, adset.learning_conversions, adset.last_significant_edit_at) == (None,) * 3


def test_the_learning_stage_of_an_ad_set_is_kept():
    info = {"status": "LEARNING", "conversions": 17, "last_sig_edit_ts": 1_793_500_000}
    adset = read_object("adset", "42", {"id": "1", "learning_stage_info": info})
    assert (adset.learning_status, adset.learning_conversions) == ("LEARNING", 17)
    assert adset.last_significant_edit_at == datetime.fromtimestamp(1_793_500_000, UTC)


def test_a_row_without_an_id_waits_beside_those_that_could_be_read():
    page = object_page("ad", "42", [{"id": "1", "effective_status": "ACTIVE"}, {"name": "no id"}])
    assert [row.ad_id for row in page.rows] == ["1"]
    assert [(one.reason, one.payload) for one in page.unreadable] == [("id None is no id", '{"name":"no id"}')]


def test_an_accounts_money_is_read_and_what_cannot_be_read_is_unknown():
    row = {"id": "act_1", "currency": "brl", "timezone_name": "America/Sao_Paulo", "account_status": 1}
    assert read_account(row).money is None
    funding = {"id": "9", "display_string": "Saldo disponível (R$278,60 BRL)", "type": 20}
    asked = {"balance": "1250", "amount_spent": "99900", "spend_cap": "0", "is_prepay_account": True}
    money = read_account({**row, **asked, "disable_reason": 0, "funding_source_details": funding}).money
    assert (money.left, money.balance_minor, money.amount_spent_minor) == (Decimal("278.60"), 1250, 99900)
    assert (money.spend_cap_minor, money.is_prepaid, money.funding_type) == (0, True, 20)
    assert money.funding_shape == "Saldo disponível (R$999,99 BRL)"
    odd = {"balance": "-5", "amount_spent": "many", "is_prepay_account": "yes", "funding_source_details": "Visa"}
    unknown = read_account({**row, **odd}).money
    assert (unknown.left, unknown.balance_minor, unknown.amount_spent_minor, unknown.is_prepaid) == (
        None,
        -5,
        None,
        None,
    )


HOURS = {"days": [5, 1], "start_minute": 540, "end_minute": 1080, "timezone_type": "ADVERTISER"}
UNKNOWN = '[{"days":[],"start_minute":0,"end_minute":0,"timezone_type":"UNKNOWN"}]'


def test_the_hours_and_caps_of_an_ad_set_are_kept():
    asked = {"adset_schedule": [HOURS], "pacing_type": ["standard", "day_parting"], "lifetime_spend_cap": "5000"}
    adset = read_object("adset", "42", {"id": "1", **asked, "daily_min_spend_target": "100"})
    assert adset.schedule == '[{"days":[1,5],"start_minute":540,"end_minute":1080,"timezone_type":"ADVERTISER"}]'
    assert (adset.pacing_type, adset.lifetime_spend_cap_minor) == ("day_parting,standard", 5000)
    assert (adset.daily_spend_cap_minor, adset.daily_min_spend_minor, adset.lifetime_min_spend_minor) == (
        None,
        100,
        None,
    )
    campaign = read_object("campaign", "42", {"id": "1", "pacing_type": ["standard"], "spend_cap": "700"})
    assert (campaign.pacing_type, campaign.spend_cap_minor) == ("standard", 700)
    assert read_object("adset", "42", {"id": "1", "adset_schedule": []}).schedule is None


@pytest.mark.parametrize(
    "wrong",
    [
        [{**HOURS, "days": [7]}],
        [{**HOURS, "start_minute": "nine"}],
        [{**HOURS, "start_minute": 1080, "end_minute": 540}],
        [{**HOURS, "end_minute": 1441}],
        [{**HOURS, "timezone_type": "LUNAR"}],
        ["always"],
        "always",
        {"days": None},
    ],
)
def test_hours_that_cannot_be_read_are_unknown_and_not_none(wrong):
    assert read_object("adset", "42", {"id": "1", "adset_schedule": wrong}).schedule == UNKNOWN
