"""A link for a client: it shows one frozen report to whoever has it, and nothing to anybody else."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from fbads_pipeline.adapters.exports import Exports
from fbads_pipeline.adapters.identity.passwords import digest
from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit
from fbads_pipeline.adapters.postgres.reports.reports import PostgresReports
from fbads_pipeline.api.app import create_app
from fbads_pipeline.domain.reports.generated_reports import MadeReport, ReportFile
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.analytics_marts import fill
from fbads_pipeline_tests.support.fakes import an_alert
from fbads_pipeline_tests.support.people import People

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
WEEKLY = {"kind": "weekly", "account_id": "42", "formats": ["html", "pdf"]}
BROWSER = {"accept": "text/html"}


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def people(database, home):
    fill(database.owner)
    return People(create_app(load_settings(home=home, now="2026-11-10T12:00:00-03:00"), database), database)


def made_by(client, **body):
    return client.post("/api/v1/reports", {**WEEKLY, **body}).headers["location"].rpartition("/")[2]


def shared_by(client, report_id=None, **body):
    answer = client.post(f"/api/v1/reports/{report_id or made_by(client)}/links", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def path_of(link):
    return link["url"].removeprefix("http://127.0.0.1")


def at(people, home, moment):
    """A stranger, at another time."""
    return Client(create_app(load_settings(home=home, now=moment), people_database(people)), is_opened=False)


def people_database(people):
    return people.app.state.database


def test_whoever_has_it_reads_the_report_as_it_was_made_and_its_pdf(people, home):
    member = people.with_key("viewer", accounts=["42"])
    link, stranger = shared_by(member), Client(people.app, is_opened=False)
    path = path_of(link)
    with people.app.state.database.owner.begin() as connection:
        connection.execute(sa.text("update marts.campaign_daily set spend = 7, clicks = 7"))
    for file in (home / "exports").iterdir():
        file.unlink()
    with capture_logs() as logs:
        page, document = stranger.get(path), stranger.get(path.replace(".html", ".pdf"))
        head = stranger.get(path, "HEAD")
    assert (page.status_code, document.status_code, head.status_code, head.content) == (200, 200, 200, b"")
    assert "Relatório semanal" in page.text and 'href="report.pdf"' in page.text and '<meta name="robots"' in page.text
    assert document.content.startswith(b"%PDF-") and document.headers["content-type"] == "application/pdf"
    for answer in (page, document):
        assert answer.headers["referrer-policy"] == "no-referrer" and answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"].startswith("noindex") and "set-cookie" not in answer.headers
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; style-src 'sha256-" in policy and "unsafe" not in policy and "self" not in policy
    (listed,) = member.get("/api/v1/report-links").json()
    assert (listed["views"], listed["downloads"], listed["state"]) == (1, 1, "open")
    assert link["expires_at"].startswith("2026-12-10")
    secret = path.split("/")[2]
    assert len(secret) == 43 and secret not in repr(logs)
    assert [one["endpoint"] for one in logs if one["event"] == "request"] == ["/shared/{rest:path}"] * 3
    with people.app.state.database.owner.connect() as connection:
        rows = connection.execute(sa.text("select to_jsonb(l) - 'page' - 'document' from ops.report_links l")).all()
        audit = connection.execute(sa.text("select action, actor, details::text from ops.audit_log")).all()
    assert secret not in repr(rows) and digest(secret) in repr(rows) and secret not in repr(audit)
    assert audit[-1].action == "REPORT_LINK_MADE" and "42" in audit[-1].details
    assert PostgresAudit(people.app.state.database.owner).verify()[1] is None


def test_unknown_guessed_expired_and_revoked_have_one_answer(people, home):
    member = people.with_key("viewer", accounts=["42"])
    expired, revoked, open_one = (shared_by(member, days=days) for days in (1, 90, 90))
    assert member.send("DELETE", f"/api/v1/report-links/{revoked['link_id']}").status_code == 204
    stranger = at(people, home, "2026-11-12T12:00:00-03:00")
    assert stranger.get(path_of(open_one)).status_code == 200
    secret = path_of(open_one).split("/")[2]
    paths = [
        *(path_of(expired), path_of(revoked), path_of(revoked).replace(".html", ".pdf"), "/shared/", "/shared/a/b/c"),
        *(f"/shared/{'A' * 43}/report.html", f"/shared/{secret}", f"/shared/{secret}/", f"/shared/{digest(secret)}"),
        f"/shared/{digest(secret)}/report.html",
        f"/shared/{secret}/report.csv",
        f"/shared/{secret[:-1]}/report.html",
        f"/shared/{secret}x/report.html",
        f"/shared/{secret.swapcase()}/report.html",
        f"/shared/{secret}/../{secret}/report.htm",
        f"/shared/{open_one['link_id']}/report.html",
        f"/shared/{secret}/%2e%2e/report.html",
        f"/shared/{secret}/weekly_42_2026-11-08_pt.html",
        f"/shared/{'%00' * 3}/report.html",
        f"/shared/{'a' * 5000}/report.html",
        f"/shared/{secret}%20or%201=1/report.html",
    ]
    found = [stranger.get(path) for path in paths]
    assert {one.status_code for one in found} == {404}, [(p, f.status_code) for p, f in zip(paths, found, strict=True)]
    assert len({one.content for one in found}) == 1
    assert len({tuple((k, v) for k, v in one.headers.items() if k != "x-request-id") for one in found}) == 1
    with people.app.state.database.owner.connect() as connection:
        kept = connection.execute(sa.text("select page is null from ops.report_links where revoked_at is not null"))
        assert kept.scalars().all() == [True]


def test_nothing_else_is_reached_with_a_link(people):
    """Every route of the application, with the secret as whatever a login could be, stays closed."""
    member = people.with_key("viewer", accounts=["42"])
    link = shared_by(member)
    secret = path_of(link).split("/")[2]
    shown = [
        {"authorization": f"Bearer {secret}", "cookie": f"fbads_session={secret}; fbads_local={secret}"},
        {"referer": link["url"], "x-forwarded-for": "127.0.0.1", "x-original-url": "/api/v1/campaigns"},
    ]
    documents = people.app.openapi()["paths"]
    paths = [path for path, methods in documents.items() if "get" in methods and "webhooks" not in path]
    paths = [
        path.replace("{report_id}", link["report_id"]).replace("{campaign_id}", "101").replace("{link_id}", "a" * 16)
        for path in paths
    ]
    pages = ("/", "/reports", f"/reports/{link['report_id']}/{link['name']}.html", "/campaigns", "/clients", "/account")
    open_ones = {"/healthz", "/readyz", "/"}
    for headers in shown:
        stranger = Client(people.app, is_opened=False, **headers)
        for path in (*paths, *pages):
            answer = stranger.send("GET", path)
            is_closed = answer.status_code in (401, 303) or path in open_ones
            assert is_closed, (path, answer.status_code)
            assert "Loja" not in answer.text and "Campanha" not in answer.text, path
        plain = Client(people.app, is_opened=False).get(path_of(link))
        assert stranger.get(path_of(link)).content == plain.content
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert Client(people.app, is_opened=False).send(method, path_of(link)).status_code in (405, 411)


def test_who_sees_the_account_may_share_and_revoke_and_nobody_else(people):
    member, other = people.with_key("viewer", accounts=["42"]), people.with_key("viewer", accounts=["42"])
    stranger = people.with_key("viewer", accounts=["43"])
    report_id = made_by(member)
    assert stranger.post(f"/api/v1/reports/{report_id}/links", {}).status_code == 404
    link = shared_by(member, report_id)
    assert stranger.get("/api/v1/report-links").json() == []
    assert stranger.send("DELETE", f"/api/v1/report-links/{link['link_id']}").status_code == 404
    assert [one["link_id"] for one in other.get("/api/v1/report-links").json()] == [link["link_id"]]
    assert other.send("DELETE", f"/api/v1/report-links/{link['link_id']}").status_code == 204
    assert Client(people.app, is_opened=False).get(path_of(link)).status_code == 404
    assert member.get("/api/v1/report-links").json()[0]["state"] == "revoked"
    executive = made_by(people.with_key("viewer"), kind="executive", account_id=None)
    assert member.post(f"/api/v1/reports/{executive}/links", {}).status_code == 404


def test_what_cannot_be_shared_says_why(people):
    member = people.with_key("viewer", accounts=["42"])
    report_id = made_by(member)
    for body in ({"days": 0}, {"days": 366}, {"language": "xx"}, {"language": "en"}, {"no": 1}):
        answer = member.post(f"/api/v1/reports/{report_id}/links", body)
        assert answer.status_code == 422 and answer.json()["error"]["message"], body


def test_a_report_of_the_schedule_is_shared_from_its_page_and_revoked_there(people, home, database):
    files = Exports(home / "exports")
    kept = []
    for name, content in (("w_pt.html", b"<head></head><header></header>Feito"), ("w_pt.pdf", b"%PDF-1")):
        files.write(name, content)
        kept.append(ReportFile("pt", name.rpartition(".")[2], name, len(content), "ab"))
    report = MadeReport("c" * 32, "weekly", "42", NOW.date() - timedelta(days=8), NOW.date(), tuple(kept), NOW)
    PostgresReports(database.owner).keep(report, an_alert(), [])
    browser = people.logged_in("viewer", accounts=["42"])
    form = {"data": {"csrf": browser.headers["x-csrf-token"], "language": "pt"}, "headers": BROWSER}
    answer = browser.send("POST", f"/reports/{'c' * 32}/links", **form)
    url = answer.text.partition('readonly value="')[2].partition('"')[0]
    stranger = Client(people.app, is_opened=False)
    assert "Feito" in stranger.get(url.removeprefix("http://127.0.0.1")).text
    listed = browser.get("/reports").text
    assert url.split("/")[4] not in listed and "/reports/links/" in listed
    link_id = listed.partition("/reports/links/")[2][:16]
    assert browser.send("POST", f"/reports/links/{link_id}", **form).status_code == 303
    assert stranger.get(url.removeprefix("http://127.0.0.1")).status_code == 404
    made_here = browser.send(
        "POST", "/reports", data={**form["data"], "kind": "weekly", "account": "42", "format": "link"}, headers=BROWSER
    )
    assert made_here.text.count("readonly value=") == 1


def test_a_link_is_opened_so_often_a_minute_and_no_more(people):
    link, stranger = shared_by(people.with_key("viewer", accounts=["42"])), Client(people.app, is_opened=False)
    found = [stranger.send("HEAD", path_of(link), headers=BROWSER).status_code for _ in range(61)]
    assert (found[0], found[-1]) == (200, 429)
    answer = stranger.send("GET", path_of(link), headers=BROWSER)
    assert answer.status_code == 429 and path_of(link).split("/")[2] not in answer.text
