"""Two sidecars on one database and one Redis: nobody notices which of them answers, nor that Redis is away."""

import pytest
import sqlalchemy as sa
import structlog

from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.app import create_app
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.people import PASSWORD, People
from fbads_pipeline_tests.support.redis_server import needs_redis

pytestmark = needs_redis
KEPT = ("/", *(f"/campaigns?level={one}" for one in ("campaign", "adset", "ad")), "/budgets", "/benchmark")


@pytest.fixture
def sidecars(home_copy, tmp_path, redis_server):
    """Two applications, each with a database connection of its own, and those databases."""
    settings = {"redis_url": redis_server.url, "encryption_keys": "A" * 43 + "="}
    databases = [Database(home_copy, tmp_path, fixed_now="2026-11-27T10:05:00+00:00") for _ in range(2)]
    ensure_role(databases[0].owner, databases[0].analyst_password_file)
    fixed = load_settings(**settings, now="2026-11-27T10:05:00+00:00")
    yield [create_app(fixed, one) for one in databases], databases
    for one in databases:
        one.close()


def moved(client, app):
    """The same browser, whose next request another sidecar answers."""
    other = Client(app)
    other.headers, other.cookies = client.headers, client.cookies
    return other


def test_pages_that_one_has_read_are_shown_by_the_other_without_reading_and_are_read_anew_after_a_write(sidecars):
    (one, other), databases = sidecars
    people = People(one, databases[0])
    first = people.logged_in("viewer")
    second = moved(first, other)
    with structlog.testing.capture_logs() as logged:
        shown = {path: first.get(path).text for path in KEPT}
        asked = []
        sa.event.listen(databases[1].owner, "before_cursor_execute", lambda *given: asked.append(given[2]))
        assert {path: second.get(path).text for path in KEPT} == shown
    assert not [entry for entry in logged if entry["event"] == "an answer cannot be shared"]
    assert not [statement for statement in asked if "_daily" in statement and "select sum" in statement.lower()]
    with databases[0].owner.begin() as connection:
        connection.execute(sa.text("update raw.campaigns set name = 'Renamed since'"))
    assert "Renamed since" in second.get("/campaigns?level=campaign&state=all").text


def test_a_login_counts_everywhere_and_so_does_its_end_with_and_without_redis(sidecars, redis_server):
    (one, other), databases = sidecars
    people = People(one, databases[0])
    first = people.logged_in("viewer")
    second = moved(first, other)
    tags = [client.get("/api/v1/campaigns").headers["etag"] for client in (first, second)]
    assert tags[0] == tags[1]
    assert second.send("GET", "/api/v1/campaigns", headers={"if-none-match": tags[0]}).status_code == 304
    redis_server.kill()
    for client in (first, second):
        assert [client.get(path).status_code for path in KEPT] == [200] * len(KEPT)
        assert client.send("GET", "/api/v1/campaigns", headers={"if-none-match": tags[0]}).status_code == 304
    assert first.post("/api/v1/auth/logout", {}).status_code < 300
    assert second.get("/api/v1/campaigns").status_code == 401
    redis_server.start()
    assert second.get("/api/v1/campaigns").status_code == 401


def test_tries_of_a_login_are_counted_by_both_together(sidecars):
    apps, databases = sidecars
    user = People(apps[0], databases[0]).add("viewer")
    wrong = {"email": user.email, "password": PASSWORD + "!"}
    statuses = [Client(apps[n % 2]).post("/api/v1/auth/login", wrong).status_code for n in range(11)]
    assert statuses == [401] * 10 + [429]
