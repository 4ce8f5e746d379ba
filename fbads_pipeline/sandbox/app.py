"""The ASGI application: an HTTP request becomes a call; its answer is delivered as the scenario in force says."""

import asyncio
import gzip
import re
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from fbads_pipeline.sandbox.control import PREFIX, control
from fbads_pipeline.sandbox.graph.batch import answer_batch, is_batch
from fbads_pipeline.sandbox.graph.creatives import PICTURES, show_picture
from fbads_pipeline.sandbox.graph.errors import GraphError
from fbads_pipeline.sandbox.graph.fault_injection import alter_answer, refusal_of
from fbads_pipeline.sandbox.graph.routing import route
from fbads_pipeline.sandbox.graph.sandbox import GraphAnswer, GraphCall, Sandbox
from fbads_pipeline.sandbox.graph.tokens import check_grant, check_token
from fbads_pipeline.sandbox.graph.usage import UsageHeaders, version_headers
from fbads_pipeline.sandbox.scenarios import Scenario

SMALLEST_GZIP = 1000
SLOW_PARTS = 8


class SandboxApp:
    """Serves one sandbox: the Graph API, and below /__sandbox what controls it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._usage = UsageHeaders()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        params = await _params(request)
        self.sandbox.follow_clock()
        path = request.url.path.strip("/")
        for account in self.sandbox.world.accounts:
            account.pictures_at = str(request.base_url)
        if path.startswith(PICTURES):
            answer = show_picture(self.sandbox.scenarios, path.removeprefix(PICTURES))
        elif path.startswith(PREFIX):
            answer = control(self.sandbox, request.method, path.removeprefix(PREFIX).strip("/"), params)
        else:
            answer = self._graph(request, path, params)
        await _deliver(answer, request.headers, send)

    def _graph(self, request: Request, path: str, params: dict[str, str]) -> GraphAnswer:
        version = re.match(r"v(\d+)\.\d+(?:/|$)", path)
        base = str(request.base_url) + (version.group().strip("/") if version else "v26.0")
        token = _token(params, request.headers)
        number = int(version.group(1)) if version else None
        call = GraphCall(request.method, path[version.end() :] if version else path, params, base, token)
        return self._answered(call, token, number)

    def _answered(self, call: GraphCall, token: str, version: int | None) -> GraphAnswer:
        """The answer with its headers, counted and logged; each part of a batch comes through here as well."""
        found = self.sandbox.account_of(call.params.get("dataset_id", call.path))
        account = found.id if found else None
        try:
            check_token(token, call.params.get("appsecret_proof"), self.sandbox)
            check_grant(token, found, self.sandbox)
            answer = self._answer(call, account, token, version)
        except GraphError as error:
            answer = _refused(error)
        answer.headers |= version_headers(version)
        answer.headers |= self._usage.headers(self.sandbox, account, call.path, answer)
        self.sandbox.record(call, answer)
        return answer

    def _answer(self, call: GraphCall, account: str | None, token: str, version: int | None) -> GraphAnswer:
        if refusal := refusal_of(self.sandbox.scenarios, account, call):
            return _refused(refusal[0], refusal[1])
        if is_batch(call):
            answer = answer_batch(call, lambda part: self._answered(part, token, version))
        else:
            answer = route(self.sandbox, call)
        return alter_answer(self.sandbox.scenarios, account, call, answer)


def _refused(error: GraphError, scenario: Scenario | None = None) -> GraphAnswer:
    headers = {"www-authenticate": f'OAuth "Facebook Platform" "{error.kind}"'} if error.code == 190 else {}
    answer = GraphAnswer(error.status, orjson.dumps(error.body()), headers=headers)
    if scenario is not None:
        answer.scenario = scenario.name
        answer.wait_minutes = scenario.minutes if scenario.name.startswith("rate-limit") else 0
    return answer


def _token(params: dict[str, str], headers: Headers) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind in ("Bearer", "OAuth") else params.get("access_token", "")


async def _params(request: Request) -> dict[str, str]:
    """The query and the body's parameters as text; a value of a JSON body that is no text as JSON."""
    params = dict(request.query_params)
    if request.method == "GET":
        return params
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            given: Any = orjson.loads(await request.body() or b"{}")
        except orjson.JSONDecodeError:
            given = {}
        given = given if isinstance(given, dict) else {"scenarios": given}
        params |= {str(k): v if isinstance(v, str) else orjson.dumps(v).decode() for k, v in given.items()}
    else:
        params |= dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))
    return params


async def _deliver(answer: GraphAnswer, asked: Headers, send: Send) -> None:
    if answer.seconds and answer.way == "whole":
        await asyncio.sleep(answer.seconds)
    if answer.way == "dropped":
        _hang_up(send)
        return
    body = answer.body
    headers = {"content-type": answer.media, **answer.headers}
    if len(body) >= SMALLEST_GZIP and "gzip" in asked.get("accept-encoding", ""):
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers["content-encoding"] = "gzip"
    headers["content-length"] = str(len(body))
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    if answer.way == "truncated":
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        _hang_up(send, is_graceful=True)
        return
    if answer.way == "slow":
        step = max(1, len(body) // SLOW_PARTS)
        for start in range(0, len(body), step):
            await send({"type": "http.response.body", "body": body[start : start + step], "more_body": True})
            await asyncio.sleep(answer.seconds / SLOW_PARTS)
        body = b""
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _hang_up(send: Send, *, is_graceful: bool = False) -> None:
    """Closes the connection under a response: ASGI cannot say that, uvicorn's cycle, whose method `send` is, can."""
    cycle: Any = getattr(send, "__self__", None)
    transport = cycle.transport
    cycle.disconnected = True
    cycle.response_complete = True
    if is_graceful:
        transport.close()
    else:
        transport.abort()
