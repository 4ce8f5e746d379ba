"""The figures: they add up, they are the same every time, and they settle."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fbads_pipeline.sandbox.figures.daily import known_at
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.sandbox.world.clock import parse_instant
from fbads_pipeline_tests.sandbox.conftest import Reader

SINCE, UNTIL = "2026-10-25", "2026-11-10"
WHOLE = {"ad": "adset_id", "adset": "campaign_id", "campaign": "account_id"}


def _added(rows: list[dict[str, Any]], by: str) -> dict[tuple[str, str], dict[str, Decimal]]:
    totals: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        total = totals[row["date_start"], row[by]]
        for name in ("impressions", "clicks", "inline_link_clicks", "spend"):
            total[name] += Decimal(row[name])
        for kind in ("actions", "action_values"):
            for action in row.get(kind, []):
                for window in action.keys() - {"action_type"}:
                    total[f"{kind} {action['action_type']} {window}"] += Decimal(action[window])
    return {key: dict(total) for key, total in totals.items()}


@pytest.mark.parametrize("currency", ["BRL", "JPY"])
def test_every_level_adds_up_to_the_one_above(reader: Reader, currency: str) -> None:
    account = reader.account(currency)
    windows = {"action_attribution_windows": ["7d_click", "1d_view"]}
    rows = {level: reader.insights(account, level, SINCE, UNTIL, **windows) for level in ("account", *WHOLE)}
    for part, whole in {"ad": "adset", "adset": "campaign", "campaign": "account"}.items():
        assert _added(rows[part], WHOLE[part]) == _added(rows[whole], WHOLE[part])


def test_reach_lies_between_its_largest_part_and_their_sum(reader: Reader) -> None:
    account = reader.account()
    parts: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in reader.insights(account, "ad", SINCE, UNTIL):
        parts[row["date_start"], row["adset_id"]].append(int(row["reach"]))
    for row in reader.insights(account, "adset", SINCE, UNTIL):
        below, reach, impressions = (
            parts[row["date_start"], row["adset_id"]],
            int(row["reach"]),
            int(row["impressions"]),
        )
        assert max(below) <= reach <= min(sum(below), impressions)
        assert row["frequency"] == f"{impressions / reach if reach else 0:.6f}"


def test_a_row_has_something_and_some_have_only_conversions(reader: Reader) -> None:
    rows = [row for account in reader.accounts() for row in reader.insights(account, "ad", "2026-09-12", UNTIL)]
    assert all(row["impressions"] != "0" or row.get("actions") for row in rows)
    stray = [row for row in rows if row["impressions"] == "0"]
    assert 0 < len(stray) < len(rows) / 20
    assert all(row["spend"] in ("0.00", "0") and "reach" in row for row in stray)


def test_the_same_seed_gives_the_same_figures(sandbox: SandboxServer) -> None:
    with SandboxServer() as again, SandboxServer(seed=8) as other:
        asked = ("ad", "2026-11-01", UNTIL)
        assert sandbox.truth(*asked) == again.truth(*asked)
        assert sandbox.truth(*asked) != other.truth(*asked)
        assert sandbox.control("incidents") == again.control("incidents")


def test_today_grows_and_never_falls(sandbox: SandboxServer) -> None:
    before: dict[str, dict[str, Any]] = {}
    for hour in (4, 8, 12, 16, 20, 23):
        sandbox.set_now(f"2026-11-10T{hour:02d}:40:00+00:00")
        after = {row["ad_id"]: row for row in sandbox.truth("ad", UNTIL, UNTIL, "1015812345678901")}
        for ad, row in before.items():
            for name in ("impressions", "clicks", "reach", "purchases", "leads"):
                assert row[name] <= after[ad][name]
            assert Decimal(row["spend"]) <= Decimal(after[ad]["spend"])
        before = after
    assert before


def test_figures_are_refreshed_every_quarter_of_an_hour(sandbox: SandboxServer) -> None:
    first = sandbox.truth("account", UNTIL, UNTIL)
    sandbox.set_now("2026-11-10T15:14:59+00:00")
    assert sandbox.truth("account", UNTIL, UNTIL) == first
    sandbox.set_now("2026-11-10T15:15:00+00:00")
    assert sandbox.truth("account", UNTIL, UNTIL) != first


def test_delivery_is_restated_for_three_days_and_conversions_arrive_for_28(sandbox: SandboxServer) -> None:
    seen = []
    for now in ("2026-11-11", "2026-11-14", "2026-12-08", "2027-03-01"):
        sandbox.set_now(f"{now}T09:00:00+00:00")
        seen.append(sandbox.truth("account", UNTIL, UNTIL))
    delivery = [[(row["impressions"], row["spend"]) for row in rows] for rows in seen]
    conversions = [sum(row["purchases"] + row["leads"] for row in rows) for rows in seen]
    assert delivery[0] != delivery[1] == delivery[2]
    assert conversions[0] < conversions[1] < conversions[2]
    assert seen[2] == seen[3]


@pytest.mark.parametrize(("day", "ends_at"), [("2026-11-01", "2026-11-02T05:00"), ("2026-03-08", "2026-03-09T04:00")])
def test_a_day_of_25_or_23_hours_ends_at_its_own_midnight(day: str, ends_at: str) -> None:
    """New York put its clocks back on 2026-11-01 and forward on 2026-03-08."""
    end = parse_instant(f"{ends_at}+00:00")
    shares = [
        known_at("America/New_York", date.fromisoformat(day), end + timedelta(minutes=minutes)).delivered
        for minutes in (-45, -15, 0, 15)
    ]
    assert shares[0] < shares[1] < shares[2] == shares[3] == 1.0


def test_the_day_after_a_clock_change_begins_once_the_long_day_has_ended(sandbox: SandboxServer) -> None:
    asked = ("account", "2026-11-01", "2026-11-02", "784512369874512")
    days = {}
    for now in ("2026-11-02T04:45", "2026-11-02T05:30"):
        sandbox.set_now(f"{now}:00+00:00")
        days[now] = [row["day"] for row in sandbox.truth(*asked)]
    assert list(days.values()) == [["2026-11-01"], ["2026-11-01", "2026-11-02"]]


@pytest.mark.parametrize("breakdowns", ["age,gender", "country", "publisher_platform,platform_position"])
def test_a_breakdown_adds_up_to_the_plain_row(reader: Reader, breakdowns: str) -> None:
    account = reader.account("USD")
    plain = reader.insights(account, "adset", "2026-11-05", UNTIL)
    split = reader.insights(account, "adset", "2026-11-05", UNTIL, breakdowns=breakdowns)
    assert _added(plain, "adset_id") == _added(split, "adset_id")
    assert len(split) > len(plain)
    assert all(name in row for row in split for name in breakdowns.split(","))


def test_incidents_of_every_kind_are_labelled_and_show(sandbox: SandboxServer) -> None:
    incidents = sandbox.control("incidents")
    assert len({incident["name"] for incident in incidents}) == 8
    assert all(incident["first_day"] > "2026-09-11" for incident in incidents)
    stop = next(one for one in incidents if one["name"] == "delivery_stop" and one["first_day"] > "2026-11-03")
    rows = sandbox.truth("campaign", "2026-11-03", stop["last_day"], stop["account_id"])
    days = {row["day"] for row in rows if row["campaign_id"] == stop["object_id"] and row["impressions"]}
    assert "2026-11-03" in days and not days & {stop["first_day"], stop["last_day"]}


@pytest.mark.parametrize(("day", "begins", "ends"), [("2026-10-25", 23, 24), ("2027-03-28", 0, 23)])
def test_lisbons_days_of_25_and_23_hours_begin_and_end_where_its_clocks_say(
    sandbox: SandboxServer, day: str, begins: int, ends: int
) -> None:
    """Lisbon is an hour ahead of UTC in summer: hours are of UTC, a beginning of 23 is the evening before."""
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    start = midnight + timedelta(hours=begins - 24 if begins == 23 else begins)
    end = midnight + timedelta(hours=ends)

    def impressions(at: datetime) -> int:
        sandbox.set_now(at.isoformat())
        return sum(row["impressions"] for row in sandbox.truth("account", day, day, "10203040506070809"))

    assert impressions(start) == 0 < impressions(start + timedelta(hours=1))
    assert impressions(end - timedelta(minutes=30)) < impressions(end)
    sandbox.set_now(end.isoformat())
    next_day = str((midnight + timedelta(days=1)).date())
    assert sandbox.truth("account", next_day, next_day, "10203040506070809") == []


def test_hours_add_up_to_the_day_and_count_no_people(reader: Reader) -> None:
    account, hourly = reader.account("USD"), "hourly_stats_aggregated_by_advertiser_time_zone"
    plain = reader.insights(account, "campaign", "2026-11-09", UNTIL)
    hours = reader.insights(account, "campaign", "2026-11-09", UNTIL, breakdowns=hourly)
    for name in ("impressions", "clicks", "inline_link_clicks"):
        assert sum(int(row[name]) for row in hours) == sum(int(row[name]) for row in plain)
    assert sum(Decimal(row["spend"]) for row in hours) == sum(Decimal(row["spend"]) for row in plain)
    assert not any("reach" in row or "frequency" in row for row in hours)
    assert "purchase" not in {action["action_type"] for row in hours for action in row.get("actions", [])}
    assert max(row[hourly] for row in hours if row["date_start"] == UNTIL) == "09:00:00 - 09:59:59"


def test_a_settled_day_does_not_depend_on_the_day_it_is_asked_on() -> None:
    asked = ("ad", "2026-09-20", "2026-09-22")
    with (
        SandboxServer(anchor="2026-11-10") as early,
        SandboxServer(anchor="2026-11-10", now="2027-06-01T12:00Z") as late,
    ):
        assert early.truth(*asked) == late.truth(*asked) != []
        assert early.control("incidents") == late.control("incidents")
