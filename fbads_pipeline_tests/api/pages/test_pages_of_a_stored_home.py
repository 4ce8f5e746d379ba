"""Every page over real rows: what the collector, the models, the detectors and the review really wrote.

The other tests of pages say only what they need of a row; here nothing is made up.
"""

import re

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.app import create_app
from fbads_pipeline.api.pages.rendering import NAVIGATION
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client

SCORED = """
insert into analysis.adset_scores (account_id, adset_id, campaign_id, day, total, low, high, conversions, currency,
    marts_version)
select account_id, adset_id, campaign_id, date '2026-11-26', 42.9, 26.7, 59.1, 12, currency, 1
from marts.adsets on conflict do nothing
"""
# What a figure of an unknown kind, or a missing one, leaves in a text of a page.
UNWRITTEN = re.compile(r">[^<>]*\b(?:None|nan|NaN|Decimal\(|Infinity)\b[^<>]*<")
NOW = "2026-11-27T15:00:00+00:00"


@pytest.fixture
def home(home_copy, tmp_path, monkeypatch):
    """The home without its user, so that whoever is at this machine sees everything, before its suggestions expire."""
    monkeypatch.setenv("FBADS_NOW", NOW)
    database = Database(home_copy, tmp_path, fixed_now=NOW)
    with database.owner.begin() as connection:
        connection.execute(sa.text("delete from ops.users"))
        connection.execute(sa.text(SCORED))
    ensure_role(database.owner, database.analyst_password_file)
    yield database
    database.close()


@pytest.mark.parametrize("language", ["pt", "en"])
def test_every_page_shows_what_is_stored(home, language):
    visitor = Client(create_app(load_settings(), home))
    visitor.cookies.set("fbads_language", language)
    statuses = ("PENDING", "ACCEPTED", "REJECTED", "APPLIED", "FAILED", "EXPIRED")
    with home.owner.connect() as connection:
        campaigns = connection.execute(sa.text("select campaign_id from marts.campaigns")).scalars().all()
        accounts = connection.execute(sa.text("select account_id from marts.accounts")).scalars().all()
    paths = [
        *(f"/?account={one}" for one in accounts),
        *(f"/suggestions?status={one}" for one in statuses),
        *(f"/campaigns/{one}" for one in campaigns),
        *(f"/campaigns/{one}/{edge}" for one in campaigns[:4] for edge in ("ads", "hours")),
        *(path for group in NAVIGATION.values() for path in group),
    ]
    assert len(campaigns) == 16
    answers = {path: visitor.get(path) for path in paths}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200} == {}
    written = {path: UNWRITTEN.findall(re.sub(r"<script.*?</script>", "", one.text)) for path, one in answers.items()}
    assert {path: found for path, found in written.items() if found} == {}
    assert 'value="accept"' in answers["/suggestions?status=PENDING"].text
