"""What scenarios leave out of answers, or make unreadable: rows, entries, values, fields, and single objects."""

from typing import Any

import orjson

from fbads_pipeline.sandbox.graph.errors import GraphError
from fbads_pipeline.sandbox.graph.insights import PageText
from fbads_pipeline.sandbox.graph.sandbox import GraphCall
from fbads_pipeline.sandbox.scenarios import Scenario, Scenarios

ACTION_LISTS = ("actions", "action_values", "conversions", "conversion_values")
# What each row of a page loses or gets; the key is the scenario's name.
_ROW_SCENARIOS = ("missing-entry", "missing-value", "missing-field", "unreadable-value")
_PAGE_SCENARIOS = ("empty-answer", "missing-rows", *_ROW_SCENARIOS)
OBJECT_ERRORS = {
    "forbidden-object": GraphError(200, "(#200) Missing permissions", status=403),
    "busy-object": GraphError(960, "(#960) Request aborted. It is safe to retry.", status=503, transient=True),
}
UNREADABLE = "2,000"


def leave_out(scenarios: Scenarios, account: str | None, call: GraphCall, page: PageText) -> str | None:
    """Changes a page of insights in place as a scenario says; returns the scenario's name if one did."""
    if "insights" not in call.parts and "level" not in call.params:
        return None
    for name in _PAGE_SCENARIOS:
        wanted = [one for one in scenarios.active if one.name == name and _is_of(one, call)]
        if wanted and page.rows and scenarios.hit(name, account, call.path):
            _alter(wanted[0], page)
            return name
    return None


def refused_object(scenarios: Scenarios, account: str | None, call: GraphCall) -> tuple[GraphError, Scenario] | None:
    """The error that a scenario has for the one object that this call, or this part of a batch, is about."""
    for name, error in OBJECT_ERRORS.items():
        is_wanted = any(one.name == name and one.object == (call.parts or [""])[0] for one in scenarios.active)
        if is_wanted and (scenario := scenarios.hit(name, account, call.path)):
            return error, scenario
    return None


def odd_account(scenarios: Scenarios, shown: dict[str, Any], path: str) -> dict[str, Any]:
    """An account without currency, or in a zone that no database of zones knows."""
    scenario = scenarios.hit("odd-account", str(shown.get("account_id", "")), path)
    if scenario is None:
        return shown
    if (scenario.figure or "timezone_name") == "timezone_name":
        return {**shown, "timezone_name": "Mars/Olympus_Mons"}
    return {name: value for name, value in shown.items() if name != scenario.figure}


def is_named_only(scenarios: Scenarios, object_id: str) -> bool:
    """Whether the edges hide the object, so that it is asked for by id."""
    return any(one.name in OBJECT_ERRORS and one.object == object_id for one in scenarios.active)


def _is_of(scenario: Scenario, call: GraphCall) -> bool:
    level = call.params.get("level", "account")
    fields = ",".join(orjson.loads(call.params.get("breakdowns") or "[]"))
    return (scenario.level is None or scenario.level == level) and scenario.breakdown in (None, fields)


def _alter(scenario: Scenario, page: PageText) -> None:
    if scenario.name == "empty-answer":
        page.rows, page.next = [], None
        return
    if scenario.name == "missing-rows":
        page.rows = page.rows[: len(page.rows) - max(1, round(len(page.rows) * scenario.share))]
        return
    count = max(1, round(len(page.rows) * scenario.share))
    page.rows[:count] = [orjson.dumps(_altered(scenario, orjson.loads(row))).decode() for row in page.rows[:count]]


def _altered(scenario: Scenario, row: dict[str, Any]) -> dict[str, Any]:
    if scenario.name == "missing-field":
        return {name: value for name, value in row.items() if name != (scenario.figure or "clicks")}
    if scenario.name == "unreadable-value":
        return {**row, (scenario.figure or "impressions"): UNREADABLE}
    figure = scenario.figure or "omni_purchase"
    for name in ACTION_LISTS:
        if name in row:
            row[name] = [kept for one in row[name] if (kept := _entry(scenario, one, figure)) is not None]
    return {name: value for name, value in row.items() if value != [] or name not in ACTION_LISTS}


def _entry(scenario: Scenario, entry: dict[str, Any], figure: str) -> dict[str, Any] | None:
    if entry.get("action_type") != figure:
        return entry
    return None if scenario.name == "missing-entry" else {name: one for name, one in entry.items() if name != "value"}
