"""Insights of the Marketing API: read to the last digit, or refused with a reason."""

from datetime import date
from decimal import Decimal

import orjson
import pytest

from fbads_pipeline.adapters.meta_ads.insight_rows import InsightReader
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.meta_errors import PermanentMetaError
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline_tests.support.fake_ads import insight_columns

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
    return insight_columns(READER.row(sent(**changes)))


def sent(**changes):
    return {key: value for key, value in {**ROW, **changes}.items() if value != "absent"}


def reason_of(**changes):
    """Why the row is refused; the page keeps it as it came."""
    page = READER.page([sent(**changes)])
    (refused,) = page.unreadable
    assert (page.rows, orjson.loads(refused.payload), refused.is_value) == ([], sent(**changes), False)
    return refused.reason


def unreadable_value_of(**changes):
    """Why one value of the row is refused, and its name; the page keeps the row as it came, and reads its others."""
    page = READER.page([sent(**changes)])
    (refused,) = page.unreadable
    assert (orjson.loads(refused.payload), refused.is_value, len(page)) == (sent(**changes), True, 1)
    line = insight_columns(page.rows[0])
    sound = read()
    differs = {name for name, value in line.items() if value != sound[name]} - {"unreadable"}
    return refused.reason, orjson.loads(line["unreadable"] or "[]"), {name: line[name] for name in differs}


def test_every_digit_survives():
    line = read()
    assert (line["campaign_id"], line["object_id"], line["spend"], line["frequency"]) == (
        "9007199254740993",
        "3",
        "12.34",
        "1.111111",
    )
    assert read(spend="0.10")["spend"] == "0.10"


def test_the_order_of_the_actions_is_no_change():
    assert read()["actions"] == read(actions=list(reversed(ROW["actions"])))["actions"]
    assert orjson.loads(read()["actions"])[1] == {"action_type": "purchase", "value": "3", "7d_click": "2"}


def test_a_missing_figure_is_null_and_never_zero():
    line = read(reach="absent", clicks="absent", action_values="absent")
    assert (line["reach"], line["clicks"], line["action_values"]) == (None, None, "[]")


def test_conversions_that_stand_beside_the_actions_are_kept_whole():
    schedule = [{"action_type": "schedule_website", "value": "2"}, {"action_type": "contact_total", "7d_click": "3"}]
    worth = [{"action_type": "schedule_website", "value": "80.50"}]
    line = read(conversions=schedule, conversion_values=worth)
    assert orjson.loads(line["conversions"]) == [schedule[1], schedule[0]]
    assert orjson.loads(line["conversion_values"]) == worth
    assert read(impressions="absent", spend="absent", actions="absent", action_values="absent", conversions=schedule)


def test_lists_of_one_action_type_are_one_column_each_under_the_name_of_its_field():
    line = read(
        video_p25_watched_actions=[{"action_type": "video_view", "value": "40"}],
        outbound_clicks=[{"action_type": "outbound_click", "value": "9", "7d_click": "8"}],
        video_play_actions=[{"action_type": "video_view", "value": "70"}, {"action_type": "replay", "value": "1"}],
    )
    assert orjson.loads(line["other_actions"]) == [
        {"action_type": "outbound_clicks", "value": "9", "7d_click": "8"},
        {"action_type": "video_p25_watched_actions", "value": "40"},
        {"action_type": "video_play_actions", "value": "70"},
        {"action_type": "video_play_actions.replay", "value": "1"},
    ]
    assert read()["other_actions"] == "[]"


@pytest.mark.parametrize("value", ["9", "9.5", 9, "-1"])
def test_a_list_of_one_count_reads_as_any_other(value):
    plain = [{"action_type": "outbound_click", "value": value}]
    found = orjson.loads(read(outbound_clicks=plain, video_play_actions=[])["other_actions"])
    assert found == [{"action_type": "outbound_clicks", "value": value}]


@pytest.mark.parametrize("field", ["actions", "outbound_clicks", "conversions"])
@pytest.mark.parametrize("value", ["", "²", "1.2.3", "NaN", None, "x"])
def test_a_count_that_is_no_number_is_refused_wherever_it_stands(field, value):
    entry = {"action_type": "outbound_click", "value": value, "7d_click": "3"}
    reason, names, others = unreadable_value_of(**{field: [entry]})
    column, name = ("other_actions", field) if field == "outbound_clicks" else (field, "outbound_click")
    assert f"{field} outbound_click" in reason
    # Without `value` the entry is not reported, which is not 0.
    assert names == [f"{column} {name}"]
    assert {key: orjson.loads(text) for key, text in others.items()} == {
        column: [{"action_type": name, "7d_click": "3"}]
    }


def test_results_are_kept_as_they_came():
    results = [{"indicator": "actions:lead", "values": [{"value": "5", "attribution_windows": ["default"]}]}]
    line = read(results=results, cost_per_result=[{"indicator": "actions:lead"}])
    assert orjson.loads(line["results"]) == results
    assert orjson.loads(line["cost_per_result"]) == [{"indicator": "actions:lead"}]
    assert (read()["results"], read(results=[])["results"]) == (None, None)


def test_what_was_not_asked_for_is_not_reported_rather_than_none():
    left_out = frozenset({"reach", "conversions", "results", "outbound_clicks"})
    row = {**ROW, "conversions": [], "results": [{"indicator": "x"}]}
    line = insight_columns(InsightReader("42", Grain("ad"), DayRange(DAY, DAY), left_out=left_out).row(row))
    assert (line["reach"], line["conversions"], line["results"], line["conversion_values"]) == (None, None, None, "[]")
    assert orjson.loads(line["other_actions"]) == [{"action_type": "outbound_clicks"}]


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("impressions", "12.0", 12),
        ("impressions", "1e3", 1000),
        ("impressions", -5, -5),
        ("spend", "-0.50", Decimal("-0.50")),
        ("spend", 12.5, Decimal("12.5")),
        ("spend", "1e12", Decimal(10**12)),
    ],
)
def test_a_number_in_another_dress_is_still_the_number(field, text, expected):
    assert Decimal(read(**{field: text})[field]) == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"date_start": ["2026-11-01"]}, "not among the days"),
        ({"date_start": "2026-11-02"}, "not among the days"),
        ({"date_start": "absent"}, "not among the days"),
        ({"date_stop": "2026-11-07"}, "not one day"),
        ({"account_id": "43"}, "belongs to account"),
        ({"ad_id": "absent"}, "ad_id None is no id"),
        ({"ad_id": "3\t4"}, "is no id"),
        ({"campaign_id": "x"}, "is no id"),
        ({"account_currency": "R$"}, "is no currency"),
        (
            {"impressions": "absent", "spend": "absent", "actions": "absent", "action_values": "absent"},
            "neither delivery nor actions",
        ),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_with_its_reason(changes, reason):
    assert reason in reason_of(**changes)


@pytest.mark.parametrize(
    ("changes", "reason", "name", "left"),
    [
        *(
            (changes, reason, next(iter(changes)), {next(iter(changes)): None})
            for changes, reason in (
                ({"impressions": "many"}, "is no number"),
                ({"impressions": "1.5"}, "no whole number"),
                ({"impressions": "9" * 20}, "no whole number"),
                ({"spend": "NaN"}, "not finite"),
                ({"spend": "Infinity"}, "not finite"),
                ({"spend": "1e999999"}, "too many digits"),
                ({"spend": "1,000.00"}, "is no number"),
                ({"spend": ""}, "is no number"),
                ({"reach": "x"}, "is no number"),
                ({"spend": "absent"}, "spend is missing, although impressions came"),
                ({"impressions": None}, "impressions is missing, although spend came"),
            )
        ),
        ({"actions": "three"}, "no list of actions", "actions", {"actions": "[]"}),
        ({"actions": [{"value": "1"}]}, "no list of actions", "actions", {"actions": "[]"}),
        ({"actions": {"action_type": "lead"}}, "no list of actions", "actions", {"actions": "[]"}),
        ({"conversions": "three"}, "no list of actions", "conversions", {"conversions": None}),
        (
            {"actions": [{"action_type": "lead", "value": "NaN"}, {"action_type": "purchase", "value": "3"}]},
            "actions lead 'NaN' is no finite number",
            "actions lead",
            {"actions": '[{"action_type":"lead"},{"action_type":"purchase","value":"3"}]'},
        ),
        (
            {"video_play_actions": "three"},
            "video_play_actions is no list of actions",
            "other_actions video_play_actions",
            {"other_actions": '[{"action_type":"video_play_actions"}]'},
        ),
    ],
)
def test_one_value_that_cannot_be_understood_is_refused_alone_with_its_reason(changes, reason, name, left):
    why, names, others = unreadable_value_of(**changes)
    assert reason in why
    assert (names, others) == ([name], left)


def test_several_values_that_cannot_be_understood_are_each_refused():
    page = READER.page([sent(spend="x", clicks="y"), ROW])
    assert [one.reason for one in page.unreadable] == ["clicks 'y' is no number", "spend 'x' is no number"]
    lines = [insight_columns(row) for row in page.rows]
    assert [(one["clicks"], one["spend"], one["unreadable"]) for one in lines] == [
        (None, None, '["clicks","spend"]'),
        (ROW["clicks"], "12.34", None),
    ]


@pytest.mark.parametrize("figure", ["1e308", "Infinity", "-inf", None, ["1"]])
def test_a_windows_figure_of_an_action_must_be_a_finite_number(figure):
    changes = {"actions": [{"action_type": "lead", "value": "1e308", "7d_click": figure}]}
    if figure == "1e308":  # finite, though the sum of both is not
        assert orjson.loads(read(**changes)["actions"]) == changes["actions"]
    else:
        reason, names, others = unreadable_value_of(**changes)
        assert "actions lead" in reason
        # The value itself is sound: the window goes alone.
        assert (names, orjson.loads(others["actions"])) == ([], [{"action_type": "lead", "value": "1e308"}])


def test_conversions_without_delivery_are_a_row():
    assert read(impressions="absent", spend="absent")["impressions"] is None


def test_an_entry_that_is_no_object_is_refused_and_the_others_are_read():
    page = READER.page(["text", ROW, None])
    assert [insight_columns(row)["object_id"] for row in page.rows] == ["3"]
    assert [(one.reason, one.payload) for one in page.unreadable] == [
        ("'text' is no row", '"text"'),
        ("'None' is no row", "null"),
    ]


def test_a_nul_inside_actions_which_postgresql_refuses_is_left_out():
    nasty = 'a\tb\nc\\d"\x00'
    actions = read(actions=[{"action_type": nasty, "value": "1"}])["actions"]
    assert orjson.loads(actions) == [{"action_type": nasty.replace("\x00", ""), "value": "1"}]


def test_a_breakdowns_values_are_part_of_the_key_in_the_fields_order():
    reader = InsightReader("42", Grain("campaign", "gender,age"), DayRange(DAY, DAY))
    row = insight_columns(reader.row({**ROW, "age": "25-34", "gender": "fe\tmale"}))
    assert row["breakdown_value"] == "fe\tmale,25-34"
    assert insight_columns(reader.row({**ROW, "age": "25-34"}))["breakdown_value"] == "unknown,25-34"
    (refused,) = reader.page([{**ROW, "age": [25]}]).unreadable
    assert "age [25] is no breakdown value" in refused.reason


def test_rows_without_the_breakdown_that_was_asked_for_are_no_answer():
    reader = InsightReader("42", Grain("campaign", "age"), DayRange(DAY, DAY))
    with pytest.raises(PermanentMetaError, match="lack the breakdown age"):
        reader.page([ROW])
    assert len(reader.page([])) == 0


def test_an_unreadable_row_carries_as_much_of_its_key_as_can_be_read():
    def key_of(reader=READER, **changes):
        (refused,) = reader.page([sent(**changes)]).unreadable
        return refused.day, refused.object_id, refused.breakdown_value

    assert key_of(spend="1,000.00") == (DAY, "3", "")
    assert key_of(ad_id="x") == (DAY, None, "")
    assert key_of(ad_id="absent") == (DAY, None, "")
    assert key_of(date_start="yesterday") == (None, "3", "")
    by_age = InsightReader("42", Grain("campaign", "age"), DayRange(DAY, DAY))
    assert key_of(by_age, age="25-34", spend="NaN") == (DAY, "9007199254740993", "25-34")
    assert key_of(by_age, age=[25]) == (DAY, "9007199254740993", None)
    of_account = InsightReader("42", Grain("account"), DayRange(DAY, DAY))
    assert key_of(of_account, spend="NaN") == (DAY, "42", "")
    (refused,) = READER.page(["no row"]).unreadable
    assert (refused.day, refused.object_id, refused.breakdown_value) == (None, None, None)
