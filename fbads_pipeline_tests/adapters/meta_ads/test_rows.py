"""Rows of the Marketing API: read to the last digit, or refused with a reason."""

from datetime import UTC, date, datetime

import orjson
import pytest

from fbads_pipeline.adapters.meta_ads.rows import (
    INSIGHT_COLUMNS,
    OBJECT_COLUMNS,
    InsightReader,
    UnreadableRow,
    read_account,
    read_activity,
    read_object,
)
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError
from fbads_pipeline.domain.core.days import DayRange

DAY = date(2026, 11, 1)
READER = InsightReader("42", Grain("ad"), DayRange(DAY, DAY))
ROW = {
    "account_id": "42",
    "campaign_id": "9007199254740993",
    "adset_id": "2",
    "ad_id": "3",
    "account_currency": "BRL",
    "date_start": "2026-11-01",
    "date_stop": "2026-11-01",
    "impressions": "1000",
    "reach": "900",
    "frequency": "1.111111",
    "clicks": "20",
    "inline_link_clicks": "15",
    "spend": "12.34",
    "actions": [{"action_type": "purchase", "value": "3", "7d_click": "2"}, {"action_type": "lead", "value": "1"}],
    "action_values": [{"action_type": "purchase", "value": "99.90"}],
}


def read(**changes):
    row = {key: value for key, value in {**ROW, **changes}.items() if value != "absent"}
    return dict(zip(INSIGHT_COLUMNS, READER.line(row).split("\t"), strict=True))


def test_every_digit_survives():
    line = read()
    assert (line["campaign_id"], line["object_id"], line["spend"], line["frequency"]) == (
        "9007199254740993",
        "3",
        "12.34",
        "1.111111",
    )


def test_the_order_of_the_actions_is_no_change():
    assert read()["actions"] == read(actions=list(reversed(ROW["actions"])))["actions"]
    assert orjson.loads(read()["actions"])[1] == {"action_type": "purchase", "value": "3", "7d_click": "2"}


def test_a_missing_figure_is_null_and_never_zero():
    line = read(reach="absent", clicks="absent", action_values="absent")
    assert (line["reach"], line["clicks"], line["action_values"]) == ("\\N", "\\N", "[]")


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("impressions", "12.0", "12"),
        ("impressions", "1e3", "1000"),
        ("impressions", -5, "-5"),
        ("spend", "-0.50", "-0.50"),
        ("spend", 12.5, "12.5"),
        ("spend", "1e12", "1000000000000"),
    ],
)
def test_a_number_in_another_dress_is_still_the_number(field, text, expected):
    assert read(**{field: text})[field] == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"impressions": "many"}, "is no number"),
        ({"impressions": "1.5"}, "no whole number"),
        ({"impressions": "9" * 20}, "no whole number"),
        ({"spend": "NaN"}, "not finite"),
        ({"spend": "Infinity"}, "not finite"),
        ({"date_start": "2026-11-02"}, "not among the days"),
        ({"date_start": "absent"}, "not among the days"),
        ({"date_stop": "2026-11-07"}, "not one day"),
        ({"account_id": "43"}, "belongs to account"),
        ({"ad_id": "absent"}, "ad_id None is no id"),
        ({"ad_id": "3\t4"}, "is no id"),
        ({"campaign_id": "x"}, "is no id"),
        ({"account_currency": "R$"}, "is no currency"),
        ({"spend": "absent"}, "one without the other"),
        ({"actions": "three"}, "no list of actions"),
        ({"actions": [{"value": "1"}]}, "no list of actions"),
        ({"actions": [{"action_type": "lead", "value": "NaN"}]}, "holds 'NaN'"),
        ({"actions": [{"action_type": "lead", "value": "x"}]}, "no list of actions"),
        (
            {"impressions": "absent", "spend": "absent", "actions": "absent", "action_values": "absent"},
            "neither delivery nor actions",
        ),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_with_its_reason(changes, reason):
    with pytest.raises(UnreadableRow, match=reason):
        read(**changes)


def test_conversions_without_delivery_are_a_row():
    assert read(impressions="absent", spend="absent")["impressions"] == "\\N"


def test_hostile_text_inside_actions_cannot_leave_its_field():
    nasty = 'a\tb\nc\\d"\x00'
    line = READER.line({**ROW, "actions": [{"action_type": nasty, "value": "1"}]})
    assert line.count("\t") == len(INSIGHT_COLUMNS) - 1
    assert "\n" not in line
    assert "\\u0000" not in line


def test_an_account_without_zone_or_currency_is_refused():
    with pytest.raises(PermanentMetaError, match="without id, currency or time zone"):
        read_account({"id": "act_1", "currency": "BRL"})
    account = read_account({"id": "act_1", "currency": "BRL", "timezone_name": "America/Sao_Paulo", "name": "Zé\x00"})
    assert (account.account_id, account.name) == ("1", "Zé")


def test_an_object_keeps_budgets_in_minor_units_and_instants_in_utc():
    row = {"id": "7", "name": "x", "daily_budget": "123456", "start_time": "2026-10-01T00:00:00-0300", "stop_time": ""}
    campaign = dict(zip(OBJECT_COLUMNS["campaign"], read_object("campaign", row, "42"), strict=True))
    assert campaign["daily_budget_minor"] == 123456
    assert campaign["start_at"] == datetime(2026, 10, 1, 3, tzinfo=UTC)
    assert campaign["stop_at"] is None
    with pytest.raises(UnreadableRow, match="is no id"):
        read_object("campaign", {"id": None}, "42")


def test_a_breakdowns_values_are_part_of_the_key_in_the_fields_order():
    reader = InsightReader("42", Grain("campaign", "gender,age"), DayRange(DAY, DAY))
    line = reader.line({**ROW, "age": "25-34", "gender": "fe\tmale"})
    assert dict(zip(INSIGHT_COLUMNS, line.split("\t"), strict=True))["breakdown_value"] == "fe\\tmale,25-34"
    assert "\tunknown,25-34\t" in reader.line({**ROW, "age": "25-34"})
    with pytest.raises(UnreadableRow, match="age .* is no breakdown value"):
        reader.line({**ROW, "age": [25]})


def test_an_event_keeps_what_and_when_but_not_who():
    row = {
        "event_type": "update_campaign_budget",
        "event_time": "2026-11-01T10:00:00+0000",
        "object_id": "7",
        "actor_name": "Maria",
        "extra_data": '{"new_value": 2, "old_value": 1}',
    }
    event = read_activity(row, "42")
    assert "Maria" not in str(event)
    assert event[-1] == '{"new_value":2,"old_value":1}'
    assert read_activity({**row, "extra_data": '{"old_value": 1, "new_value": 2}'}, "42") == event
    assert read_activity({**row, "extra_data": "no json"}, "42")[1] != event[1]
    for wrong in ({**row, "event_time": "soon"}, {**row, "event_type": None}):
        with pytest.raises(UnreadableRow, match="lacks its type or its time"):
            read_activity(wrong, "42")


@pytest.mark.parametrize("info", [None, [], {}, {"status": None}])
def test_an_ad_set_without_a_learning_stage_has_none(info):
    values = dict(
        zip(OBJECT_COLUMNS["adset"], read_object("adset", {"id": "1", "learning_stage_info": info}, "42"), strict=True)
    )
    assert (values["learning_status"], values["learning_conversions"], values["last_significant_edit_at"]) == (
        None,
    ) * 3


def test_the_learning_stage_of_an_ad_set_is_kept():
    info = {"status": "LEARNING", "conversions": 17, "last_sig_edit_ts": 1_793_500_000}
    values = dict(
        zip(OBJECT_COLUMNS["adset"], read_object("adset", {"id": "1", "learning_stage_info": info}, "42"), strict=True)
    )
    assert (values["learning_status"], values["learning_conversions"]) == ("LEARNING", 17)
    assert values["last_significant_edit_at"] == datetime.fromtimestamp(1_793_500_000, UTC)
