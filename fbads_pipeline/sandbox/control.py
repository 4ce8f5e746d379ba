"""The paths below `/__sandbox`: the clock, the scenario, and what was true, asked and written."""

from dataclasses import asdict
from datetime import date
from typing import Any

import orjson

from fbads_pipeline.sandbox.clock import parse_instant
from fbads_pipeline.sandbox.sandbox import Answer, Sandbox
from fbads_pipeline.sandbox.scenarios import BadScenario, read_scenarios
from fbads_pipeline.sandbox.truth import truth_rows

PREFIX = "__sandbox"
Params = dict[str, str]


def control(sandbox: Sandbox, method: str, name: str, params: Params) -> Answer:
    """404 for an unknown path, 400 with one sentence for a bad value."""
    try:
        body = _done(sandbox, name, params) if method == "POST" else _shown(sandbox, name, params)
    except (BadScenario, ValueError, KeyError) as error:
        return Answer(400, orjson.dumps({"error": str(error)}))
    return Answer(404, orjson.dumps({"error": f"no such path: {name}"})) if body is None else Answer(200, body)


def _shown(sandbox: Sandbox, name: str, params: Params) -> bytes | None:
    if name == "state":
        return orjson.dumps(_state(sandbox))
    if name == "incidents":
        return orjson.dumps([incident.shown() for incident in sandbox.ledger.incidents])
    if name == "calls":
        return orjson.dumps(list(sandbox.calls))
    if name == "writes":
        return orjson.dumps([asdict(write) for write in sandbox.writes])
    if name == "truth":
        since, until = date.fromisoformat(params["since"]), date.fromisoformat(params["until"])
        return orjson.dumps(truth_rows(sandbox, params.get("level", "account"), since, until, params.get("account")))
    return None


def _done(sandbox: Sandbox, name: str, params: Params) -> bytes | None:
    if name == "clock":
        if "now" in params:
            sandbox.clock.set(parse_instant(params["now"]))
        else:
            sandbox.clock.advance(float(params["advance_seconds"]))
    elif name == "scenario":
        sandbox.play(read_scenarios({key: _value(text) for key, text in params.items()}))
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
