"""The paths of the Graph API: from a call to the answer it gets when nothing interferes."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

import orjson

from fbads_pipeline.sandbox.figures.pixel_events import owner_of, show_events, show_pixels, show_quality
from fbads_pipeline.sandbox.graph.account_money import show_money
from fbads_pipeline.sandbox.graph.activities import show_activities
from fbads_pipeline.sandbox.graph.errors import GraphError, invalid_parameter, unknown_object, unknown_path
from fbads_pipeline.sandbox.graph.fault_injection import alter_page, report_outcome
from fbads_pipeline.sandbox.graph.insights import PageText, cursor, read_offset
from fbads_pipeline.sandbox.graph.insights_request import read_limit, read_list, read_request
from fbads_pipeline.sandbox.graph.left_out import is_named_only, odd_account
from fbads_pipeline.sandbox.graph.objects import edge_rows, is_below, show_account, show_object
from fbads_pipeline.sandbox.graph.sandbox import GraphAnswer, GraphCall, Sandbox
from fbads_pipeline.sandbox.graph.tokens import ME, debug_token
from fbads_pipeline.sandbox.graph.writes import delete_object, write_object
from fbads_pipeline.sandbox.world.clock import local_day
from fbads_pipeline.sandbox.world.custom_conversions import show_custom_conversions
from fbads_pipeline.sandbox.world.recommendations import show_recommendations
from fbads_pipeline.sandbox.world.world import EDGES, AdObject, SandboxAccount

LARGEST_IDS = 50


def route(sandbox: Sandbox, call: GraphCall) -> GraphAnswer:
    """The answer to a call whose token is good; raises GraphError for a refusal."""
    parts = call.parts
    if not parts:
        return _root(sandbox, call)
    if parts[0] == "me":
        return _me(sandbox, call)
    if parts == ["debug_token"]:
        return _json(debug_token(call.params.get("input_token", ""), sandbox))
    if parts == ["dataset_quality"]:
        return _quality(sandbox, call)
    if parts[0].startswith("act_"):
        account = sandbox.world.account(parts[0])
        if account is None:
            raise unknown_object(parts[0])
        return _account(sandbox, call, account)
    if parts[0] in sandbox.reports.runs:
        return _report(sandbox, call)
    if parts[0].isdigit():
        found = sandbox.object_of(parts[0])
        if found is None:
            return _pixel(sandbox, call)
        return _object(sandbox, call, *found)
    raise unknown_path(call.path)


def _json(body: Any, rows: int = 0) -> GraphAnswer:
    return GraphAnswer(200, orjson.dumps(body), rows=rows)


def _root(sandbox: Sandbox, call: GraphCall) -> GraphAnswer:
    ids = read_list(call.params, "ids")
    if not ids or len(ids) > LARGEST_IDS:
        raise GraphError(2500, "An object path or 1 to 50 ids must be given")
    shown = {}
    for one in ids:
        account, found = sandbox.world.account(one), sandbox.object_of(one)
        if one.startswith("act_") and account is not None:
            shown[one] = _shown_account(sandbox, call, account)
        elif found is not None:
            shown[one] = show_object(*found, call.params)
        else:
            raise unknown_object(one)
    return _json(shown, len(shown))


def _me(sandbox: Sandbox, call: GraphCall) -> GraphAnswer:
    if call.parts == ["me"]:
        return _json(ME)
    if call.parts != ["me", "adaccounts"]:
        raise unknown_path(call.path)
    grant = sandbox.grants[call.token]
    seen = [account for account in sandbox.world.accounts if grant.sees(account)]
    return _listed(sandbox, call, [_shown_account(sandbox, call, account) for account in seen])


def _account(sandbox: Sandbox, call: GraphCall, account: SandboxAccount) -> GraphAnswer:
    match call.parts[1:]:
        case []:
            return _json(_shown_account(sandbox, call, account))
        case ["insights"]:
            return _insights(sandbox, call, account, None)
        case ["activities"]:
            return _listed(sandbox, call, show_activities(account, call.params, sandbox.clock.now()))
        case ["adspixels"]:
            return _listed(sandbox, call, show_pixels(account, sandbox.clock.now()))
        case ["recommendations"]:
            return _listed(sandbox, call, show_recommendations(account, sandbox.clock.now()))
        case ["customconversions"]:
            return _listed(sandbox, call, show_custom_conversions(account))
        case [edge] if edge in EDGES:
            return _edge(sandbox, call, account, edge, None)
        case _:
            raise unknown_path(call.path)


def _object(sandbox: Sandbox, call: GraphCall, account: SandboxAccount, one: AdObject) -> GraphAnswer:
    match call.parts[1:]:
        case [] if call.method == "POST":
            sandbox.writes += write_object(account, one, call.params, sandbox.clock.now())
            return _json({"success": True})
        case [] if call.method == "DELETE":
            sandbox.writes += delete_object(account, one, sandbox.clock.now())
            return _json({"success": True})
        case []:
            return _json(show_object(account, one, call.params), 1)
        case ["insights"]:
            return _insights(sandbox, call, account, one)
        case [edge] if edge in EDGES and is_below(EDGES[edge], one):
            return _edge(sandbox, call, account, edge, one)
        case _:
            raise unknown_path(call.path)


def _pixel(sandbox: Sandbox, call: GraphCall) -> GraphAnswer:
    pixel_id = call.parts[0]
    account = owner_of(sandbox.world, pixel_id)
    if account is None:
        raise unknown_object(pixel_id)
    if call.parts[1:] != ["stats"]:
        raise unknown_path(call.path)
    return _json({"data": show_events(account, pixel_id, call.params, sandbox.figures, sandbox.scenarios)})


def _quality(sandbox: Sandbox, call: GraphCall) -> GraphAnswer:
    pixel_id = call.params.get("dataset_id", "")
    account = owner_of(sandbox.world, pixel_id)
    if account is None:
        raise unknown_object(pixel_id)
    return _json(show_quality(account, pixel_id))


def _edge(
    sandbox: Sandbox, call: GraphCall, account: SandboxAccount, edge: str, parent: AdObject | None
) -> GraphAnswer:
    if call.method != "GET":
        raise invalid_parameter("The sandbox creates no objects.")
    every = edge_rows(account, EDGES[edge], call.params, parent)
    objects = [one for one in every if not is_named_only(sandbox.scenarios, one.id)]
    start, limit = read_offset(call.params), read_limit(call.params)
    rows = [show_object(account, one, call.params) for one in objects[start : start + limit]]
    return _paged(sandbox, call, _page(rows, start, limit, len(objects)))


def _listed(sandbox: Sandbox, call: GraphCall, every: Sequence[dict[str, Any]]) -> GraphAnswer:
    start, limit = read_offset(call.params), read_limit(call.params)
    return _paged(sandbox, call, _page(every[start : start + limit], start, limit, len(every)))


def _page(rows: Sequence[dict[str, Any]], start: int, limit: int, total: int) -> PageText:
    following = cursor(start + limit) if total > start + limit else None
    texts = [orjson.dumps(row).decode() for row in rows]
    return PageText(texts, cursor(start), cursor(start + len(rows)), following)


def _insights(sandbox: Sandbox, call: GraphCall, account: SandboxAccount, one: AdObject | None) -> GraphAnswer:
    query = read_request(account, one, call.params, local_day(account.zone, sandbox.clock.now()))
    if call.method == "POST":
        created = int(sandbox.clock.now().timestamp())
        outcome = report_outcome(sandbox.scenarios, account.id, call.path)
        run = sandbox.reports.start(account.id, call.path, call.params, created, outcome)
        return _json({"report_run_id": run.id})
    return _paged(sandbox, call, sandbox.pages.page(query, call.params))


def _report(sandbox: Sandbox, call: GraphCall) -> GraphAnswer:
    run_id = call.parts[0]
    if call.parts[1:] == []:
        return _json(sandbox.reports.runs[run_id].poll())
    if call.parts[1:] != ["insights"]:
        raise unknown_path(call.path)
    run = sandbox.reports.finished(run_id)
    account, one = sandbox.account_of(run.path), sandbox.world.by_id.get(run.path.split("/")[0])
    assert account is not None
    today = local_day(account.zone, sandbox.clock.now())
    query = read_request(account, one[1] if one else None, run.params, today)
    return _paged(sandbox, call, sandbox.pages.page(query, call.params))


def _paged(sandbox: Sandbox, call: GraphCall, page: PageText) -> GraphAnswer:
    """The page as Meta writes it: cursors always, `next` (with the token, not its proof) only where more follows."""
    account = sandbox.account_of(call.path)
    note = alter_page(sandbox.scenarios, account.id if account else None, call, page)
    paging: dict[str, Any] = {"cursors": {"before": page.before, "after": page.after}}
    if page.next is not None:
        params = {**call.params, "access_token": call.token, "after": page.next}
        params.pop("appsecret_proof", None)
        paging["next"] = f"{call.base}/{call.path}?{urlencode(params)}"
    body = f'{{"data":[{",".join(page.rows)}],"paging":{orjson.dumps(paging).decode()}}}'
    return GraphAnswer(200, body.encode(), rows=len(page.rows), scenario=note)


def _shown_account(sandbox: Sandbox, call: GraphCall, account: SandboxAccount) -> dict[str, Any]:
    scenario = sandbox.scenarios.hit("account-status", account.id, call.path)
    money = partial(show_money, account, sandbox.figures, sandbox.scenarios, call.path)
    shown = show_account(account, call.params, money, 1 if scenario is None else scenario.code or 2)
    return odd_account(sandbox.scenarios, shown, call.path)
