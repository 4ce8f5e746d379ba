"""A home of schema 0014, with data of every kind, is upgraded in place: nothing is lost, and old texts stay readable.

`home_0014.sql.gz` is a plain dump of such a home (pg_dump --no-owner --no-acl): twelve days of four sandbox accounts,
reviewed, with anomalies, suggestions, messages, incidents, a user, a conversation and a mute.
"""

import gzip
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.core.messages import from_json
from fbads_pipeline_tests.support.postgres_fixture import fresh_database

DUMP = Path(__file__).with_name("home_0014.sql.gz")
RENAMED = {"ops.troubles": "ops.incidents", "ops.reading_habits": "ops.request_strategies"}
GONE = {"intermediate.standing_views", "public.schema_version"}
_COPY = re.compile(r"^COPY .* FROM stdin;\n", re.MULTILINE)


def restore(url: str) -> None:
    """Run the dump: statements between blocks of COPY, and those blocks."""
    text = gzip.decompress(DUMP.read_bytes()).decode()
    connection = psycopg2.connect(url.replace("+psycopg2", "", 1))
    try:
        with connection.cursor() as cursor:
            at = 0
            for block in _COPY.finditer(text):
                _execute(cursor, text[at : block.start()])
                at = text.index("\\.\n", block.end())
                cursor.copy_expert(block.group().rstrip().rstrip(";"), StringIO(text[block.end() : at]))
                at += len("\\.\n")
            _execute(cursor, text[at:])
        connection.commit()
    finally:
        connection.close()


def _execute(cursor: Any, statements: str) -> None:
    if any(line.strip() and not line.startswith("--") for line in statements.splitlines()):
        cursor.execute(statements)


class Home:
    def __init__(self, made: sa.Engine) -> None:
        self.engine = made

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(sql)).mappings()]

    def counts(self) -> dict[str, int]:
        tables = self.rows(
            "select table_schema || '.' || table_name as name from information_schema.tables"
            " where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')"
        )
        return {one["name"]: self.rows(f"select count(*) as n from {one['name']}")[0]["n"] for one in tables}


@pytest.fixture(scope="module")
def homes(postgres: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Home]]:
    """The home as it was, and the same home upgraded and modelled."""
    with fresh_database(postgres) as before_url, fresh_database(postgres) as after_url:
        for url in (before_url, after_url):
            restore(url)
        before, after = (engine(url, application_name="fbads tests") for url in (before_url, after_url))
        assert migrate.revision(after) == "0014"
        migrate.upgrade(after)
        ensure_role(after, tmp_path_factory.mktemp("home") / "analyst.password")
        yield Home(before), Home(after)
        before.dispose()
        after.dispose()


def rendered(stored: Any, language: str) -> str:
    return translator().render(from_json(stored), language)


def test_no_row_of_any_table_is_lost(homes):
    before, after = homes
    expected = {RENAMED.get(name, name): n for name, n in before.counts().items() if name not in GONE}
    found = after.counts()
    assert {name: found.get(name) for name in expected} == expected


def test_messages_that_were_written_before_read_as_they_did_in_both_languages(homes):
    before, after = homes
    old = {
        one["alert_id"]: one for one in before.rows("select alert_id, title, body, title_en, body_en from ops.alerts")
    }
    new = after.rows("select alert_id, title, body from ops.alerts")
    assert old and {one["alert_id"] for one in new} == set(old)
    for one in new:
        was = old[one["alert_id"]]
        assert (rendered(one["title"], "pt"), rendered(one["body"], "pt")) == (was["title"], was["body"])
        assert (rendered(one["title"], "en"), rendered(one["body"], "en")) == (was["title_en"], was["body_en"])


def test_what_was_sent_keeps_the_text_that_was_sent(homes):
    before, after = homes
    sent = before.rows(
        "select delivery_id, case language when 'en' then title_en else title end as title,"
        " case language when 'en' then body_en else body end as body"
        " from ops.deliveries join ops.alerts using (alert_id) where state = 'sent' order by delivery_id"
    )
    assert sent
    assert (
        after.rows("select delivery_id, title, body from ops.deliveries where state = 'sent' order by delivery_id")
        == sent
    )


def test_anomalies_keep_their_texts_their_instants_and_their_alert(homes):
    before, after = homes
    old = before.rows("select * from analysis.anomalies order by anomaly_id")
    new = after.rows("select * from analysis.anomalies order by anomaly_id")
    assert len(old) == len(new) == 2
    for was, one in zip(old, new, strict=True):
        assert one["detected_at"] == was["said_at"]
        assert one["announced_alert_id"] == was["told_alert_id"]
        for language in ("pt", "en"):
            assert rendered(one["message"], language) == was[f"message_{language}"]
            if was[f"recovery_{language}"] is not None:
                assert rendered(one["recovery"], language) == was[f"recovery_{language}"]


def test_incidents_keep_their_state_under_their_new_name(homes):
    before, after = homes
    columns = "kind, entity, account_id, reason, since, opened_at, resolved_at, resolution"
    old = before.rows(f"select trouble_id as id, told_alert_id as alert, {columns} from ops.troubles order by 1")
    new = after.rows(f"select incident_id as id, announced_alert_id as alert, {columns} from ops.incidents order by 1")
    assert old == new and len(new) == 2


def test_the_marts_are_the_same_after_the_models_of_today(homes):
    before, after = homes
    outcome = Dbt(after.engine.url.render_as_string(hide_password=False)).build()
    assert outcome.succeeded, outcome.error
    for mart in ("account_daily", "campaign_daily", "adset_daily", "ad_daily", "campaign_history", "campaigns"):
        key = "1, 2, 3" if mart.endswith("_daily") else "1, 2"
        was = before.rows(f"select * from marts.{mart} order by {key}")
        names = ", ".join(was[0])
        assert after.rows(f"select {names} from marts.{mart} order by {key}") == was, mart
