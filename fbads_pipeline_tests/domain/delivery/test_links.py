"""Landing pages: how they are found, which addresses are never asked, and what is announced of them."""

import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fbads_pipeline.adapters.links.landing_pages import LandingPages, is_public
from fbads_pipeline.domain.delivery.links import LinkAnswer, LinkFact, evaluate_links, judge, site_of
from fbads_pipeline.domain.delivery.problems import ProblemChanges

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LINK = "https://www.loja.com.br/p?x=1"


@pytest.mark.parametrize(
    ("answer", "state", "detail"),
    [
        (LinkAnswer(LINK, 200, 0.3), "ok", "HTTP 200"),
        (LinkAnswer("https://loja.com.br/p", 200, 0.3), "ok", "HTTP 200"),
        (LinkAnswer("https://checkout.loja.com.br/p", 200, 0.3), "ok", "HTTP 200"),
        (LinkAnswer("https://outra.com.br/", 200, 0.3), "redirected", "outra.com.br"),
        (LinkAnswer(LINK, 200, 6), "slow", "6 s"),
        (LinkAnswer(LINK, 404, 0.1), "down", "HTTP 404"),
        (LinkAnswer(LINK, 503, 0.1), "down", "HTTP 503"),
        (LinkAnswer(LINK, None, 10, "time-out"), "down", "time-out"),
        (LinkAnswer(LINK, 403, 0.1), "refused", "HTTP 403"),
        (LinkAnswer(LINK, None, 0, "a private address", is_refused=True), "refused", "a private address"),
    ],
)
def test_what_comes_back_is_a_state(answer, state, detail):
    found = judge(LINK, answer)
    assert (found.state, found.detail) == (state, detail)


def test_a_site_is_its_registered_name():
    hosts = ("a.b.loja.com.br", "loja.com", "shop.loja.com", "loja.co.uk")
    assert [site_of(f"https://{one}/") for one in hosts] == ["loja.com.br", "loja.com", "loja.com", "loja.co.uk"]


@pytest.mark.parametrize(
    ("address", "is_it"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        *((one, False) for one in ("127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.1.1", "0.0.0.0")),
        *((one, False) for one in ("::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:100.64.1.1", "224.0.0.1")),
        *((one, False) for one in ("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::1")),
    ],
)
def test_only_addresses_of_the_internet_are_asked(address, is_it):
    assert is_public(address) is is_it


class _Shop(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_HEAD(self):
        self.asked.append(f"{self.command} {self.path}")
        if self.path == "/no-head" and self.command == "HEAD":
            return self._answer(405)
        if self.path.startswith("/to?"):
            return self._answer(302, self.path.partition("?")[2])
        return self._answer(404 if self.path == "/gone" else 200)

    do_GET = do_HEAD

    def _answer(self, status, location=None):
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture(scope="module")
def shop():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://loja.example:{server.server_port}"
    server.shutdown()
    server.server_close()


def local(host, port):
    """Every name is this machine, but for those that are addresses."""
    return [host if host[0].isdigit() else "127.0.0.1"]


def test_pages_are_asked_with_head_and_then_with_get(shop):
    pages = LandingPages(local, allowed=frozenset({"127.0.0.1"}))
    _Shop.asked.clear()
    assert pages.ask(f"{shop}/p").status == 200 and _Shop.asked == ["HEAD /p"]
    assert (pages.ask(f"{shop}/no-head").status, pages.ask(f"{shop}/gone").status) == (200, 404)
    assert _Shop.asked[1:] == ["HEAD /no-head", "GET /no-head", "HEAD /gone", "GET /gone"]
    assert pages.ask(f"{shop}/to?/p").url == f"{shop}/p"
    refused = LandingPages(lambda host, port: ["127.0.0.1"], allowed=frozenset())
    _Shop.asked.clear()
    assert refused.ask(f"{shop}/p").is_refused and _Shop.asked == []


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "file:///etc/passwd", "ftp://x/", "http://a:b@c/"],
)
def test_a_redirect_leads_to_no_private_address(shop, target):
    pages = LandingPages(local, allowed=frozenset({"127.0.0.1"}))
    answer = pages.ask(f"{shop}/to?{target}")
    assert answer.is_refused and judge(shop, answer).state == "refused"


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(shop):
    """A name that changes its address between two look-ups gains nothing: it is looked up once per request."""
    turns = iter((["127.0.0.1"], ["169.254.169.254"]))
    pages = LandingPages(lambda host, port: next(turns), allowed=frozenset({"127.0.0.1"}))
    assert pages.ask(f"{shop}/p").status == 200
    assert LandingPages(lambda host, port: ["8.8.8.8", "127.0.0.1"]).ask(f"{shop}/p").is_refused


def test_an_endless_redirect_ends(shop):
    pages = LandingPages(local, allowed=frozenset({"127.0.0.1"}))
    path = "/to?" * 9 + "/p"
    assert pages.ask(f"{shop}{path}").fault == "redirects without end"


def a_link(state, **values):
    given = {"account_id": "1", "entity": "link:1:x", "url": LINK, "state": state, "detail": "HTTP 404", "since": NOW}
    more = {"campaign_id": "7", "campaign_name": "A", "ads": 2, "per_day": None, "currency": "BRL", **values}
    return LinkFact(**given, **more)


def test_a_link_that_does_not_answer_is_a_problem_while_money_is_spent():
    changes = ProblemChanges()
    evaluate_links([a_link("down")], [], changes)
    (problem,) = changes.present.values()
    assert (problem.kind, problem.severity, problem.name) == ("link_down", "critical", LINK)
    for links, ending in (([a_link("ok")], "fixed"), ([], "gone"), ([a_link("slow")], "gone")):
        after = ProblemChanges()
        evaluate_links(links, [("link_down", "link:1:x"), ("ad_rejected", "ad:1")], after)
        assert {key: one.how for key, one in after.absent.items()} == {("link_down", "link:1:x"): ending}
    unknown = ProblemChanges()
    evaluate_links([a_link("refused")], [("link_down", "link:1:x")], unknown)
    assert not unknown.absent and not unknown.present, "what does not talk to programs is neither well nor down"
