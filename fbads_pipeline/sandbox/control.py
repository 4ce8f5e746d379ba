"""The paths below `/__sandbox`: clock, scenarios, injected anomalies, true figures, calls and writes."""

from dataclasses import asdict
from datetime import date
from typing import Any

import orjson

from fbads_pipeline.sandbox.graph.sandbox import GraphAnswer, Sandbox
from fbads_pipeline.sandbox.graph.tokens import grant_token
from fbads_pipeline.sandbox.orders import orders_csv
from fbads_pipeline.sandbox.scenarios import BadScenario, read_scenarios
from fbads_pipeline.sandbox.truth import truth_rows
from fbads_pipeline.sandbox.world.clock import parse_instant

PREFIX = "__sandbox"
Params = dict[str, str]


def control(sandbox: Sandbox, method: str, name: str, params: Params) -> GraphAnswer:
    """404 for an unknown path, 400 with one sentence for a bad value."""
    try:
        body = _done(sandbox, name, params) if method == "POST" else _shown(sandbox, name, params)
    except KeyError as error:
        return GraphAnswer(400, orjson.dumps({"error": f"the parameter {error} is missing"}))
    except (BadScenario, ValueError, OverflowError) as error:
        return GraphAnswer(400, orjson.dumps({"error": str(error)}))
    return (
        GraphAnswer(404, orjson.dumps({"error": f"no such path: {name}"})) if body is None else GraphAnswer(200, body)
    )


def _shown(sandbox: Sandbox, name: str, params: Params) -> bytes | None:
    if name == "state":
        return orjson.dumps(_state(sandbox))
    if name in ("incidents", "anomalies"):
        return orjson.dumps([anomaly.shown() for anomaly in sandbox.figures.anomalies])
    if name == "calls":
        return orjson.dumps(list(sandbox.calls))
    if name == "calls/counts":
        return orjson.dumps(sandbox.call_counts())
    if name == "writes":
        return orjson.dumps([asdict(write) for write in sandbox.writes])
    if name == "orders":
        days = (date.fromisoformat(params["since"]), date.fromisoformat(params["until"]))
        return orders_csv(sandbox, params["account"], *days)
    if name == "truth":
        return _truth(sandbox, params)
    return None


def _truth(sandbox: Sandbox, params: Params) -> bytes:
    """A JSON array, or with `format=ndjson` a row a line."""
    since, until = date.fromisoformat(params["since"]), date.fromisoformat(params["until"])
    if since > until:
        raise ValueError(f"since {since} lies after until {until}")
    blocks = truth_rows(sandbox, params.get("level", "account"), since, until, params.get("account"))
    if params.get("format") == "ndjson":
        return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for rows in blocks for row in rows)
    return b"[" + b",".join(orjson.dumps(rows)[1:-1] for rows in blocks if rows) + b"]"


def _done(sandbox: Sandbox, name: str, params: Params) -> bytes | None:
    if name == "clock":
        if "now" in params:
            sandbox.clock.set(parse_instant(params["now"]))
        else:
            sandbox.clock.advance(float(params["advance_seconds"]))
    elif name == "scenario":
        sandbox.use_scenarios(read_scenarios({key: _value(text) for key, text in params.items()}))
    elif name == "tokens":
        grant_token(sandbox, params)
    else:
        return None
    return orjson.dumps(_state(sandbox))


def _value(text: str) -> object:
    """A parameter as it was in the JSON body, except that long numbers, being ids, stay text."""
    return orjson.loads(text) if text[:1] in ("[", "{") or text == "null" else text


def _state(sandbox: Sandbox) -> dict[str, Any]:
    return {
        "seed": sandbox.world.seed,
        "anchor": str(sandbox.world.anchor),
        "now": sandbox.clock.now().isoformat(),
        "figures_as_of": sandbox.clock.slot().isoformat(),
        "accounts": [
            {
                "account_id": account.id,
                "name": account.name,
                "currency": account.currency,
                "timezone_name": account.zone,
                "objects": {kind: len(objects) for kind, objects in account.objects.items()},
            }
            for account in sandbox.world.accounts
        ],
        "scenarios": sandbox.scenarios.shown(),
        "calls": sandbox.calls_total,
        "writes": len(sandbox.writes),
    }
