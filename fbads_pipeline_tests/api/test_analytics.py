"""Analytics and what hangs off a campaign: sums divided by sums, one currency each, nobody else's figures."""

from datetime import date

import pytest

from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit
from fbads_pipeline.domain.recommendations.decisions import PERSON
from fbads_pipeline_tests.api.conftest import HOSTILE
from fbads_pipeline_tests.api.test_decisions import rows
from fbads_pipeline_tests.support.analytics_marts import fill
from fbads_pipeline_tests.support.people import People
from fbads_pipeline_tests.support.sample_marts import SampleMarts

FEW_DAYS = {"from": "2026-11-03", "to": "2026-11-04"}


@pytest.fixture
def filled(client, database):
    fill(database.owner)
    return client


def told(client, path, **params):
    answer = client.get(f"/api/v1/{path}", **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestSummary:
    def test_ratios_are_sums_divided_by_sums_of_one_currency(self, filled):
        loja, shop = told(filled, "analytics/summary", **FEW_DAYS)["data"]
        figures = loja["figures"]
        assert (loja["currency"], figures["spend"]["value"], figures["impressions"]["value"]) == (
            "BRL",
            "70.00",
            "9000",
        )
        assert float(figures["ctr"]["value"]) == pytest.approx(70 / 9000), "not the mean of 0.03 and 0.005"
        assert figures["cpa"] == {
            "value": "17.5000000000000000",
            "before": "30.0000000000000000",
            "change": "-0.416667",
        }
        assert (shop["currency"], shop["figures"]["spend"]["value"]) == ("USD", "7.00")

    def test_the_period_before_is_as_long_and_nothing_delivered_there_is_zero(self, filled):
        loja, shop = told(filled, "analytics/summary", **FEW_DAYS)["data"]
        assert loja["before"] == {"first": "2026-11-01", "last": "2026-11-02"}
        assert shop["figures"]["spend"] == {"value": "7.00", "before": "0", "change": None}
        assert shop["states_before"]["cpa"] == "undefined" and "spend" not in shop["states_before"]

    def test_without_a_period_it_is_the_complete_days_before_the_accounts_today(self, filled):
        loja, _ = told(filled, "analytics/summary")["data"]
        assert loja["period"] == {"first": "2026-10-13", "last": "2026-11-09"}
        assert loja["provisional_days"] == 3 and loja["as_of"] == "2026-11-10T15:00:00Z"

    def test_an_account_without_a_reading_has_nulls_not_zeros(self, filled):
        loja, _ = told(filled, "analytics/summary", **{"from": "2026-07-01", "to": "2026-07-02"})["data"]
        assert {one["value"] for one in loja["figures"].values()} == {None}
        assert set(loja["states"].values()) == {"not_read"} and set(loja["states"]) == set(loja["figures"])

    @pytest.mark.parametrize(
        ("params", "says"),
        [
            ({"from": "2026-11-03"}, "go together"),
            ({"from": "2026-11-04", "to": "2026-11-03"}, "swap them"),
            ({"from": "2020-01-01", "to": "2026-11-03"}, "at most 1200 days"),
            ({"from": "0001-01-01", "to": "0001-01-02"}, "lie between"),
        ],
    )
    def test_a_period_that_cannot_be_is_one_sentence(self, filled, params, says):
        answer = filled.get("/api/v1/analytics/summary", **params)
        assert answer.status_code == 400 and says in answer.json()["error"]["message"]


def test_what_has_not_changed_is_not_sent_again(filled, database):
    path = "/api/v1/analytics/summary"
    first = filled.get(path)
    again = filled.send("GET", path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert first.headers["cache-control"] == "private, no-cache"
    with database.owner.begin() as connection:
        connection.exec_driver_sql("update marts.account_daily set spend = spend + 1")
    changed = filled.send("GET", path, headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200 and changed.headers["etag"] != first.headers["etag"]


class TestCompare:
    def test_campaigns_in_two_periods_the_biggest_spender_first(self, filled):
        data = told(filled, "analytics/compare", account_id="42", **FEW_DAYS)["data"]
        assert [(one["campaign_id"], one["figures"]["spend"]["value"]) for one in data] == [
            ("101", "50.00"),
            ("102", "20.00"),
        ]
        assert data[0]["figures"]["spend"]["change"] == "0.666667"
        assert data[1]["figures"]["cpa"]["value"] is None, "no conversion, no CPA"

    def test_one_that_ran_in_the_other_period_only_is_there(self, filled):
        days = {"from": "2026-11-05", "to": "2026-11-05", "against_from": "2026-11-03", "against_to": "2026-11-03"}
        data = told(filled, "analytics/compare", account_id="42", **days)["data"]
        assert {one["campaign_id"]: one["figures"]["spend"]["before"] for one in data} == {
            "101": "50.00",
            "102": "20.00",
        }

    def test_the_limit_is_of_each_account(self, filled):
        data = told(filled, "analytics/compare", limit=1, **FEW_DAYS)["data"]
        assert [one["campaign_id"] for one in data] == ["101", "201"]

    def test_the_other_period_alone_makes_no_sense(self, filled):
        answer = filled.get("/api/v1/analytics/compare", against_from="2026-11-03", against_to="2026-11-03")
        assert answer.status_code == 400


class TestTrends:
    def test_days_with_a_reading_and_the_reviews_word(self, filled):
        (series,) = told(filled, "analytics/trends", metric="cpa", campaign_id="101")["data"]
        assert len(series["points"]) == 28, "every day of the period"
        assert [(one["day"], one["value"]) for one in series["points"] if one["value"] is not None] == [
            ("2026-11-01", "30.0000000000000000"),
            ("2026-11-03", "12.5000000000000000"),
        ]
        assert series["trend"]["changed_on"] == "2026-11-04"
        accounts = told(filled, "analytics/trends", metric="cpa")["data"]
        assert [(one["account_id"], one["trend"] is None) for one in accounts] == [("42", False), ("43", True)]

    @pytest.mark.parametrize(("metric", "status"), [("gold", 404), ("reach", 400), ("cpa;--", 400), ("", 400)])
    def test_a_metric_that_cannot_be_added_up_or_is_not_there(self, filled, metric, status):
        assert filled.get("/api/v1/analytics/trends", metric=metric).status_code == status


def test_a_breakdown_has_its_own_parts_only(filled):
    found = told(filled, "analytics/breakdowns", by="age_gender", metric="cpa")["data"]
    assert [(one["part"], one["value"]) for one in found] == [
        ({"age": "25-34", "gender": "female"}, "10.0000000000000000"),
        ({"age": "35-44", "gender": "male"}, None),
    ]
    (country,) = told(filled, "analytics/breakdowns", by="country")["data"]
    assert country["part"] == {"country": "BR"} and country["value"] == "50"


def test_pacing_is_the_marts(filled):
    (row,) = told(filled, "analytics/pacing", campaign_id="101")["data"]
    assert (row["pacing_today"], row["projected_month"], row["adset_id"]) == ("0.8", "260", None)


def test_anomalies_page_by_page_the_newest_first(filled):
    first = told(filled, "analytics/anomalies", limit=2)
    rest = told(filled, "analytics/anomalies", limit=2, cursor=first["next_cursor"])
    assert [one["anomaly_id"] for one in first["data"] + rest["data"]] == ["a3", "a2", "a1"]
    assert rest["next_cursor"] is None and first["data"][0]["campaign_id"] is None
    assert [one["anomaly_id"] for one in told(filled, "analytics/anomalies", status="OPEN")["data"]] == ["a3", "a2"]
    assert [one["anomaly_id"] for one in told(filled, "campaigns/101/anomalies")["data"]] == ["a2", "a1"]


def test_no_anomaly_is_no_all_clear_where_nothing_is_watched(filled, database):
    page = told(filled, "analytics/anomalies", account_id="42", status="CLOSED", kind="x")
    (watch,) = page["watch"]
    assert (page["data"], watch["is_watched"], watch["days"], watch["days_needed"]) == ([], False, 0, 14)
    with database.owner.begin() as connection:
        connection.exec_driver_sql("insert into analysis.day_watches values ('42', 'f', 14, 14, now())")
        connection.exec_driver_sql("delete from marts.day_coverage where account_id = '42' and day = '2026-11-09'")
    page = told(filled, "campaigns/101/anomalies")
    (watch,) = page["watch"]
    assert (watch["account_id"], watch["is_watched"], watch["is_learning"]) == ("42", True, True)
    assert page["coverage"]["missing"] == [{"account_id": "42", "from": "2026-11-09", "to": "2026-11-09"}]


def test_scores_each_newest_page_by_page_and_one_campaigns_history(filled):
    first = told(filled, "analytics/scores", limit=2)
    rest = told(filled, "analytics/scores", limit=2, cursor=first["next_cursor"])
    assert [(one["campaign_id"], one["day"]) for one in first["data"] + rest["data"]] == [
        (name, "2026-11-09") for name in ("101", "102", "103")
    ]
    assert [one["day"] for one in told(filled, "campaigns/101/score")["data"]] == ["2026-11-08", "2026-11-09"]


def test_a_campaign_and_what_it_was(filled):
    assert told(filled, "campaigns/101")["name"] == "Campanha 101"
    states = told(filled, "campaigns/101/history")["data"]
    assert [(one["effective_status"], one["daily_budget"]) for one in states] == [("PAUSED", "12.5"), ("ACTIVE", "10")]


@pytest.mark.parametrize(
    "path",
    ["summary", "compare", "trends?metric=cpa", "breakdowns?by=country", "pacing", "anomalies", "scores"],
)
def test_nobody_elses_account_is_in_any_answer(app, database, path):
    fill(database.owner)
    stranger = People(app, database).with_key("viewer", accounts=["43"])
    owner = People(app, database).with_key("viewer", accounts=["42"])
    path, _, query = path.partition("?")
    params = dict(one.split("=") for one in query.split("&") if one)
    assert '"42"' not in stranger.get(f"/api/v1/analytics/{path}", **params).text
    assert '"42"' in owner.get(f"/api/v1/analytics/{path}", **params).text
    answer = stranger.get(f"/api/v1/analytics/{path}", account_id="42", **params)
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        404,
        "there is no account 42, or it is not yours",
    )


class TestIdsInEveryForm:
    @pytest.mark.parametrize("given", ["act_42", " 42 ", '"42"', "'act_42'", '" act_42"'])
    def test_the_same_account(self, filled, given):
        (only,) = told(filled, "analytics/summary", account_id=given, **FEW_DAYS)["data"]
        assert (only["account_id"], only["figures"]["spend"]["value"]) == ("42", "70.00")

    @pytest.mark.parametrize("given", ["", " ", "Loja", "act_", "42,43", "4\x002", "٤٢"])
    def test_what_is_no_id_is_refused_with_the_form(self, filled, given):
        answer = filled.get("/api/v1/analytics/summary", account_id=given)
        assert answer.status_code == 400 and "act_42" in answer.json()["error"]["message"]

    @pytest.mark.parametrize(
        "path",
        [
            *("analytics/summary", "analytics/compare", "analytics/trends?metric=cpa", "analytics/pacing"),
            *("analytics/breakdowns?by=country", "analytics/anomalies", "analytics/scores", "suggestions", "campaigns"),
        ],
    )
    def test_an_unknown_account_is_not_an_empty_list(self, filled, path):
        path, _, query = path.partition("?")
        params = dict(one.split("=") for one in query.split("&") if one)
        answer = filled.get(f"/api/v1/{path}", account_id="act_999", **params)
        assert answer.status_code == 404 and "999" in answer.json()["error"]["message"]

    @pytest.mark.parametrize("path", ["trends?metric=cpa", "breakdowns?by=country", "pacing?", "anomalies?"])
    def test_a_campaign_that_is_not_there_or_of_another_account_is_not_an_empty_list(self, filled, app, database, path):
        path, _, query = path.partition("?")
        params = dict(one.split("=") for one in query.split("&") if one)
        stranger = People(app, database).with_key("viewer", accounts=["43"])
        mine = People(app, database).with_key("viewer")
        for client, given in (
            (mine, {"campaign_id": "999"}),
            (mine, {"campaign_id": "101", "account_id": "43"}),
            (stranger, {"campaign_id": "101"}),
        ):
            assert client.get(f"/api/v1/analytics/{path}", **params, **given).status_code == 404

    def test_a_body_too(self, app, database):
        fill(database.owner)
        client = People(app, database).with_key("admin")
        user = {"email": "a@b.example", "role": "viewer", "password": "canary-horse-battery-42"}
        made = client.post("/api/v1/users", {**user, "accounts": ["act_42", 43, ' "44" ']})
        assert made.json()["accounts"] == ["42", "43", "44"], made.text
        refused = client.post("/api/v1/users", {**user, "accounts": [""]})
        assert refused.status_code == 422 and "act_42" in refused.json()["error"]["message"]


class TestList:
    @pytest.mark.parametrize(
        "sort", ["campaign_id", "name", "-name", "created_at", "-created_at", "daily_budget", "-spend"]
    )
    def test_pages_of_every_order_hold_each_campaign_once(self, filled, sort):
        found, cursor = [], None
        for _ in range(6):
            page = told(
                filled, "campaigns", account_id="42", sort=sort, limit=2, **({"cursor": cursor} if cursor else {})
            )
            found += [one["campaign_id"] for one in page["data"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert len(found) == 9 == len(set(found)) and cursor is None

    def test_the_biggest_spender_of_a_week_first_in_one_currency(self, filled):
        page = told(filled, "campaigns", account_id="42", sort="-spend", limit=2)
        assert [one["campaign_id"] for one in page["data"]] == ["101", "102"], "999 of another currency is not counted"
        answer = filled.get("/api/v1/campaigns", sort="-spend")
        assert answer.status_code == 400 and "give account_id" in answer.json()["error"]["message"]

    def test_a_part_of_the_name_whatever_its_signs(self, filled):
        assert len(told(filled, "campaigns", q="CAMPANHA 10")["data"]) == 8
        assert len(told(filled, "campaigns", q=HOSTILE[:20])["data"]) == 1
        assert told(filled, "campaigns", q="%")["data"] == told(filled, "campaigns", q="%s%n")["data"]
        assert filled.get("/api/v1/campaigns", q="a\0").status_code == 400

    def test_a_cursor_of_another_order_is_refused(self, filled):
        cursor = told(filled, "campaigns", sort="name", limit=1)["next_cursor"]
        assert filled.get("/api/v1/campaigns", sort="-name", cursor=cursor).status_code == 400

    @pytest.mark.parametrize(
        "values", [["-spend", "NaN", "1"], ["-spend", "x", "1"], ["name", "\0", "1"], ["name", "\ud800", "1"]]
    )
    def test_a_cursor_made_by_hand_is_refused(self, filled, values):
        from fbads_pipeline.api.parameters import to_cursor

        answer = filled.get("/api/v1/campaigns", account_id="42", sort=values[0], cursor=to_cursor(*values))
        assert answer.status_code == 400


class TestAskingForAChange:
    PATH = "/api/v1/campaigns/101"

    def ask(self, client, path=PATH, **body):
        return client.post(path, {"reason": "fim da campanha", **body}, method="PATCH")

    def test_a_pause_is_a_decision_and_nothing_else(self, filled, database):
        answer = self.ask(filled, status="PAUSED")
        assert answer.status_code == 202, answer.text
        suggestion_id = answer.json()["suggestion_id"]
        shown = told(filled, f"suggestions/{suggestion_id}")
        assert (shown["kind"], shown["status"], shown["rules"], shown["factor"]) == ("PAUSE", "ACCEPTED", [PERSON], 0.0)
        assert shown["decision_reason"] == "fim da campanha" and shown["effect_low"] is None
        assert rows(database, "select effective_status from marts.campaigns where campaign_id = '101'") == [("ACTIVE",)]
        audit = "select action, subject from ops.audit_log order by seq desc limit 1"
        assert rows(database, audit) == [("suggestion.accept", suggestion_id)]
        assert PostgresAudit(database.owner).verify()[1] is None

    def test_a_budget_is_a_factor_that_gives_it_to_the_cent(self, filled, database):
        answer = self.ask(filled, daily_budget="13.37")
        shown = told(filled, f"suggestions/{answer.json()['suggestion_id']}")
        assert shown["kind"] == "BUDGET_UP" and round(1050 * shown["factor"]) == 1337
        assert "10,50" in shown["reason_pt"] and "13,37" in shown["reason_pt"]

    def test_the_same_key_asks_once_and_a_second_one_waits_for_the_first(self, filled, database):
        body = {"reason": "x", "status": "PAUSED"}
        first, again = (filled.post(self.PATH, body, method="PATCH", **{"Idempotency-Key": "k"}) for _ in range(2))
        assert first.json() == again.json() and first.status_code == 202
        assert self.ask(filled, status="PAUSED").status_code == 409
        assert rows(database, f"select count(*) from ops.suggestions where rules @> array['{PERSON}']") == [(1,)]

    def test_taken_back_it_is_over(self, filled):
        made = self.ask(filled, status="PAUSED").json()
        path = f"/api/v1/suggestions/{made['suggestion_id']}/undo"
        assert filled.post(path, {"version": made["version"]}).json()["status"] == "REJECTED"
        assert self.ask(filled, status="PAUSED").status_code == 202, "and can be asked for again"

    @pytest.mark.parametrize(
        ("body", "status", "says"),
        [
            ({"daily_budget": "99"}, 422, "between R$5.25 and R$15.75"),
            ({"daily_budget": "10.50"}, 409, "already"),
            ({"status": "PAUSED", "daily_budget": "11"}, 422, "one change at a time"),
            ({}, 422, "one change at a time"),
            ({"status": "ACTIVE"}, 422, "PAUSED"),
            ({"daily_budget": "NaN"}, 422, "daily_budget"),
            ({"daily_budget": -1}, 422, "daily_budget"),
            ({"status": "PAUSED", "reason": " \u200b "}, 422, "reason"),
        ],
    )
    def test_what_cannot_be_asked_is_one_sentence(self, filled, body, status, says):
        answer = self.ask(filled, **body)
        assert (answer.status_code, says in answer.json()["error"]["message"]) == (status, True), answer.text

    def test_what_is_paused_or_has_no_budget_is_not_asked_again(self, filled, database):
        assert self.ask(filled, "/api/v1/campaigns/102", status="PAUSED").status_code == 409
        with database.owner.begin() as connection:
            connection.exec_driver_sql("update marts.campaigns set daily_budget = null")
        answer = self.ask(filled, daily_budget="11")
        assert answer.status_code == 409 and "ad sets" in answer.json()["error"]["message"]

    @pytest.mark.parametrize(("method", "path"), [("POST", "/api/v1/campaigns"), ("DELETE", PATH)])
    def test_making_and_deleting_are_refused_with_the_reason(self, filled, method, path):
        answer = filled.get(path, method=method)
        assert answer.status_code == 405 and "Ads Manager" in answer.json()["error"]["hint"]


class TestReallocation:
    @pytest.fixture
    def spending(self, client, migrated_engine, database):
        """Two campaigns of the same budget, one of which earns five times as much, in the marts that reviews read."""
        with database.owner.begin() as connection:
            connection.exec_driver_sql(
                "drop schema marts cascade; create schema marts; drop schema intermediate cascade"
            )
        marts = SampleMarts(database.owner)
        marts.account("42")
        for campaign, conversions in (("101", "5"), ("102", "1")):
            marts.campaign(campaign, "42")
            marts.days(campaign, date(2026, 11, 9), "42", count=28, spend="100", conversions=conversions)
            marts.execute(
                "insert into marts.campaign_history values ('42', :one, 'ACTIVE', 100, '2026-09-01')", one=campaign
            )
        marts.publish()
        return client

    def test_money_moves_to_what_earns_more_and_the_total_stays(self, spending):
        found = told(spending, "analytics/reallocation", account_id="42")
        moves = {one["campaign_id"]: one for one in found["moves"]}
        assert moves["101"]["new_daily_budget"] == 120 and moves["102"]["new_daily_budget"] == 80
        assert found["total_daily_budget"] == 200 and found["currency"] == "BRL"
        gains = [one["new_conversions"] - one["conversions"] for one in found["moves"]]
        assert sum(gains) > 0

    def test_a_foreign_account_is_not_there(self, spending, app, database):
        stranger = People(app, database).with_key("analyst", accounts=["43"])
        assert stranger.get("/api/v1/analytics/reallocation", account_id="42").status_code == 404
