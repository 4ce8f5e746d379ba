"""A sidecar over a migrated database with a few campaigns in stand-in marts."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import sqlalchemy as sa
import uvicorn

from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.processes import free_port
from fbads_pipeline.api.app import create_app
from fbads_pipeline.api.authentication import LOCAL_COOKIE
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.settings import load_settings

HOSTILE = '=HYPERLINK("http://x","y") <script>alert(1)</script> <!channel> \u202e {{7*7}} %s%n \U0001f680 \'q\' "q"'
METRIC_COLUMNS = ", ".join(f"{name} {metric.data_type}" for name, metric in METRICS.items())
MARTS = f"""
create schema if not exists intermediate;
create table intermediate.publications (version bigint primary key, published_at timestamptz);
insert into intermediate.publications values (7, '2026-11-10T12:00:00Z');
create table marts.accounts (account_id text primary key, name text, currency text, timezone_name text, status text,
    goal_family text, has_several_goals boolean not null default false);
insert into marts.accounts values ('42', 'Loja', 'BRL', 'America/Sao_Paulo', 'ACTIVE', 'purchase');
create table marts.campaigns (campaign_id text, account_id text, name text, status text, effective_status text,
    objective text, currency text, timezone_name text, daily_budget numeric, lifetime_budget numeric,
    created_at timestamptz, updated_at timestamptz, collected_at timestamptz,
    goal_family text not null default 'purchase');
insert into marts.campaigns select n::text, '42', 'Campanha ' || n, 'ACTIVE', case when n % 3 = 0 then 'PAUSED' else
    'ACTIVE' end, 'OUTCOME_SALES', 'BRL', 'America/Sao_Paulo', 10.50, null, now(), now(), now()
    from generate_series(101, 109) n;
update marts.campaigns set campaign_id = '9007199254740993', name = :hostile where campaign_id = '109';
create table marts.campaign_daily (account_id text, campaign_id text, day date, currency text, {METRIC_COLUMNS},
    final_on date, is_provisional boolean, collected_at timestamptz, conversion_goal text default 'purchase');
create table marts.day_coverage (account_id text, level text, day date, state text, is_read boolean,
    read_at timestamptz, attempted_at timestamptz);
insert into marts.day_coverage select account, level, day::date, 'read', true, now(), now()
    from unnest(array['42', '43']) account, unnest(array['account', 'campaign', 'adset', 'ad']) level,
    generate_series(date '2026-08-01', date '2026-11-10', interval '1 day') day;
insert into marts.campaign_daily (account_id, campaign_id, day, currency, impressions, reach, frequency, clicks,
    link_clicks, spend, purchases, purchase_value, leads, conversions, conversion_value, ctr, cpc, cpm, cpa, roas,
    final_on, is_provisional, collected_at) select '42', '101', day::date, 'BRL', 1000, null, null, 25, 20,
    12345678901234.10, 3, 99.9, 0, 3, 99.9, 0.025, 0.4, 10, 3.333333333333333333, 9.99, day::date + 28, true, now()
    from generate_series(date '2026-11-01', date '2026-11-09', '1 day') day;
insert into raw.accounts (account_id, name, currency, timezone_name, collected_at) values
    ('42', 'Loja', 'BRL', 'America/Sao_Paulo', now()), ('43', 'Shop', 'USD', 'UTC', now());
insert into ops.suggestions (suggestion_id, account_id, campaign_id, kind, confidence, rules, reason,
    evidence, day, marts_version, created_at, updated_at, expires_at)
    select 's' || n, '42', n::text, 'PAUSE', 'low', '{{ctr_below}}',
    jsonb_build_object('kind', 'legacy', 'texts', jsonb_build_object('pt', cast(:hostile as text), 'en', 'x')),
    '{{"ctr": "0.004"}}', '2026-11-09',
    7, timestamptz '2026-11-10' + n * interval '1 second', now(), now() from generate_series(101, 105) n;
"""


@pytest.fixture
def database(migrated_url, migrated_engine, tmp_path):
    with migrated_engine.begin() as connection:
        connection.execute(sa.text(MARTS), {"hostile": HOSTILE})
    opened = Database(migrated_url, tmp_path)
    ensure_role(opened.owner, opened.analyst_password_file)
    yield opened
    opened.close()


@pytest.fixture
def app(database, monkeypatch):
    monkeypatch.setenv("FBADS_NOW", "2026-11-10T12:00:00-03:00")
    return create_app(load_settings(), database)


class Client:
    """Requests to the application, without a socket. headers: sent with each; cookies: kept between them.

    is_opened: whether the address that the program prints was opened, which counts as long as nobody has a login.
    """

    def __init__(self, app, *, is_opened=True, **headers):
        self._app, self.headers, self.cookies = app, headers, httpx.Cookies()
        self._opened = {LOCAL_COOKIE: app.state.local_secret} if is_opened else {}

    def get(self, path, method="GET", **params):
        return self.send(method, path, params=params or None)

    def post(self, path, body=None, method="POST", **headers):
        return self.send(method, path, json=body, headers=headers)

    def send(self, method, path, *, headers=None, **request):
        async def ask():
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            given = {**self.headers, **(headers or {})}
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1", cookies=self.cookies, headers=given
            ) as client:
                client.cookies.update(self._opened)
                answer = await client.request(method, path, **request)
                self.cookies = client.cookies
                for name in self._opened:
                    self.cookies.delete(name)
                return answer

        return asyncio.run(ask())


@pytest.fixture
def client(app):
    return Client(app)


@contextmanager
def served(app) -> Iterator[str]:
    """The application behind a real socket; its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def address(app):
    with served(app) as url:
        yield url
