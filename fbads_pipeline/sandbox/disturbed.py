"""Where scenarios take hold: before a call is answered, on its page, and on the way out."""

import random
from datetime import date

import orjson

from fbads_pipeline.sandbox.errors import GraphError, expired_token
from fbads_pipeline.sandbox.insights import PageText, cursor, read_offset
from fbads_pipeline.sandbox.reports import Fate
from fbads_pipeline.sandbox.sandbox import Answer, Call
from fbads_pipeline.sandbox.scenarios import Scenario, Scenarios

HTML_502 = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
REFUSALS = {
    "rate-limit": GraphError(17, "(#17) User request limit reached", subcode=2446079, transient=True),
    "rate-limit-storm": GraphError(
        80000,
        "(#80000) There have been too many calls from this ad-account. Wait a bit and try again.",
        subcode=2446079,
    ),
    "transient-errors": GraphError(
        2, "(#2) Service temporarily unavailable", subcode=1504044, status=500, transient=True
    ),
    "expired-token": expired_token(),
    "forbidden-account": GraphError(
        200, "(#200) Ad account owner has NOT grant ads_management or ads_read permission", status=403
    ),
}
REDUCE = "Please reduce the amount of data you're asking for, then retry your request"


def refuse(scenarios: Scenarios, account: str | None, call: Call) -> tuple[GraphError, Scenario] | None:
    """The refusal that a scenario has for this call."""
    for name, error in REFUSALS.items():
        if scenario := scenarios.hit(name, account, call.path):
            return error, scenario
    if "insights" in call.parts and call.method == "GET" and call.parts[0].startswith("act_"):
        for scenario in scenarios.active:
            if scenario.name == "reduce-data" and _days(call) > scenario.max_days:
                hit = scenarios.hit("reduce-data", account, call.path)
                return (GraphError(1, REDUCE, subcode=99, status=500), hit) if hit else None
    return None


def disturb_page(scenarios: Scenarios, account: str | None, call: Call, page: PageText) -> str | None:
    """Changes a page in place as a scenario says; returns the scenario's name if one did."""
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


def disturb_answer(scenarios: Scenarios, account: str | None, call: Call, answer: Answer) -> Answer:
    """The answer as a scenario lets it out: late, cut, slow, not at all, or as something else."""
    if scenarios.hit("html-502", account, call.path):
        return Answer(502, HTML_502, media="text/html", scenario="html-502")
    if scenarios.hit("error-in-200", account, call.path):
        error = GraphError(1, "An unknown error occurred", transient=True)
        return Answer(200, orjson.dumps(error.body()), scenario="error-in-200")
    if scenario := scenarios.hit("latency", account, call.path):
        answer.seconds, answer.scenario = scenario.seconds, "latency"
    if scenarios.hit("truncated-body", account, call.path):
        answer.way, answer.scenario = "truncated", "truncated-body"
    elif scenarios.hit("dropped-connection", account, call.path):
        answer.way, answer.scenario = "dropped", "dropped-connection"
    elif scenario := scenarios.hit("slow-body", account, call.path):
        answer.way, answer.seconds, answer.scenario = "slow", scenario.seconds, "slow-body"
    return answer


def reports_fate(scenarios: Scenarios, account: str, path: str) -> Fate:
    """What becomes of a report run that is asked for now."""
    if scenarios.hit("report-fails", account, path):
        return "fails"
    if scenarios.hit("report-stuck-99", account, path):
        return "sticks"
    return "skips" if scenarios.hit("report-skipped", account, path) else "completes"


def _days(call: Call) -> int:
    try:
        asked = orjson.loads(call.params.get("time_range", ""))
        return (date.fromisoformat(asked["until"]) - date.fromisoformat(asked["since"])).days + 1
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return 30
