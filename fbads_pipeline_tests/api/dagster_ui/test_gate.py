"""What passes the gate before Dagster's webserver: judged over a stand-in that notes what reached it."""

import asyncio
import json

import httpx
import pytest

from fbads_pipeline.api.dagster_ui import gate as gate_module
from fbads_pipeline.api.dagster_ui.access import NoAccess, UiVisitor
from fbads_pipeline.api.dagster_ui.gate import DagsterGate
from fbads_pipeline.api.dagster_ui.graphql import UnreadableRequest, read_request

LAUNCH = 'mutation Go { launchRun(executionParams: {selector: {jobName: "x"}}) { __typename } }'
QUERY = "query Look { version }"
HIDDEN = "query Look { version } mutation Go { stopSensor(id: 1) { __typename } }"
SECRET = "s" * 64
OWN = {"host": "127.0.0.1:3000", "origin": "http://127.0.0.1:3000", "sec-fetch-site": "same-origin"}


class FakeAccess:
    """Everybody is who the test says."""

    def __init__(self):
        self.who = UiVisitor("admin", True)

    def visitor(self, connection):
        if isinstance(self.who, Exception):
            raise self.who
        return self.who

    def is_local_secret(self, connection, shown):
        return shown == SECRET


class Webserver:
    """Stands for Dagster's: remembers what reached it."""

    def __init__(self):
        self.reached = []

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            self.reached.append("websocket")
            await send({"type": "websocket.accept"})
            for _ in range(3):
                await send({"type": "websocket.send", "text": "row"})
            return
        body = (await receive()).get("body", b"") if scope["method"] == "POST" else b""
        self.reached.append((scope["method"], scope["path"], body))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def access():
    return FakeAccess()


@pytest.fixture
def inner():
    return Webserver()


@pytest.fixture
def gate(access, inner):
    names = frozenset({"127.0.0.1", "localhost", "dagster.example"})
    return DagsterGate(inner, access=access, names=names, login_port=8000, login_url=None)


def ask(gate, method, path, headers=OWN, **request):
    async def sent():
        transport = httpx.ASGITransport(gate)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:3000") as client:
            return await client.request(method, path, headers=headers, **request)

    return asyncio.run(sent())


def connect(gate, headers):
    """What the gate sends for a websocket of these headers."""
    sent = []

    async def run():
        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            sent.append(message)

        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "websocket", "path": "/graphql", "headers": raw, "query_string": b"", "scheme": "ws"}
        await gate(scope, receive, send)

    asyncio.run(run())
    return sent


@pytest.mark.parametrize(
    ("method", "path", "headers", "request_body", "status"),
    [
        pytest.param("POST", "/graphql", {**OWN, "origin": "https://evil.example"}, LAUNCH, 403, id="other origin"),
        pytest.param("POST", "/graphql", {**OWN, "origin": "null"}, LAUNCH, 403, id="sandboxed frame"),
        pytest.param("POST", "/graphql", {"sec-fetch-site": "cross-site"}, LAUNCH, 403, id="cross site"),
        pytest.param("POST", "/graphql", {**OWN, "origin": "http://127.0.0.1:8000"}, LAUNCH, 403, id="other port"),
        pytest.param("POST", "/graphql", {"host": "evil.example:3000"}, LAUNCH, 421, id="rebound name"),
        pytest.param("GET", "/", {"host": "127.0.0.1.evil.example"}, None, 421, id="rebound name of a page"),
        pytest.param("GET", "/server_info", {"host": "evil.example"}, None, 421, id="rebound health"),
        pytest.param("POST", "/graphql", {**OWN, "content-type": "text/plain"}, LAUNCH, 415, id="text/plain"),
        pytest.param("POST", "/graphql", {**OWN, "content-type": "application/graphql"}, LAUNCH, 415, id="graphql"),
        pytest.param("POST", f"/graphql?query={LAUNCH}", {**OWN, "content-type": "x/y"}, LAUNCH, 415, id="in query"),
        pytest.param("GET", f"/graphql?query={LAUNCH}", OWN, None, 405, id="mutation by GET"),
        pytest.param("GET", f"/graphql?query={LAUNCH}", {**OWN, "accept": "text/html"}, None, 405, id="GET as a page"),
        pytest.param("HEAD", f"/graphql?query={QUERY}", OWN, None, 405, id="HEAD"),
        pytest.param("POST", "/report_asset_check/a", {"sec-fetch-site": "same-site"}, LAUNCH, 403, id="report"),
    ],
)
def test_what_another_page_or_a_crooked_request_sends_never_reaches_dagster(
    gate, inner, method, path, headers, request_body, status
):
    content = None if request_body is None else json.dumps({"query": request_body})
    headers = {"content-type": "application/json", **headers}
    answer = ask(gate, method, path, headers, content=content)
    assert (answer.status_code, inner.reached) == (status, [])
    assert answer.headers["x-frame-options"] == "DENY"


def test_who_may_change_something_passes_and_what_was_judged_is_what_is_executed(gate, inner):
    body = b'{"query": "query Look { version }", "query": "mutation Go { stopSensor(id: 1) { x } }"}'
    answer = ask(gate, "POST", "/graphql", {**OWN, "content-type": "application/json"}, content=body)
    assert answer.status_code == 200
    ((_, _, passed),) = inner.reached
    assert json.loads(passed) == {"query": "mutation Go { stopSensor(id: 1) { x } }"}
    assert passed.count(b"query") == 1


@pytest.mark.parametrize("query", [LAUNCH, HIDDEN, "mutation { ...f } fragment f on Mutation { wipeAssets { x } }"])
def test_whoever_may_only_look_changes_nothing(gate, inner, access, query):
    access.who = UiVisitor("viewer", False)
    body = {"query": query, "operationName": "Look"}
    assert ask(gate, "POST", "/graphql", json=body).status_code == 403
    assert ask(gate, "POST", "/report_asset_materialization/a", json={}).status_code == 403
    assert ask(gate, "POST", "/graphql", json={"query": QUERY}).status_code == 200
    assert [path for _, path, _ in inner.reached] == ["/graphql"]


def test_who_has_no_session_sees_nothing_and_is_led_to_the_login(gate, inner, access):
    access.who = None
    page = ask(gate, "GET", "/runs", {"accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "http://127.0.0.1:8000/login?next=/dagster")
    for method, path in (("POST", "/graphql"), ("GET", "/logs/a.out"), ("GET", "/download_debug/1")):
        assert ask(gate, method, path, json={"query": QUERY}).status_code == 401
    access.who = NoAccess()
    assert ask(gate, "GET", "/runs", {"accept": "text/html"}).status_code == 403
    assert inner.reached == []
    assert ask(gate, "GET", "/server_info").status_code == 200, "health says nothing and asks nothing"


def test_a_link_from_elsewhere_opens_a_page_and_no_data(gate, inner):
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert ask(gate, "GET", "/runs/1", {**link}).status_code == 200
    assert ask(gate, "GET", "/runs/1", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}).status_code == 403
    assert ask(gate, "GET", "/graphql", {**link, "accept": "text/html"}).status_code == 403
    assert len(inner.reached) == 1


def test_the_printed_address_opens_it_in_this_browser_alone(gate, inner):
    opened = ask(gate, "GET", f"/local?secret={SECRET}", {})
    assert (opened.status_code, opened.headers["location"]) == (303, "/")
    assert f"fbads_local={SECRET}" in opened.headers["set-cookie"] and "HttpOnly" in opened.headers["set-cookie"]
    assert ask(gate, "GET", "/local?secret=no", {}).status_code == 401
    assert inner.reached == []


class TestWebsockets:
    @pytest.mark.parametrize(
        "headers",
        [
            {"host": "127.0.0.1:3000", "origin": "https://evil.example"},
            {"host": "127.0.0.1:3000"},
            {"host": "evil.example:3000", "origin": "http://evil.example:3000"},
            {"host": "127.0.0.1:3000", "origin": "http://127.0.0.1:8000"},
            {"host": "127.0.0.1:3000", "origin": "http://127.0.0.1:3000", "sec-fetch-site": "same-site"},
        ],
    )
    def test_another_page_opens_none(self, gate, inner, headers):
        (closed,) = connect(gate, headers)
        assert (closed["type"], inner.reached) == ("websocket.close", [])

    def test_ones_own_page_does_and_a_session_that_ends_meanwhile_closes_it(self, gate, inner, access, monkeypatch):
        assert [one["type"] for one in connect(gate, OWN)] == ["websocket.accept", *["websocket.send"] * 3]
        monkeypatch.setattr(gate_module, "RECHECK_SECONDS", 0.0)
        asked = []

        def ends(connection, known=access.who):
            asked.append(1)
            return known if len(asked) == 1 else None

        access.visitor = ends
        assert [one["type"] for one in connect(gate, OWN)] == ["websocket.accept", "websocket.close"]
        access.visitor = lambda connection: None
        assert [one["type"] for one in connect(gate, OWN)] == ["websocket.close"]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b'{"query": 1}', b'{"query": "{"}', b"[" * 100_000])
def test_what_cannot_be_judged_is_refused(body):
    with pytest.raises(UnreadableRequest):
        read_request(body)


def test_every_mutation_of_a_document_is_found():
    assert read_request(json.dumps({"query": HIDDEN}).encode()).changes == ("stopSensor",)
    assert read_request(json.dumps({"query": QUERY}).encode()).changes == ()
