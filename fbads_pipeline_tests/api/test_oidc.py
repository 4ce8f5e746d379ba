"""Logging in with a provider of OpenID Connect: a real HTTP one on this machine, that can lie in every way."""

import base64
import hashlib
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fbads_pipeline.api.app import create_app
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.api.test_decisions import rows
from fbads_pipeline_tests.support.people import People

CLIENT_ID, SECRET, EMAIL = "fbads", "canary-oidc-secret", "ana@agencia.example"
KEY, STRANGERS_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


class Provider:
    """claims: what its token says beside the usual; key, algorithm: how it is signed; is_away: whether it answers."""

    def __init__(self):
        self.url, self.claims, self.key, self.algorithm, self.is_away = "", {}, KEY, "RS256", False
        self.codes, self.seen = {}, []

    def consent(self, address):
        """What the person does there: says yes; the address that their browser is sent back to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT_ID and "openid" in asked["scope"].split()
        self.codes["code-1"] = asked
        return f"{asked['redirect_uri']}?code=code-1&state={asked['state']}"

    def answer(self, path, form, authorization):
        if path == "/.well-known/openid-configuration":
            ends = {name: f"{self.url}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            return 200, {"issuer": self.url, **ends}
        if path == "/jwks_uri":
            return 200, {"keys": [{**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "k1"}]}
        asked = self.codes.pop(form.get("code"), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode()
        shown = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        if asked is None or asked["code_challenge"] != challenge.rstrip("=") or authorization != f"Basic {shown}":
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "sub": "7", "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        claims |= {"email": EMAIL, "email_verified": True, **self.claims}
        key = None if self.algorithm == "none" else self.key
        token = jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "k1"})
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": token}


@contextmanager
def running(provider):
    class Handler(BaseHTTPRequestHandler):
        def _say(self, body=b""):
            form = dict(parse_qsl(body.decode()))
            status, said = provider.answer(self.path, form, self.headers.get("Authorization"))
            if provider.is_away:
                status, said = 503, {}
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self):
            self._say()

        def do_POST(self):
            self._say(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, format, *args):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def provider():
    with running(Provider()) as made:
        yield made


@pytest.fixture
def app(database, provider):
    settings = load_settings(oidc_issuer=provider.url, oidc_client_id=CLIENT_ID, oidc_client_secret=SECRET)
    return create_app(settings, database)


@pytest.fixture
def people(app, database):
    made = People(app, database)
    made.add("approver", email=EMAIL)
    return made


def come_back(client, provider, change=lambda url: url):
    """Through the provider, and back."""
    begun = client.get("/login/oidc", next="/suggestions?status=PENDING")
    assert begun.status_code == 303, begun.text
    back = urlsplit(change(provider.consent(begun.headers["location"])))
    return client.send("GET", f"{back.path}?{back.query}")


def test_whoever_has_a_login_under_a_verified_address_is_let_in(app, people, provider, database):
    client = Client(app)
    assert "/login/oidc" in client.get("/login").text
    answer = come_back(client, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/suggestions?status=PENDING")
    assert client.get("/api/v1/me").json()["email"] == EMAIL
    audit = "select details ->> 'how' from ops.audit_log where action = 'login'"
    assert rows(database, audit) == [("oidc",)]


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"aud": "somebody-else"},
        {"aud": [CLIENT_ID, "somebody-else"], "azp": "somebody-else"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": "nobody@agencia.example"},
        {"email": "no address"},
    ],
)
def test_a_token_that_cannot_be_believed_lets_nobody_in(app, people, provider, claims):
    client, provider.claims = Client(app), claims
    assert come_back(client, provider).status_code == 401
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(("key", "algorithm"), [(STRANGERS_KEY, "RS256"), (None, "none"), ("x" * 64, "HS256")])
def test_a_forged_token_lets_nobody_in(app, people, provider, key, algorithm):
    client, provider.key, provider.algorithm = Client(app), key, algorithm
    assert come_back(client, provider).status_code == 401


def test_an_answer_to_another_login_lets_nobody_in(app, people, provider):
    def another_state(url):
        state = parse_qs(urlsplit(url).query)["state"][0]
        return url.replace(state, "x" * len(state))

    assert come_back(Client(app), provider, another_state).status_code == 401
    victim = Client(app)
    back = urlsplit(provider.consent(Client(app).get("/login/oidc").headers["location"]))
    assert victim.send("GET", f"{back.path}?{back.query}").status_code == 401, "this browser began nothing"


def test_a_code_is_good_once_and_a_refusal_there_is_one_here(app, people, provider):
    client = Client(app)
    back = urlsplit(provider.consent(client.get("/login/oidc").headers["location"]))
    provider.codes.clear()
    assert client.send("GET", f"{back.path}?{back.query}").status_code == 401
    assert come_back(Client(app), provider, lambda url: url.replace("code=code-1", "error=denied")).status_code == 401


def test_a_provider_that_is_away_is_said_and_the_password_still_works(app, people, provider):
    provider.is_away = True
    answer = Client(app).get("/login/oidc")
    assert answer.status_code == 401 and 'type="password"' in answer.text
    assert people.logged_in("viewer").get("/api/v1/me").status_code == 200


def test_without_a_provider_there_is_no_such_page(database):
    client = Client(create_app(load_settings(), database))
    assert client.get("/login/oidc").status_code == 404
    assert "/login/oidc" not in client.get("/login").text
