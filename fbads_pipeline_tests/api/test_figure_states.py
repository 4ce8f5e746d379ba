"""What was not said is not zero: every figure of the API says whether it was measured, reported, read."""

from decimal import Decimal

import pytest

from fbads_pipeline.api import figures
from fbads_pipeline.api.app import create_app
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.analytics_marts import fill

FEW_DAYS = {"from": "2026-11-03", "to": "2026-11-04"}
BEFORE = {"from": "2026-11-01", "to": "2026-11-02"}
LEVELS = ("account", "campaign")


@pytest.fixture
def run(database):
    """Runs a statement; the marts of the analytics tests are there."""
    fill(database.owner)

    def execute(statement):
        with database.owner.begin() as connection:
            connection.exec_driver_sql(statement)

    return execute


@pytest.fixture
def unread(run):
    """Takes the readings of a day away."""

    def take(day, account="42"):
        run(f"delete from marts.day_coverage where account_id = '{account}' and day = '{day}'")

    return take


def told(client, path, **params):
    answer = client.get(f"/api/v1/{path}", **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestNotReported:
    @pytest.fixture(autouse=True)
    def left_out(self, run):
        """Meta answered the campaign's row of one day without its conversions and clicks."""
        for mart in ("campaign_daily", "account_daily"):
            run(f"update marts.{mart} set conversions = null where account_id = '42' and day = '2026-11-03'")

    @pytest.mark.parametrize("path", ["summary", "compare"])
    def test_it_is_null_and_said_and_so_is_every_ratio_on_it(self, client, path):
        row = told(client, f"analytics/{path}", account_id="42", **FEW_DAYS)["data"][0]
        figures, states = row["figures"], row["states"]
        assert (figures["conversions"]["value"], figures["cpa"]["value"]) == (None, None)
        assert (states["conversions"], states["cpa"]) == ("not_reported", "not_reported")
        assert "spend" not in states and figures["spend"]["value"] in ("70.00", "50.00")
        assert figures["conversions"]["change"] is None and row["no_comparison"] is None

    def test_the_sum_of_the_other_days_is_no_stand_in(self, client):
        row = told(client, "analytics/summary", account_id="42", **{"from": "2026-11-01", "to": "2026-11-04"})["data"][
            0
        ]
        assert row["figures"]["conversions"]["value"] is None, "not the 1 of the first day"

    def test_its_day_says_so(self, client):
        (series,) = told(client, "analytics/trends", metric="conversions", campaign_id="101", **BEFORE)["data"]
        assert [(one["value"], one["state"]) for one in series["points"]] == [("1", "measured"), ("0", "measured")]
        (series,) = told(client, "analytics/trends", metric="conversions", campaign_id="101", **FEW_DAYS)["data"]
        assert [(one["value"], one["state"]) for one in series["points"]] == [(None, "not_reported"), ("0", "measured")]
        day, other = told(client, "campaigns/101/insights", **FEW_DAYS)["data"]
        assert (day["conversions"], day["states"]["conversions"], day["state"]) == (None, "not_reported", "measured")
        assert (other["conversions"], other["spend"], other["cpa"], other["states"]["cpa"]) == (
            "0",
            "0",
            None,
            "undefined",
        )

    def test_a_part_of_a_breakdown_too(self, client, run):
        run("update marts.campaign_breakdown_daily set conversions = null where gender = 'male'")
        found = told(client, "analytics/breakdowns", by="age_gender", metric="cpa")["data"]
        assert [(one["value"], one["state"]) for one in found] == [
            ("10.0000000000000000", "measured"),
            (None, "not_reported"),
        ]


class TestNotCollected:
    def test_a_level_that_the_settings_leave_out_is_none_that_a_backfill_would_read(self, run, monkeypatch, database):
        run("delete from marts.day_coverage where level = 'campaign'")
        monkeypatch.setenv("FBADS_NOW", "2026-11-10T12:00:00-03:00")
        monkeypatch.setenv("FBADS_LEVELS", "account")
        client = Client(create_app(load_settings(), database))
        answer = told(client, "analytics/compare", **FEW_DAYS)
        assert (answer["coverage"]["is_collected"], answer["coverage"]["read"]) == (False, 0)
        assert told(client, "analytics/summary", **FEW_DAYS)["coverage"]["is_collected"] is True
        page = client.get("/", account="42").text
        assert "(FBADS_LEVELS" in page
        assert "fbads backfill" not in page and 'action="/readings"' not in page


class TestNotRead:
    def test_the_period_says_which_days_lack_and_is_not_compared(self, client, unread):
        unread("2026-11-04")
        answer = told(client, "analytics/summary", **FEW_DAYS)
        assert answer["coverage"] == {
            "level": "account",
            "asked": 4,
            "read": 3,
            "is_complete": False,
            "is_collected": True,
            "missing": [{"account_id": "42", "from": "2026-11-04", "to": "2026-11-04"}],
        }
        assert answer["coverage_before"]["is_complete"]
        loja, shop = answer["data"]
        assert (loja["no_comparison"], loja["figures"]["spend"]["change"]) == ("days_not_read", None)
        assert loja["figures"]["spend"]["value"] == "70.00", "of the days that were read"
        assert shop["no_comparison"] is None

    def test_a_gap_in_the_period_before_is_enough(self, client, unread):
        unread("2026-11-02")
        for path in ("summary", "compare"):
            answer = told(client, f"analytics/{path}", account_id="42", **FEW_DAYS)
            assert (answer["coverage"]["is_complete"], answer["coverage_before"]["is_complete"]) == (True, False)
            for row in answer["data"]:
                assert row["no_comparison"] == "days_not_read"
                assert {one["change"] for one in row["figures"].values()} == {None}

    def test_a_day_is_there_without_a_value_and_never_zero(self, client, unread):
        unread("2026-11-02")
        (series,) = told(client, "analytics/trends", metric="spend", campaign_id="101", **BEFORE)["data"]
        assert [(one["value"], one["state"]) for one in series["points"]] == [
            ("30.00", "measured"),
            (None, "not_read"),
        ]
        answer = told(client, "campaigns/101/insights", **BEFORE)
        day = answer["data"][1]
        assert (day["day"], day["state"], day["spend"], day["impressions"]) == ("2026-11-02", "not_read", None, None)
        assert (answer["coverage"]["asked"], answer["coverage"]["read"]) == (2, 1)

    def test_a_day_that_was_read_without_delivery_is_zero(self, client, run):
        day = told(client, "campaigns/101/insights", **BEFORE)["data"][1]
        assert (day["state"], day["spend"], day["impressions"], day["ctr"]) == ("measured", "0", 0, None)
        assert day["states"]["ctr"] == "undefined" and "spend" not in day["states"]

    def test_a_day_read_before_its_end_keeps_its_figures_and_says_so(self, client, run):
        run("update marts.day_coverage set is_read = false where account_id = '42' and day = '2026-11-03'")
        (series,) = told(client, "analytics/trends", metric="spend", campaign_id="101", **FEW_DAYS)["data"]
        assert (series["points"][0]["value"], series["points"][0]["state"]) == ("50.00", "incomplete")
        assert told(client, "campaigns/101/insights", **FEW_DAYS)["data"][0]["state"] == "incomplete"

    def test_a_breakdown_has_the_coverage_of_its_own_readings(self, client, run):
        assert told(client, "analytics/breakdowns", by="country", **FEW_DAYS)["coverage"]["read"] == 0
        run(
            "insert into raw.day_states (account_id, level, breakdown, day, state, attempted_at, read_at) values"
            " ('42', 'campaign', 'country', '2026-11-03', 'read', '2026-11-04T03:00Z', '2026-11-04T03:00Z'),"
            " ('42', 'campaign', 'country', '2026-11-04', 'read', '2026-11-05T02:59Z', '2026-11-05T02:59Z')"
        )
        coverage = told(client, "analytics/breakdowns", by="country", account_id="42", **FEW_DAYS)["coverage"]
        assert coverage["missing"] == [{"account_id": "42", "from": "2026-11-04", "to": "2026-11-04"}], (
            "the second was read before the day was over"
        )

    def test_days_that_have_not_come_are_not_asked_for(self, client, run):
        answer = told(client, "campaigns/101/insights", **{"from": "2026-11-09", "to": "2026-11-20"})
        assert [one["day"] for one in answer["data"]] == ["2026-11-09", "2026-11-10"]
        assert (answer["coverage"]["asked"], answer["coverage"]["is_complete"]) == (2, True)

    def test_a_budget_without_a_reading_of_today_has_no_pace(self, client, unread):
        (row,) = told(client, "analytics/pacing", campaign_id="101")["data"]
        assert (row["pacing_today"], row["states"]) == ("0.8", {})
        unread("2026-11-10")
        answer = told(client, "analytics/pacing", campaign_id="101")
        row = answer["data"][0]
        assert (row["spent_today"], row["pacing_today"], row["projected_month"]) == (None, None, None)
        assert (row["spent_month"], row["states"]["spent_month"]) == ("94", "incomplete")
        assert answer["coverage"]["missing"][0]["from"] == "2026-11-10"


_compared = figures._compared
GATES = {
    "no comparison with a gap": (
        "_compared", lambda value, before, is_comparable: _compared(value, before, True),
        TestNotRead.test_a_gap_in_the_period_before_is_enough,
    ),
    "a day that was not read is no zero": (
        "known_figure", lambda metric, row, is_read: (Decimal(0), "measured"),
        TestNotRead.test_a_day_is_there_without_a_value_and_never_zero,
    ),
    "no pace without a reading of today": (
        "_OF_TODAY", (), TestNotRead.test_a_budget_without_a_reading_of_today_has_no_pace,
    ),
    "no forecast of a month with gaps": (
        "_FORECASTS", (), TestNotRead.test_a_budget_without_a_reading_of_today_has_no_pace,
    ),
}  # fmt: skip


@pytest.mark.parametrize("gate", GATES)
def test_with_a_gate_open_its_guard_turns_red(client, unread, monkeypatch, gate):
    """The controls of the gates between what was not read and what the API shows."""
    name, opened, guard = GATES[gate]
    monkeypatch.setattr(figures, name, opened)
    with pytest.raises(AssertionError):
        guard(TestNotRead(), client, unread)
