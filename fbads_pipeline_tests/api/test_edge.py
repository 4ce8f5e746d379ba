"""What the proxy in front may let through to services without logins of ours, attacked as a browser would be."""

import pytest
from starlette.datastructures import Headers

from fbads_pipeline.api.app import create_app
from fbads_pipeline.api.authentication import COOKIE
from fbads_pipeline.api.edge.forwarded import NotOurs, cookies_of_others, read_forwarded
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.people import People

URL = "https://ads.example"
ASKED = {
    "x-forwarded-host": "ads.example:3001",
    "x-forwarded-proto": "https",
    "x-forwarded-method": "GET",
    "x-forwarded-uri": "/d/health",
}
PAGE = {**ASKED, "sec-fetch-site": "same-origin", "origin": "https://ads.example:3001"}
LINK = {**ASKED, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
POST = {"x-forwarded-method": "POST"}
SOCKET = {**ASKED, "sec-websocket-key": "x", "x-forwarded-proto": "wss"}


def refusal(headers):
    """The status of what is refused, None for what passes."""
    raw = [(name.encode(), one.encode()) for name, given in headers.items() for one in _listed(given)]
    try:
        read_forwarded(Headers(raw=raw)).require_ours(URL)
    except NotOurs as refused:
        return refused.status
    return None


def _listed(given):
    return given if isinstance(given, list) else [given]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(ASKED, id="a program without a browser reads"),
        pytest.param(PAGE, id="one's own page reads"),
        pytest.param({**PAGE, **POST}, id="one's own page writes"),
        pytest.param({**ASKED, "sec-fetch-site": "none"}, id="the address bar"),
        pytest.param(LINK, id="a link in a message"),
        pytest.param({**LINK, "sec-fetch-site": "same-site"}, id="a link in the sidecar"),
        pytest.param({**SOCKET, "origin": "https://ads.example:3001"}, id="one's own websocket"),
        pytest.param({**PAGE, "x-forwarded-host": "ads.example", "origin": URL}, id="the default port"),
    ],
)
def test_what_a_person_does_passes(headers):
    assert refusal(headers) is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({**PAGE, "x-forwarded-host": "evil.example"}, 421, id="rebound name"),
        pytest.param({**PAGE, "x-forwarded-host": "ads.example.evil.example"}, 421, id="a longer name"),
        pytest.param({**PAGE, "x-forwarded-host": "ads.example@evil.example"}, 421, id="a name before an @"),
        pytest.param({**PAGE, "x-forwarded-host": "[::1"}, 421, id="no name"),
        pytest.param({**PAGE, "x-forwarded-proto": "http"}, 421, id="not encrypted"),
        pytest.param({**PAGE, "origin": "https://evil.example"}, 403, id="other origin"),
        pytest.param({**PAGE, "origin": "https://ads.example"}, 403, id="the sidecar's page"),
        pytest.param({**PAGE, "origin": "http://ads.example:3001"}, 403, id="the same page without TLS"),
        pytest.param({**PAGE, "origin": "null"}, 403, id="sandboxed frame"),
        pytest.param({**PAGE, "sec-fetch-site": "cross-site"}, 403, id="cross site with an origin of ours"),
        pytest.param({**LINK, **POST}, 403, id="a form of another site"),
        pytest.param({**LINK, "sec-fetch-mode": "no-cors"}, 403, id="a picture of another site"),
        pytest.param({**LINK, "x-forwarded-uri": "/webhook/run"}, 403, id="a link to a command"),
        pytest.param({**LINK, "x-forwarded-uri": "//x/..//Webhook/run?a=/"}, 403, id="the same, written otherwise"),
        pytest.param({**LINK, "x-forwarded-uri": "/%77ebhook/run"}, 403, id="the same, escaped"),
        pytest.param({**ASKED, **POST}, 403, id="a browser that hides who sends"),
        pytest.param(SOCKET, 403, id="a websocket without an origin"),
        pytest.param({**SOCKET, "origin": "https://evil.example"}, 403, id="another site's websocket"),
        pytest.param({**ASKED, "x-forwarded-host": ["ads.example", "evil.example"]}, 400, id="two names"),
        pytest.param({**PAGE, "origin": [PAGE["origin"], "https://evil.example"]}, 400, id="two origins"),
        pytest.param({"x-forwarded-host": "ads.example"}, 400, id="no proxy"),
    ],
)
def test_what_another_page_sends_does_not(headers, status):
    assert refusal(headers) == status


def test_no_service_learns_a_session():
    given = Headers({"cookie": f'n8n-auth=1; {COOKIE}=s; __Host-{COOKIE}=s; a="x; fbads_local=s"; b=2'})
    assert cookies_of_others(given) == 'n8n-auth=1; a="x; b=2'
    assert cookies_of_others(Headers({"cookie": f"{COOKIE}=s"})) is None


@pytest.fixture
def app(database, monkeypatch):
    monkeypatch.setenv("FBADS_PUBLIC_URL", URL)
    return create_app(load_settings(), database)


def test_a_session_passes_to_what_its_role_may_use(app, database):
    people = People(app, database)
    viewer, admin = people.logged_in("viewer"), people.logged_in("admin")
    passed = viewer.send("GET", "/edge/grafana", headers={**PAGE, "cookie": _cookie(viewer) + "; grafana=1"})
    assert (passed.status_code, passed.headers["x-fbads-role"], passed.headers["cookie"]) == (
        200,
        "Viewer",
        "grafana=1",
    )
    assert passed.headers["x-fbads-user"] and "@" not in passed.headers["x-fbads-user"]
    kept = viewer.send("GET", "/edge/dagster", headers={**PAGE, "cookie": _cookie(viewer)})
    assert COOKIE in kept.headers["cookie"], "Dagster's UI is this program, and asks for the session again"
    assert viewer.send("GET", "/edge/flower", headers=PAGE).status_code == 403
    assert admin.send("GET", "/edge/flower", headers=PAGE).headers["x-fbads-role"] == "Admin"
    assert admin.send("GET", "/edge/redis", headers=PAGE).status_code == 404
    assert admin.send("GET", "/edge/flower", headers={**PAGE, "origin": "https://evil.example"}).status_code == 403


def test_nothing_but_a_session_counts_and_a_page_leads_to_the_login(app, database):
    people = People(app, database)
    key, nobody = people.with_key("admin"), Client(app)
    assert key.send("GET", "/edge/flower", headers=PAGE).status_code == 401
    assert nobody.send("GET", "/edge/flower", headers=PAGE).status_code == 401, "nor this machine's own secret"
    led = nobody.send("GET", "/edge/flower", headers={**LINK, "accept": "text/html"})
    assert (led.status_code, led.headers["location"]) == (303, f"{URL}/login")
    assert nobody.send("GET", "/edge/flower", headers={**SOCKET, "origin": PAGE["origin"]}).status_code == 401


def _cookie(client):
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())
