"""`make n8n-check`: a real n8n imports the workflows, takes a signed alert once, and starts a collecting run.

Prints what was checked; ends with 1 at the first thing that is not so.
"""

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from checks.n8n.instance import Instance, N8nFailed, fetch
from fbads_pipeline.adapters.channels.n8n import WebhookChannel
from fbads_pipeline.adapters.postgres.alerts.outbox import PostgresOutbox
from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.collection.collect_requests import PostgresCollectRequests
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.adapters.processes import free_port
from fbads_pipeline.api.app import create_app
from fbads_pipeline.domain.alerts.alerts import Alert, AlertText, alert_of
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.services.alerts.dispatch_alerts import dispatch_alerts
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import served
from fbads_pipeline_tests.support.postgres_fixture import fresh_database, postgres_server

SECRET = "whsec_" + "c2VjcmV0LW9mLXRoZS1jaGVjay0zMi1ieXRlcyEh"
WORKFLOWS = Path(__file__).parents[2] / "config" / "n8n" / "workflows"
FOLDER = Path(__file__).parents[2] / ".n8n"
COLLECTS = "fbads: collect now"
WITH_WEBHOOK = ("fbads: an alert to several places", "fbads: alerts that coincide with the calendar")
_PATIENCE = 90.0
_SUGGESTION = """
insert into ops.suggestions (suggestion_id, account_id, campaign_id, kind, confidence, rules, reason,
    evidence, day, marts_version, created_at, updated_at, expires_at)
values ('s1', '42', '101', 'PAUSE', 'low', '{ctr_below}', '"CTR is low"', '{}', current_date, 1, now(),
    now(), now() + interval '7 days')
"""
_EXECUTIONS = """
select execution.status from execution_entity as execution
join workflow_entity as workflow on workflow.id = execution."workflowId"
where workflow.name = :name and execution.finished is not null and execution."stoppedAt" is not null
order by execution.id
"""
_DATA = """
select data.data from execution_data as data
join execution_entity as execution on execution.id = data."executionId"
join workflow_entity as workflow on workflow.id = execution."workflowId"
where workflow.name = :name
order by execution.id
"""


class Warehouse:
    """PostgreSQL, the sidecar, and the outbox whose channel is n8n."""

    def __init__(self, database: Database, n8n: sa.Engine, address: str) -> None:
        self.owner, self.n8n, self.address = database.owner, n8n, address

    def send(self, alert: Alert, url: str) -> list[str]:
        """The alert through the outbox; how each attempt ended."""
        with self.owner.begin() as connection:
            write_alert(connection, alert, [Recipient("n8n", "n8n")], datetime.now(UTC))
        report = dispatch_alerts(PostgresOutbox(self.owner), {"n8n": WebhookChannel(url, SECRET)})
        return [one.attempt.outcome for one in report.attempts]

    def again(self) -> None:
        """As after a crash: the last message is due once more, as a repeat."""
        with self.owner.begin() as connection:
            connection.exec_driver_sql(
                "update ops.deliveries set state = 'unknown', next_attempt_at = now(), settled_at = null"
            )

    def registered(self, count: int) -> list[str]:
        """Paths that n8n listens on, once there are so many: it is ready before it has registered them."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            found = [row[0] for row in _rows(self.n8n, 'select "webhookPath" from webhook_entity')]
            if len(found) >= count or time.monotonic() > deadline:
                return found
            time.sleep(0.3)

    def executions(self, name: str, count: int) -> list[str]:
        """How the workflow's executions ended, once there are so many."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            with self.n8n.connect() as connection:
                found = list(connection.execute(sa.text(_EXECUTIONS), {"name": name}).scalars())
            if len(found) >= count or time.monotonic() > deadline:
                return found
            time.sleep(0.3)


def main() -> None:
    """Everything once."""
    try:
        fetch(FOLDER)
        with _warehouse() as (warehouse, make_instance):
            _check(warehouse, make_instance)
    except N8nFailed as failed:
        sys.exit(f"n8n-check: {failed}")


def _check(warehouse: Warehouse, make_instance: Callable[[], Instance]) -> None:
    instance = make_instance()
    instance.command("import:workflow", "--separate", f"--input={_with_seconds()}")
    known = {row.name: row.id for row in _rows(warehouse.n8n, "select id, name from workflow_entity")}
    _say("the four workflows are imported", len(known) == 4, known)
    for name in (*WITH_WEBHOOK, COLLECTS):
        instance.command("publish:workflow", f"--id={known[name]}")
    with instance:
        paths = warehouse.registered(2)
        _say("n8n listens where the two workflows want it to", len(paths) == 2, (paths, instance.said()))
        alert_url = f"{instance.url}/webhook/fbads-alert"
        _say("an alert is taken", warehouse.send(an_alert("first"), alert_url) == ["sent"], instance.said())
        ended = warehouse.executions(WITH_WEBHOOK[0], 1)
        _say("its workflow verified the signature and ran to the end", ended == ["success"], ended)
        warehouse.again()
        repeated = dispatch_alerts(PostgresOutbox(warehouse.owner), {"n8n": WebhookChannel(alert_url, SECRET)})
        outcomes = [one.attempt.outcome for one in repeated.attempts]
        _say("a repeat is taken too", outcomes == ["sent"], outcomes)
        _say("and ends at `First time`, with no words", _words(warehouse, 2) == [1, 0], _words(warehouse, 2))
        forged = httpx.post(alert_url, json={"data": {}}, headers=_forged(), trust_env=False, timeout=20)
        ended = warehouse.executions(WITH_WEBHOOK[0], 3)
        _say("a forged signature is refused in the workflow", ended[2:] == ["error"], (forged.status_code, ended))
        calendar = f"{instance.url}/webhook/fbads-calendar"
        facts = {"calendar": [{"title": "Black Friday", "from": "2026-11-27", "to": "2026-11-27"}]}
        outcomes = warehouse.send(an_alert("coincides", facts), calendar)
        ended = warehouse.executions(WITH_WEBHOOK[1], 1)
        _say("an alert with a day of the calendar runs through", (outcomes, ended) == (["sent"], ["success"]), ended)
        ended = warehouse.executions(COLLECTS, 2)
        _say("its schedule asks for collecting runs by itself", ended[:2] == ["success"] * 2, ended)
    requests = PostgresCollectRequests(warehouse.owner)
    _say("and the sensor finds them", requests.take() is not None, ended)
    while requests.take() is not None:
        pass
    instance.command("execute", f"--id={known[COLLECTS]}")
    taken = requests.take()
    _say("n8n asks for a collecting run when it is told to", taken is not None, taken)
    name = "fbads: suggestions that wait"
    instance.command("execute", f"--id={known[name]}")
    ended, (data, *_) = warehouse.executions(name, 1), _data(warehouse, name)
    is_read = ended == ["success"] and all(f'"{one}"' in data for one in ("s1", "ctr_below", "PAUSE"))
    _say("n8n reads the suggestion that waits", is_read, (ended, data[-400:]))


def _with_seconds() -> Path:
    """The workflows, of which the half-hourly one begins every five seconds."""
    folder = Path(tempfile.mkdtemp(prefix="fbads-workflows-"))
    for one in WORKFLOWS.iterdir():
        text = re.sub(r'"minutes",\s*"minutesInterval": 30', '"seconds", "secondsInterval": 5', one.read_text())
        (folder / one.name).write_text(text)
    return folder


def an_alert(name: str, facts: dict[str, Any] | None = None) -> Alert:
    """One alert of the check."""
    return alert_of(
        AlertText(f"{name} <script>{{{{ 7*7 }}}}", "corpo"),
        account_id="42",
        rule="anomalies",
        entity=name,
        severity="critical",
        window_start=datetime.now(UTC).date(),
        facts=facts or {},
    )


def _words(warehouse: Warehouse, count: int) -> list[int]:
    """Whether each execution of the alert's workflow came as far as `Words`."""
    warehouse.executions(WITH_WEBHOOK[0], count)
    return [int('"Words":' in text) for text in _data(warehouse, WITH_WEBHOOK[0])]


def _data(warehouse: Warehouse, name: str) -> list[str]:
    """What n8n keeps of each execution of that workflow."""
    with warehouse.n8n.connect() as connection:
        return list(connection.execute(sa.text(_DATA), {"name": name}).scalars())


def _forged() -> dict[str, str]:
    stamp = str(int(datetime.now(UTC).timestamp()))
    return {"webhook-id": "forged", "webhook-timestamp": stamp, "webhook-signature": "v1,Zm9yZ2Vk"}


def _rows(database: sa.Engine, query: str) -> list[Any]:
    with database.connect() as connection:
        return list(connection.execute(sa.text(query)))


def _say(what: str, is_so: bool, shown: object) -> None:
    """One line; ends everything where it is not so."""
    print(f"{'ok ' if is_so else 'NO '} {what}", flush=True)
    if not is_so:
        raise N8nFailed(f"{what}: it is not so ({str(shown)[:500]})")


@contextmanager
def _warehouse() -> Iterator[tuple[Warehouse, Callable[[], Instance]]]:
    with (
        tempfile.TemporaryDirectory(prefix="fbads-n8n-") as home,
        postgres_server() as server,
        fresh_database(server) as ours,
        fresh_database(server) as theirs,
    ):
        made = engine(ours, application_name="n8n check")
        migrate.upgrade(made)
        made.dispose()
        database = Database(ours, Path(home))
        ensure_role(database.owner, database.analyst_password_file)
        with database.owner.begin() as connection:
            connection.exec_driver_sql(_SUGGESTION)
        for name in [one for one in os.environ if one.startswith("FBADS_")]:
            del os.environ[name]
        n8n = engine(theirs, application_name="n8n check")
        with served(create_app(load_settings(n8n_secret=SECRET, home=home), database)) as address:
            port = free_port()
            settings = {"FBADS_N8N_SECRET": SECRET, "FBADS_URL": address}
            yield Warehouse(database, n8n, address), lambda: Instance(FOLDER, Path(home), theirs, port, settings)
        n8n.dispose()
        database.close()


if __name__ == "__main__":
    main()
