"""Where scenarios change answers: before a call is answered, on its page, and in its body."""

import random
from datetime import date

import orjson

from fbads_pipeline.sandbox.graph.errors import GraphError, expired_token
from fbads_pipeline.sandbox.graph.insights import PageText, cursor, read_offset
from fbads_pipeline.sandbox.graph.insights_request import read_limit
from fbads_pipeline.sandbox.graph.left_out import leave_out, refused_object
from fbads_pipeline.sandbox.graph.report_runs import ReportOutcome
from fbads_pipeline.sandbox.graph.sandbox import GraphAnswer, GraphCall
from fbads_pipeline.sandbox.scenarios import Scenario, Scenarios

HTML_502 = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
LIMITS: dict[int | None, GraphError] = {
    4: GraphError(4, "(#4) Application request limit reached", subcode=1504022, transient=True),
    17: GraphError(17, "(#17) User request limit reached", subcode=2446079, transient=True),
    32: GraphError(32, "(#32) Page request limit reached", transient=True),
    613: GraphError(613, "(#613) Calls to this api have exceeded the rate limit.", subcode=1487742, transient=True),
    80000: GraphError(
        80000,
        "(#80000) There have been too many calls from this ad-account. Wait a bit and try again.",
        subcode=2446079,
    ),
    80004: GraphError(
        80004,
        "(#80004) There have been too many calls to this ad-account. Wait a bit and try again.",
        subcode=2446079,
    ),
}
# By scenario, then by the code it is set to answer with; None where there is no choice.
REFUSALS: dict[str, dict[int | None, GraphError]] = {
    "rate-limit": LIMITS,
    "rate-limit-storm": LIMITS,
    "transient-errors": {
        2: GraphError(2, "(#2) Service temporarily unavailable", subcode=1504044, status=500, transient=True),
        1: GraphError(1, "(#1) An unknown error occurred", status=500, transient=True),
    },
    "expired-token": {None: expired_token()},
    "forbidden-account": {
        200: GraphError(200, "(#200) Ad account owner has NOT grant ads_management or ads_read permission", status=403),
        10: GraphError(10, "(#10) Application does not have permission for this action", status=403),
        294: GraphError(294, "(#294) Managing advertisements requires an access token with ads_management", status=403),
    },
}
REDUCE: dict[int | None, GraphError] = {
    1: GraphError(
        1, "Please reduce the amount of data you're asking for, then retry your request", subcode=99, status=500
    ),
    100: GraphError(100, "(#100) Please reduce the amount of data you're asking for", subcode=1487534),
}


OLD_REACH = GraphError(
    100, "(#100) reach and frequency with breakdowns are available for the last 13 months only", subcode=1504041
)


def refusal_of(scenarios: Scenarios, account: str | None, call: GraphCall) -> tuple[GraphError, Scenario] | None:
    """The refusal that a scenario has for this call."""
    if refused := refused_object(scenarios, account, call):
        return refused
    if _asks_for_old_reach(call) and (scenario := scenarios.hit("old-reach-refused", account, call.path)):
        return OLD_REACH, scenario
    for name, errors in REFUSALS.items():
        if scenario := scenarios.hit(name, account, call.path):
            return errors[scenario.code], scenario
    if "insights" in call.parts and call.method == "GET" and call.parts[0].startswith("act_"):
        limits = [scenario for scenario in scenarios.active if scenario.name == "reduce-data"]
        is_too_much = any(_is_too_much(scenario, call) for scenario in limits)
        if is_too_much and (scenario := scenarios.hit("reduce-data", account, call.path)):
            return REDUCE[scenario.code], scenario
    return None


def _asks_for_old_reach(call: GraphCall) -> bool:
    """Whether people are counted by a breakdown; the sandbox's world is too young for Meta's 13 months, so any day will
    do."""
    asked = set(call.params.get("fields", "").split(","))
    return bool(call.params.get("breakdowns")) and bool(asked & {"reach", "frequency"})


def _is_too_much(scenario: Scenario, call: GraphCall) -> bool:
    if scenario.max_rows is not None:
        return _days(call) * read_limit(call.params) > scenario.max_rows
    return _days(call) > scenario.max_days


def alter_page(scenarios: Scenarios, account: str | None, call: GraphCall, page: PageText) -> str | None:
    """Changes a page in place as a scenario says; returns the scenario's name if one did."""
    if name := leave_out(scenarios, account, call, page):
        return name
    if not call.params.get("after") and scenarios.hit("empty-page-with-next", account, call.path):
        page.rows, page.next, page.after = [], cursor(0), cursor(0)
        return "empty-page-with-next"
    if page.rows and scenarios.hit("paging-loop", account, call.path):
        page.next = cursor(read_offset(call.params))
        return "paging-loop"
    if page.rows and scenarios.hit("duplicated-rows", account, call.path):
        page.rows = page.rows + page.rows[: max(1, len(page.rows) // 10)]
        return "duplicated-rows"
    if page.rows and scenarios.hit("reordered-rows", account, call.path):
        page.rows = random.Random(len(page.rows)).sample(page.rows, len(page.rows))
        return "reordered-rows"
    return None


def alter_answer(scenarios: Scenarios, account: str | None, call: GraphCall, answer: GraphAnswer) -> GraphAnswer:
    """The answer as a scenario lets it out: late, cut, slow, not at all, or as something else."""
    if scenarios.hit("html-502", account, call.path):
        return GraphAnswer(502, HTML_502, media="text/html", scenario="html-502")
    if scenarios.hit("error-in-200", account, call.path):
        error = GraphError(1, "An unknown error occurred", transient=True)
        return GraphAnswer(200, orjson.dumps(error.body()), scenario="error-in-200")
    if scenario := scenarios.hit("latency", account, call.path):
        answer.seconds, answer.scenario = scenario.seconds, "latency"
    if scenarios.hit("truncated-body", account, call.path):
        answer.way, answer.scenario = "truncated", "truncated-body"
    elif scenarios.hit("dropped-connection", account, call.path):
        answer.way, answer.scenario = "dropped", "dropped-connection"
    elif scenario := scenarios.hit("slow-body", account, call.path):
        answer.way, answer.seconds, answer.scenario = "slow", scenario.seconds, "slow-body"
    return answer


def report_outcome(scenarios: Scenarios, account: str, path: str) -> ReportOutcome:
    """What becomes of a report run that is asked for now."""
    if scenarios.hit("report-fails", account, path):
        return "fails"
    if scenarios.hit("report-stuck-99", account, path):
        return "sticks"
    return "skips" if scenarios.hit("report-skipped", account, path) else "completes"


def _days(call: GraphCall) -> int:
    try:
        asked = orjson.loads(call.params.get("time_range", ""))
        return (date.fromisoformat(asked["until"]) - date.fromisoformat(asked["since"])).days + 1
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return 30
