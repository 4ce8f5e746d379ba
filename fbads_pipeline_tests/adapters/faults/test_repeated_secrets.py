"""Every server outside repeats a secret in its errors; no sink shows it: both databases, Dagster's events, what runs
printed, logs, answers of the sidecar, files of the home."""

import json
import logging
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.calendar.google import GoogleCalendar
from fbads_pipeline.adapters.identity.oidc import OpenIdProvider
from fbads_pipeline.adapters.links.landing_pages import LandingPages
from fbads_pipeline.adapters.llm.planner import ChatModelPlanner
from fbads_pipeline.adapters.logs import set_up_logs
from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.creatives.pictures import PictureFetcher
from fbads_pipeline.adapters.meta_ads.transport import GraphAccess, Transport
from fbads_pipeline.adapters.postgres.alerts.outbox import PostgresOutbox
from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.server.database import DAGSTER_DATABASE_URL, Database
from fbads_pipeline.api.app import create_app
from fbads_pipeline.bootstrap.alerts import channels
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.core import redaction
from fbads_pipeline.domain.delivery.links import judge
from fbads_pipeline.services.alerts.dispatch_alerts import dispatch_alerts
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.cli.test_secrets import rows_of
from fbads_pipeline_tests.support.asking import context
from fbads_pipeline_tests.support.calendar_server import google_server
from fbads_pipeline_tests.support.dagster_instance import stored_instance
from fbads_pipeline_tests.support.fakes import an_alert
from fbads_pipeline_tests.support.mail_server import certificates, mail_server
from fbads_pipeline_tests.support.stub_server import reply, stub_server

# One that the process knows by its settings, and one that nobody here knows, of a shape that is known.
KNOWN, SHAPED = "canary-Q7x-of-every-setting", "EAAcanaryOfSomebodyElse0042"
SAID = f"refused: {KNOWN} (access_token={SHAPED}, Bearer {KNOWN})"
BODY = {
    "error": {"message": SAID, "code": 190, "type": "OAuthException", "error_data": {"details": SAID}, "trace": KNOWN},
    "description": SAID,
    "error_description": SAID,
    "detail": SAID,
}
DAYS = (date(2026, 10, 1), date(2026, 12, 31))
NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)
ADDRESSES = {"email": "ana@agencia.example", "whatsapp": "+5511999999999", "n8n": "n8n"}
QUESTION = "campeonato de ROAS da campanha X ontem"


def say_no(handler):
    """As each of them does: Slack within a 200, a proxy with a page, the others with a status."""
    if handler.path.endswith("chat.postMessage"):
        return reply(200, {"ok": False, "error": SAID})(handler)
    if "/behind-a-proxy/" in handler.path:
        return reply(407, f"<html><title>407</title><p>{SAID}</p></html>", {"Proxy-Authenticate": f"Basic {KNOWN}"})(
            handler
        )
    return reply(400, BODY)(handler)


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A server that says no to everything and repeats the secrets, the same for mail, and a calendar's."""
    keys = certificates(tmp_path_factory.mktemp("keys"))
    with stub_server() as refusing, mail_server(keys) as box, google_server() as google:
        box.answers["RCPT"] = f"550 {SAID}"
        yield refusing, box, google, keys


@pytest.fixture
def home(outside, migrated_url, database_url, tmp_path, monkeypatch):
    """A home whose every channel and source is that server, every secret the one that it repeats."""
    refusing, box, google, keys = outside
    told = dict.fromkeys(("SLACK_TOKEN", "SMTP_PASSWORD", "WHATSAPP_TOKEN", "TELEGRAM_TOKEN", "N8N_SECRET"), KNOWN)
    told |= dict.fromkeys(("ACCESS_TOKEN", "APP_SECRET", "LLM_API_KEY", "OIDC_CLIENT_SECRET"), KNOWN)
    told |= dict.fromkeys(("SLACK_API_URL", "WHATSAPP_API_URL", "TELEGRAM_API_URL", "TEAMS_WEBHOOK_URL"), refusing.url)
    told |= dict.fromkeys(("GOOGLE_CHAT_WEBHOOK_URL", "N8N_WEBHOOK_URL", "OIDC_ISSUER"), refusing.url)
    told |= {"SLACK_CHANNEL": "C1", "WHATSAPP_PHONE_NUMBER_ID": "1", "TELEGRAM_CHAT": "1", "OIDC_CLIENT_ID": "fbads"}
    told |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(box.port), "SMTP_FROM": "a@x.example"}
    told |= {"SMTP_CA": str(keys / "ca.pem"), "HOME": str(tmp_path), "PUBLIC_URL": "http://127.0.0.1:1"}
    for name, value in told.items():
        monkeypatch.setenv(f"FBADS_{name}", value)
    monkeypatch.setenv(DAGSTER_DATABASE_URL, database_url)
    monkeypatch.setattr(redaction, "_known", frozenset())
    refusing.answers.clear()
    database = Database(migrated_url, tmp_path)
    database.prepare()
    yield load_settings(), database, refusing, google
    database.close()


def definitions(settings, database, refusing, google):
    """The assets that send messages, and one asset per source that fails with what the source said."""
    key = json.dumps({**json.loads(google.credentials()), "token_uri": refusing.url})
    meta = GraphAds(Transport(GraphAccess(refusing.url.rstrip("/"), "v25.0", KNOWN)))
    proxy = GraphAds(Transport(GraphAccess(f"{refusing.url}behind-a-proxy", "v25.0", KNOWN, backoff_seconds=0.01)))
    failing = {
        "graph": lambda: meta.accounts(),
        "proxy": lambda: proxy.accounts(),
        "login": lambda: OpenIdProvider(refusing.url, "c", KNOWN, "http://127.0.0.1/back").begin("/"),
        "calendar_key": lambda: GoogleCalendar("team@x", key, api_url=google.url).read(None, *DAYS),
        "calendar": lambda: GoogleCalendar("team@x", google.credentials(), api_url=refusing.url).read(None, *DAYS),
        "picture": lambda: PictureFetcher(refusing.url).fetch(f"{refusing.url}x?access_token={SHAPED}"),
    }

    def asset_of(name, ask):
        @dg.asset(name=name)
        def asks(context: dg.AssetExecutionContext) -> None:
            logging.getLogger("a library").warning("%s was answered: %s", name, SAID)
            ask()

        return asks

    world = {"outbox": PostgresOutbox(database.owner), "channels": channels(settings)}
    return [asset_of(*one) for one in failing.items()], world


@pytest.fixture
def instance(home, tmp_path):
    """Dagster with its storage in a database of its own, and what runs print in the home."""
    with stored_instance(temp_dir=str(tmp_path)) as made:
        yield made


def ask_everything(home, instance):
    """Every channel, and every source in a run: the page of the login, and the steps that failed."""
    settings, database, refusing, google = home
    assets, world = definitions(settings, database, refusing, google)
    with database.owner.begin() as connection:
        recipients = [Recipient(name, ADDRESSES.get(name, "C1")) for name in world["channels"] if name != "dry_run"]
        write_alert(connection, an_alert(alert_id="a1"), recipients, NOW)
    dispatch_alerts(world["outbox"], world["channels"])
    link = judge(refusing.url, LandingPages(allowed=frozenset({"127.0.0.1"})).ask(f"{refusing.url}?x={KNOWN}"))
    model = ChatModelPlanner(f"{refusing.url}v1", "m", settings.llm_api_key, timeout_seconds=3)
    plan = model.plan(QUESTION, context(QUESTION))
    with database.owner.connect() as connection:
        told = connection.execute(sa.text("select count(*) from ops.deliveries where last_error is not null")).scalar()
    assert (plan, link.state, len(recipients), told) == (None, "down", 7, 7)
    run = dg.materialize(assets, instance=instance, raise_on_error=False)
    page = Client(create_app(settings, database)).get("/login/oidc").text
    return page, sorted(event.step_key for event in run.get_step_failure_events())


def sinks_of(home, tmp_path, capfd):
    """Sink → what it holds: what was printed, every file, every row of both databases."""
    _, database, *_ = home
    printed = capfd.readouterr()
    sinks = {"stdout": printed.out.encode(), "stderr": printed.err.encode()}
    sinks |= {str(path): path.read_bytes() for path in Path(tmp_path).rglob("*") if path.is_file()}
    of_dagster = rows_of(sa.make_url(os.environ[DAGSTER_DATABASE_URL]))
    return sinks | rows_of(sa.make_url(database.url)) | {f"dagster: {name}": rows for name, rows in of_dagster.items()}


def showing(sinks):
    return sorted(name for name, text in sinks.items() if KNOWN.encode() in text or SHAPED.encode() in text)


def test_what_servers_repeat_is_in_no_sink_and_without_the_redaction_it_is(
    home, instance, tmp_path, capfd, monkeypatch
):
    set_up_logs()
    _, _, refusing, google = home
    refusing.answers[:] = [say_no] * 100
    google.refuses = [(403, json.dumps({"error": {"message": SAID, "errors": [{"reason": SAID}]}}))] * 4
    page, failed = ask_everything(home, instance)
    assert failed == ["calendar", "calendar_key", "graph", "login", "picture", "proxy"]
    sinks = sinks_of(home, tmp_path, capfd) | {"page": page.encode()}
    for name in ("dagster: public.event_logs", "stderr", "page", "ops.deliveries"):
        assert sinks[name], f"{name} is among what is searched"
    assert [name for name in sinks if name.endswith(".err")], "what runs printed is among what is searched"
    assert showing(sinks) == []

    monkeypatch.setattr(redaction, "_SHAPES", ())
    monkeypatch.setattr(redaction, "_pattern", lambda known: re.compile("(?!)"))
    dg.materialize(definitions(*home)[0], instance=instance, raise_on_error=False)
    shown = showing(sinks_of(home, tmp_path, capfd))
    assert {"dagster: public.event_logs", "stderr"} <= set(shown) and [one for one in shown if one.endswith(".err")]
