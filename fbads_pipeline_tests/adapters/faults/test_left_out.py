"""What Meta leaves out of an answer removes nothing that was known and makes nothing zero: every kind of it, from the
sandbox over HTTP into a real PostgreSQL. Each kind has a control that shows the loss without the protection.
"""

import orjson
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fbads_pipeline.adapters.postgres.collection import settling
from fbads_pipeline_tests.adapters.faults.conftest import DAYS, NOW, Collector, stored

LEFT_OUT = {
    "empty campaigns": {"name": "empty-answer", "level": "campaign"},
    "empty accounts": {"name": "empty-answer", "level": "account"},
    "empty ads": {"name": "empty-answer", "level": "ad"},
    "empty everywhere": {"name": "empty-answer"},
    "half of the campaigns": {"name": "missing-rows", "level": "campaign"},
    "purchases of campaigns": {"name": "missing-entry", "level": "campaign"},
    "values of purchases of the account": {"name": "missing-value", "level": "account"},
    "clicks of ad sets": {"name": "missing-field", "level": "adset"},
    "unreadable impressions of campaigns": {"name": "unreadable-value", "level": "campaign"},
    "unreadable spend of ads": {"name": "unreadable-value", "level": "ad", "figure": "spend", "share": 1},
    "unreadable actions of campaigns": {"name": "unreadable-value", "level": "campaign", "figure": "actions"},
    "unreadable ids of ads": {"name": "unreadable-value", "level": "ad", "figure": "ad_id"},
}
FIGURES = ("impressions", "clicks", "spend")


def figures(collector: Collector) -> dict[tuple[str, ...], dict[str, object]]:
    """Key of each stored row → its figures, lists of actions as type → value."""
    query = sa.text("select to_jsonb(t) from raw.insights t")
    with collector.database.connect() as connection:
        rows = list(connection.execute(query).scalars())
    names = ("account_id", "level", "breakdown", "day", "object_id", "breakdown_value")
    return {
        tuple(row[name] for name in names): {**{name: row[name] for name in FIGURES}, **_types(row)} for row in rows
    }


def _types(row: dict[str, object]) -> dict[str, object]:
    return {
        f"{name} {one['action_type']}": _told(one)
        for name in ("actions", "action_values")
        for one in row[name]  # type: ignore[attr-defined]
    }


def _told(entry: dict[str, object]) -> object:
    """The value of an entry, else what its windows make together."""
    windows = [float(value) for name, value in entry.items() if name[0].isdigit()]
    return entry.get("value", sum(windows) if windows else None)


def lost(before: dict, after: dict) -> list[tuple[object, ...]]:
    """What was known before and is gone, or zero, or null, afterwards."""
    return [
        (*key, name, value, after.get(key, {}).get(name))
        for key, known in before.items()
        for name, value in known.items()
        if value is not None and float(value) > 0 and not float(after.get(key, {}).get(name) or 0) > 0
    ]


def disturb(collector: Collector, *scenarios: dict[str, object]) -> None:
    collector.server.set_scenario({"scenarios": list(scenarios)})


@pytest.mark.parametrize("kind", LEFT_OUT)
def test_what_is_left_out_loses_nothing_is_named_and_is_whole_again_after_a_whole_answer(collector, kind):
    collector.collect()
    before = figures(collector)
    disturb(collector, LEFT_OUT[kind])
    reports = collector.collect()
    assert collector.server.sandbox.scenarios.active[0].hits > 0
    assert lost(before, figures(collector)) == []
    if LEFT_OUT[kind]["name"] != "missing-value":  # the windows of an entry tell its value
        assert {report.status for report in reports.values()} == {"partial"}, "nobody is told"
        assert all("insights" in (report.error or "") for report in reports.values())
    collector.server.set_scenario(None)
    healed = collector.collect()
    assert {report.status for report in healed.values()} == {"done"}
    assert figures(collector) == before


def test_a_value_that_was_never_read_costs_its_row_nothing_else(collector, undisturbed):
    disturb(collector, LEFT_OUT["unreadable spend of ads"])
    reports = collector.collect()
    assert {report.error_kind for report in reports.values()} == {"quarantine"}
    assert all("spend '2,000' is no number" in report.error for report in reports.values())
    query = "select count(*), count(spend), count(impressions) from raw.insights where level = 'ad'"
    with collector.database.connect() as connection:
        rows, spend, impressions = connection.execute(sa.text(query)).one()
    assert rows > 0 and (spend, impressions) == (0, rows)
    collector.server.set_scenario(None)
    collector.collect()
    assert stored(collector.database)["raw.insights"] == undisturbed["raw.insights"]


def test_without_settling_an_empty_answer_would_stay_in_doubt_for_ever(collector, monkeypatch):
    """The control: rows that really vanished go only because a second source is heard."""
    collector.collect()
    monkeypatch.setattr(settling, "settle", lambda *arguments, **named: [])
    disturb(collector, {"name": "missing-rows", "share": 0.1})
    collector.collect()
    assert doubtful(collector) > 0


def doubtful(collector: Collector) -> int:
    with collector.database.connect() as connection:
        return connection.execute(sa.text("select count(*) from raw.doubtful_rows")).scalar_one()


def test_an_empty_answer_at_every_level_is_believed_when_the_next_run_reads_the_same(collector):
    collector.collect()
    before = figures(collector)
    disturb(collector, {"name": "empty-answer", "path": "insights"})
    collector.collect()
    assert figures(collector) == before
    collector.collect()
    assert figures(collector) == {}


@pytest.mark.parametrize("level", ["campaign", "ad"])
def test_a_first_answer_that_is_empty_is_no_day_without_delivery(collector, level):
    disturb(collector, {"name": "empty-answer", "level": level})
    reports = collector.collect()
    assert {report.status for report in reports.values()} == {"partial"}
    assert all("another level has delivery" in (report.error or "") for report in reports.values())
    collector.server.set_scenario(None)
    assert {report.status for report in collector.collect().values()} == {"done"}


def test_an_empty_breakdown_below_a_day_with_delivery_is_never_believed(collector):
    collector.collect(breakdowns=("age,gender",))
    before = figures(collector)
    disturb(collector, {"name": "empty-answer", "breakdown": "age,gender"})
    for _ in range(3):
        reports = collector.collect(breakdowns=("age,gender",))
        assert figures(collector) == before
        assert all("age,gender" in (report.error or "") for report in reports.values())


def test_what_is_left_out_of_parts_of_a_breakdown_stands_however_often_it_does_not_come(collector):
    left_out = (
        {"name": "missing-rows", "breakdown": "age,gender", "share": 0.4},
        {"name": "missing-entry", "breakdown": "country", "figure": "omni_purchase", "share": 0.5},
        {"name": "missing-field", "breakdown": "publisher_platform,platform_position", "figure": "clicks"},
    )
    breakdowns = tuple(str(one["breakdown"]) for one in left_out)
    collector.collect(breakdowns=breakdowns)
    before = figures(collector)
    disturb(collector, *left_out)
    for _ in range(2):
        reports = collector.collect(breakdowns=breakdowns)
        assert lost(before, figures(collector)) == []
        assert {report.status for report in reports.values()} == {"partial"}
    hits = {one.breakdown: one.hits for one in collector.server.sandbox.scenarios.active}
    assert all(hits.values()), hits
    collector.server.set_scenario(None)
    assert {report.status for report in collector.collect(breakdowns=breakdowns).values()} == {"done"}
    assert figures(collector) == before


def test_what_moves_between_the_parts_of_a_breakdown_is_believed(collector):
    for now in (NOW, "2026-11-12T15:00:00+00:00"):
        collector.server.set_now(now)
        reports = collector.collect(breakdowns=("age,gender", "country"), now=now)
        assert {report.status for report in reports.values()} == {"done"}, reports
        moved = [before := figures(collector)] if now == NOW else [before, figures(collector)]
    types = [{(key, name) for key, row in one.items() if key[2] for name in row if " " in name} for one in moved]
    assert types[0] - types[1], "no part lost an event, so nothing was tried"


def test_people_are_not_counted_by_a_breakdown_where_meta_refuses_it_and_the_spend_is_kept(collector):
    disturb(collector, {"name": "old-reach-refused"})
    reports = collector.collect(breakdowns=("country",))
    broken_down = {key: row for key, row in figures(collector).items() if key[2] == "country"}
    assert broken_down and all(row["spend"] is not None for row in broken_down.values())
    assert all(any("reach" in note for note in report.notes) for report in reports.values())
    assert {report.status for report in reports.values()} == {"done"}


def test_one_forbidden_object_is_unknown_and_nobody_else_is_touched(collector, undisturbed):
    one = orjson.loads(undisturbed["raw.campaigns"][0])["campaign_id"]
    disturb(collector, {"name": "forbidden-object", "object": one})
    reports = collector.collect()
    assert {report.status for report in reports.values()} == {"done"}
    assert any(one in note for report in reports.values() for note in report.notes)
    after = {orjson.loads(row)["campaign_id"]: orjson.loads(row) for row in collector.stored()["raw.campaigns"]}
    assert after[one]["effective_status"] == "UNKNOWN"
    others = [row for row in undisturbed["raw.campaigns"] if orjson.loads(row)["campaign_id"] != one]
    assert [orjson.dumps(row) for key, row in after.items() if key != one] == [
        orjson.dumps(orjson.loads(row)) for row in others
    ]
    assert collector.stored()["raw.insights"] == undisturbed["raw.insights"]


def test_an_object_that_is_busy_is_asked_for_again(collector, undisturbed):
    one = orjson.loads(undisturbed["raw.campaigns"][0])["campaign_id"]
    disturb(collector, {"name": "busy-object", "object": one})
    reports = collector.collect()
    assert {report.status for report in reports.values()} == {"done"}
    assert collector.stored()["raw.campaigns"] == undisturbed["raw.campaigns"]


@pytest.mark.parametrize("figure", ["timezone_name", "currency"])
def test_an_odd_account_is_named_and_the_others_are_read(collector, undisturbed, figure):
    first, *others = sorted({orjson.loads(row)["account_id"] for row in undisturbed["raw.insights"]})
    disturb(collector, {"name": "odd-account", "account": first, "figure": figure})
    reports = collector.collect()
    assert {reports[one].status for one in others} == {"done"}
    said = [*reports[first].notes, reports[first].error or ""] if first in reports else []
    assert any(figure.split("_")[0] in one.replace("time zone", "timezone") for one in said), said


levels = st.sampled_from(["account", "campaign", "adset", "ad", None])
broken_down = st.sampled_from([None, "", "age,gender"])
scenarios = st.one_of(
    st.builds(lambda level: {"name": "empty-answer", "level": level}, levels),
    st.builds(
        lambda level, share: {"name": "missing-rows", "level": level, "share": share}, levels, st.floats(0.05, 0.95)
    ),
    st.builds(
        lambda name, level, figure, share: {"name": name, "level": level, "figure": figure, "share": share},
        st.sampled_from(["missing-entry", "missing-value"]),
        levels,
        st.sampled_from(["omni_purchase", "link_click", "lead", "landing_page_view"]),
        st.floats(0.1, 1.0),
    ),
    st.builds(
        lambda name, level, figure: {"name": name, "level": level, "figure": figure},
        st.sampled_from(["missing-field", "unreadable-value"]),
        levels,
        st.sampled_from(["impressions", "clicks", "spend"]),
    ),
)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(st.tuples(scenarios, broken_down), min_size=1, max_size=3))
def test_whatever_is_left_out_nothing_known_is_lost_and_a_whole_answer_restores_all(collector, chosen):
    collector.server.set_scenario(None)
    collector.collect(breakdowns=("age,gender",))
    before = figures(collector)
    left_out = [{**one, "breakdown": breakdown} for one, breakdown in chosen]
    disturb(collector, *[{key: value for key, value in one.items() if value is not None} for one in left_out])
    collector.collect(breakdowns=("age,gender",))
    assert lost(before, figures(collector)) == [], chosen
    collector.server.set_scenario(None)
    collector.collect(breakdowns=("age,gender",))
    assert figures(collector) == before, (chosen, DAYS)
