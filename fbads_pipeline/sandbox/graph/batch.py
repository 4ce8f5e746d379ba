"""Several requests in one: each is answered as if it had come alone, its headers and body inside the answer."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from fbads_pipeline.sandbox.graph.errors import GraphError, invalid_parameter
from fbads_pipeline.sandbox.graph.insights_request import read_json
from fbads_pipeline.sandbox.graph.sandbox import GraphAnswer, GraphCall

BATCH_SIZE = 50
Answerer = Callable[[GraphCall], GraphAnswer]


def is_batch(call: GraphCall) -> bool:
    return call.method == "POST" and not call.parts and "batch" in call.params


def answer_batch(call: GraphCall, answer: Answerer) -> GraphAnswer:
    """One element per request: code, headers and body, or null where the connection was lost under it."""
    asked = read_json(call.params["batch"], "batch", list)
    if not asked or len(asked) > BATCH_SIZE:
        raise invalid_parameter(f"Too many requests in batch message. Maximum batch size is {BATCH_SIZE}")
    with_headers = call.params.get("include_headers", "true") != "false"
    parts = [_part(call, one, answer, with_headers) for one in asked]
    return GraphAnswer(200, orjson.dumps(parts))


def _part(outer: GraphCall, asked: object, answer: Answerer, with_headers: bool) -> dict[str, Any] | None:
    inner = _inner(outer, asked if isinstance(asked, dict) else {})
    if is_batch(inner):
        raise GraphError(100, "(#100) A batch can't hold a batch")
    given = answer(inner)
    if given.way in ("dropped", "truncated"):
        return None
    part: dict[str, Any] = {"code": given.status}
    if with_headers:
        headers = {"Content-Type": given.media, **given.headers}
        part["headers"] = [{"name": name, "value": value} for name, value in headers.items()]
    return {**part, "body": given.body.decode()}


def _inner(outer: GraphCall, asked: dict[str, Any]) -> GraphCall:
    """The call an element describes, with the token of the whole; its version is the whole's as well."""
    url = urlsplit(str(asked.get("relative_url", "")))
    segments = [part for part in url.path.split("/") if part]
    if segments and segments[0][:1] == "v" and segments[0][1:2].isdigit():
        segments = segments[1:]
    params = {**dict(parse_qsl(url.query)), **dict(parse_qsl(str(asked.get("body", ""))))}
    shared = {name: outer.params[name] for name in ("access_token", "appsecret_proof") if name in outer.params}
    return GraphCall(
        str(asked.get("method", "GET")).upper(), "/".join(segments), {**params, **shared}, outer.base, outer.token
    )
