"""Each fault of the wire: the tables end as those of an undisturbed run, or the run says what it could not read.

Every fault has a control: with the protection off, the same fault is noticed in the tables or in the reports.
"""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.meta_ads import insights, pages, report_runs, usage
from fbads_pipeline.domain.collection.meta_errors import TooMuchData
from fbads_pipeline.services.collection import read_account as account_reading

PASSING = {
    "transient-errors": {"name": "transient-errors", "count": 12, "path": "act_"},
    "transient-errors-1": {"name": "transient-errors", "code": 1, "count": 12, "path": "act_"},
    "html-502": {"name": "html-502", "count": 6, "path": "act_"},
    "truncated-body": {"name": "truncated-body", "count": 6, "path": "act_"},
    "dropped-connection": {"name": "dropped-connection", "count": 6, "path": "act_"},
    "error-in-200": {"name": "error-in-200", "count": 6, "path": "act_"},
    "slow-body": {"name": "slow-body", "count": 2, "seconds": 1.0, "path": "act_"},
}


def is_undisturbed(collector, undisturbed, reports) -> bool:
    return {report.status for report in reports.values()} == {"done"} and collector.stored() == undisturbed


@pytest.fixture
def small_pages(monkeypatch) -> None:
    """Pages of 20 rows, so that every reading has several."""
    monkeypatch.setattr(insights, "PAGE_ROWS", 20)


@pytest.fixture
def short_stops(monkeypatch) -> None:
    """A full quota without a told wait is left alone for moments instead of seconds."""
    monkeypatch.setattr(usage, "_FIRST_STOP_SECONDS", 0.1)
    monkeypatch.setattr(usage, "_SLOWEST_SECONDS", 0.1)


def disturb(collector, *scenarios) -> None:
    collector.server.set_scenario({"scenarios": list(scenarios)} if len(scenarios) > 1 else scenarios[0])


@pytest.mark.parametrize("fault", PASSING)
def test_a_passing_fault_leaves_no_trace(collector, undisturbed, fault):
    disturb(collector, PASSING[fault])
    assert is_undisturbed(collector, undisturbed, collector.collect(attempts=6, timeout_seconds=(2.0, 0.4)))
    assert collector.server.sandbox.scenarios.active[0].hits > 0


@pytest.mark.parametrize("fault", [fault for fault in PASSING if fault != "slow-body"])
def test_a_passing_fault_shows_where_nothing_is_tried_again(collector, undisturbed, fault, monkeypatch):
    monkeypatch.setattr(account_reading, "READ_ATTEMPTS", 1)
    disturb(collector, {**PASSING[fault], "path": "/insights"})
    reports = collector.collect(attempts=1)
    assert not is_undisturbed(collector, undisturbed, reports)
    assert any("insights" in (report.error or "") for report in reports.values())


@pytest.mark.parametrize("fault", ["empty-page-with-next", "duplicated-rows", "reordered-rows"])
@pytest.mark.usefixtures("small_pages")
def test_strange_pages_leave_no_trace(collector, undisturbed, fault):
    disturb(collector, {"name": fault})
    assert is_undisturbed(collector, undisturbed, collector.collect())
    assert collector.server.sandbox.scenarios.active[0].hits > 4


@pytest.mark.usefixtures("small_pages")
def test_a_client_that_stops_at_an_empty_page_would_lose_rows(collector, undisturbed, monkeypatch):
    onward = pages._onward
    monkeypatch.setattr(pages, "_onward", lambda body, params: onward(body, params) if body.get("data") else None)
    disturb(collector, {"name": "empty-page-with-next"})
    collector.collect()
    assert collector.stored() != undisturbed


@pytest.mark.usefixtures("small_pages")
def test_a_paging_loop_ends_and_is_said(collector, undisturbed):
    disturb(collector, {"name": "paging-loop", "path": "/ads"})
    reports = collector.collect(attempts=1)
    assert all("in a circle" in report.error for report in reports.values())
    assert collector.stored()["raw.insights"] == undisturbed["raw.insights"]
    disturb(collector, {})
    assert is_undisturbed(collector, undisturbed, collector.collect())


@pytest.mark.parametrize("more", ["report-fails", "report-skipped", None])
def test_a_range_that_is_too_large_is_read_as_a_report_or_in_parts(collector, undisturbed, more, monkeypatch):
    disturb(collector, {"name": "reduce-data", "max_days": 5}, *([{"name": more}] if more else []))
    monkeypatch.setattr(report_runs, "_FIRST_PAUSE", 0.01)
    assert is_undisturbed(collector, undisturbed, collector.collect())


def test_a_report_that_stands_at_99_percent_has_a_deadline(collector, undisturbed, monkeypatch):
    monkeypatch.setattr(report_runs, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(report_runs, "DEADLINE_SECONDS", 0.1)
    disturb(collector, {"name": "reduce-data", "max_days": 5}, {"name": "report-stuck-99"})
    assert is_undisturbed(collector, undisturbed, collector.collect())


def test_without_another_way_of_asking_the_range_is_lost_and_said(collector, undisturbed, monkeypatch):
    def refuse(self, days) -> Iterator[object]:
        raise TooMuchData("less, please")

    monkeypatch.setattr(insights.InsightQuery, "_report_or_halves", refuse)
    disturb(collector, {"name": "reduce-data", "max_days": 5})
    reports = collector.collect()
    assert {report.status for report in reports.values()} == {"partial"}
    assert collector.stored()["raw.insights"] == []


def test_even_a_day_that_is_too_large_is_read_in_ever_smaller_parts(collector, undisturbed, monkeypatch):
    monkeypatch.setattr(report_runs, "_FIRST_PAUSE", 0.01)
    disturb(collector, {"name": "reduce-data", "max_rows": 30}, {"name": "report-fails"})
    monkeypatch.setattr(insights, "SMALLEST_PAGE", 20)
    assert is_undisturbed(collector, undisturbed, collector.collect())


def test_a_storm_of_rate_limits_parks_and_loses_nothing(collector, undisturbed, short_stops):
    disturb(collector, {"name": "rate-limit", "count": 9, "minutes": 0, "path": "act_"})
    reports = collector.collect(attempts=2)
    assert is_undisturbed(collector, undisturbed, reports)


def test_one_account_that_must_wait_for_hours_does_not_hold_the_others_back(collector, undisturbed, short_stops):
    (first, *others) = sorted(one.id for one in collector.server.sandbox.world.accounts)
    disturb(collector, {"name": "rate-limit", "account": first, "count": 100, "minutes": 90})
    reports = collector.collect()
    assert {reports[one].status for one in others} == {"done"}
    assert (reports[first].status, reports[first].error_kind) == ("failed", "rate_limited")
    rows = [row for row in undisturbed["raw.insights"] if f'"account_id": "{first}"' not in row]
    assert collector.stored()["raw.insights"] == rows
    assert reports[first].traffic.calls <= 6, "once told to wait, it asks no more"


def test_an_account_that_is_forbidden_stops_once_and_the_others_go_on(collector, undisturbed):
    (first, *others) = sorted(one.id for one in collector.server.sandbox.world.accounts)
    disturb(collector, {"name": "forbidden-account", "account": first})
    reports = collector.collect()
    assert (reports[first].status, reports[first].error_kind) == ("failed", "stopped")
    assert reports[first].traffic.calls <= 5, "calls under way beside the first refusal"
    assert {reports[one].status for one in others} == {"done"}
    disturb(collector, {})
    assert is_undisturbed(collector, undisturbed, collector.collect())


def test_a_refused_breakdown_is_noted_and_the_rest_is_read(collector, undisturbed):
    reports = collector.collect(breakdowns=("age,country", "country"))
    assert {report.status for report in reports.values()} == {"done"}
    assert all("age,country" in report.notes[0] for report in reports.values())
    with collector.database.connect() as connection:
        counts = dict(
            connection.execute(sa.text("select breakdown, count(*) from raw.insights group by 1")).tuples().all()
        )
    assert counts[""] == len(undisturbed["raw.insights"])
    assert counts["country"] > counts[""] / 10
    assert "age,country" not in counts


def test_an_api_that_ignores_a_breakdown_is_no_source_of_parts(collector, undisturbed, monkeypatch):
    whole = insights.insight_params
    ignored = {"breakdowns": ""}
    monkeypatch.setattr(insights, "insight_params", lambda *args, **kwargs: {**whole(*args, **kwargs), **ignored})
    reports = collector.collect(breakdowns=("country",))
    assert all("lack the breakdown country" in report.notes[0] for report in reports.values())
    assert collector.stored()["raw.insights"] == undisturbed["raw.insights"]


def test_the_second_run_changes_nothing_but_says_that_it_read(collector, undisturbed):
    collector.collect()
    reports = collector.collect()
    assert {(report.applied.rows_changed, report.applied.rows_removed) for report in reports.values()} == {(0, 0)}
    with collector.database.connect() as connection:
        runs = connection.execute(sa.text("select run_id, count(*) from raw.reading_runs group by 1 order by 1")).all()
    assert [tuple(row) for row in runs] == [("run1", 4 * 4 * 14), ("run2", 4 * 4 * 14)]
