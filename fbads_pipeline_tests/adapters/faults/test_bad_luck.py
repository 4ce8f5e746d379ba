"""Kills, clocks, memory and descriptors as bad luck would have them: everything ends, and what was known is kept."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from chaos.collecting import BEGIN
from chaos.collector import CONTEXT, CollectorRun, collect, finish
from chaos.damage import Damage, check_end
from fbads_pipeline.adapters.postgres.identity.audit import PostgresAudit
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.adapters.postgres.server.engine import DatabaseUnfit, engine, ensure_database
from fbads_pipeline.adapters.translation.chat_lexicon import vocabulary
from fbads_pipeline.domain.chat.periods.dates import DateContext
from fbads_pipeline.domain.chat.periods.phrases import find_periods
from fbads_pipeline.domain.chat.periods.resolution import a_year_before, resolve
from fbads_pipeline.domain.core.days import DayRange, last_months
from fbads_pipeline.domain.core.formatting import fold
from fbads_pipeline.domain.reports.report import month_before, period_of
from fbads_pipeline_tests.adapters.faults import conftest
from fbads_pipeline_tests.adapters.faults.conftest import NOW, Collector
from fbads_pipeline_tests.api.test_http_server import WHOLE, answer, serving

LEAP_DAY = date(2028, 2, 29)
# A migration that stops half way, until it is killed.
MIGRATES = """
import sys, sqlalchemy as sa
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.engine import engine, ensure_database
made, count = engine(sys.argv[1], application_name="migration"), 0
@sa.event.listens_for(made, "after_cursor_execute")
def stop_half_way(connection, cursor, statement, *rest):
    global count
    count += 1
    if count == 60:
        print("half way", flush=True)
        cursor.execute("select pg_sleep(120)")
migrate.upgrade(made)
"""
# Everybody logs in at once, with a gigabyte for the whole program.
LOGS_IN = """
import resource, sys
resource.setrlimit(resource.RLIMIT_DATA, (2**30, 2**30))
from concurrent.futures import ThreadPoolExecutor
from fbads_pipeline.adapters.identity.passwords import HashingBusy, hash_password, is_password
stored = hash_password("canary-horse-battery-42")
def guess(number):
    try:
        return is_password("canary-horse-battery-42" if number % 2 else "wrong", stored)
    except HashingBusy:
        return "busy"
with ThreadPoolExecutor(98) as pool:
    said = list(pool.map(guess, range(98)))
assert {one for one in said if one != "busy"} <= {True, False} and said.count("busy") < 98, said
# Not getrusage: its highest holds what the process was before it became this program.
print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:")) // 1024)
"""


def test_a_migration_that_is_killed_half_way_leaves_nothing_and_the_next_one_ends(database_url):
    killed = subprocess.Popen([sys.executable, "-c", MIGRATES, database_url], stdout=subprocess.PIPE)
    assert killed.stdout is not None and killed.stdout.readline() == b"half way\n"
    killed.kill()
    killed.wait(20)
    killed.stdout.close()
    made = engine(database_url, application_name="test")
    assert migrate.revision(made) is None, "half of a schema is no schema"
    reached = migrate.upgrade(made)
    assert migrate.revision(made) == reached and migrate.knows(reached)
    made.dispose()


def test_who_waits_in_vain_for_another_migration_says_so(migrated_engine, monkeypatch):
    monkeypatch.setattr(migrate, "LONGEST_WAIT", "200ms")
    with migrated_engine.begin() as holder:
        holder.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": migrate._LOCK})
        with pytest.raises(DatabaseUnfit, match="another process has been migrating this database for 200ms: end it"):
            migrate.upgrade(migrated_engine)


def test_a_server_that_is_killed_in_mid_run_loses_nothing(calm, open_home):
    calm.set_now(BEGIN.isoformat())
    days = DayRange(BEGIN.date() - timedelta(days=6), BEGIN.date())
    with EmbeddedPostgres(open_home, durable=False) as server, ExitStack() as stack:
        ours, undisturbed = (stack.enter_context(_migrated(server, name)) for name in ("ours", "undisturbed"))
        runs = [
            CollectorRun(name, server.url(name), calm.url, calm.token, BEGIN.isoformat(), days)
            for name in ("undisturbed", "ours")
        ]
        finish(runs[0])
        collecting = CONTEXT.Process(target=collect, args=(runs[1],))
        collecting.start()
        _wait_for_a_reading(ours)
        postmaster = server._postmaster()
        assert postmaster is not None
        os.kill(postmaster, signal.SIGKILL)
        server.start()
        collecting.join(90)
        assert collecting.exitcode in (0, 1), "it goes on with the new server, or ends and says that it failed"
        finish(replace(runs[1], run_id="again"))
        damage = Damage()
        check_end(damage, ours, undisturbed)
        assert not damage, damage


@contextmanager
def _migrated(server: EmbeddedPostgres, name: str) -> Iterator[sa.Engine]:
    made = engine(ensure_database(server.url(), name), application_name="test")
    migrate.upgrade(made)
    yield made
    made.dispose()


def _wait_for_a_reading(database: sa.Engine) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with database.connect() as connection:
            if connection.execute(sa.text("select count(*) from raw.reading_runs")).scalar_one():
                return
        time.sleep(0.02)
    raise TimeoutError("the collector reads nothing")


def test_a_clock_that_goes_back_takes_nothing_away(collector: Collector, monkeypatch):
    collector.collect()
    before = collector.stored()
    for back in (timedelta(hours=1), timedelta(minutes=10)):
        earlier = (datetime.fromisoformat(NOW) - back).isoformat()
        monkeypatch.setattr(conftest, "NOW", earlier)
        assert {one.status for one in collector.collect().values()} == {"done"}
        assert collector.stored() == before, "the same answers, whatever the clock says"
    audit = PostgresAudit(collector.database)
    with collector.database.connect() as connection:
        newest = connection.execute(sa.text("select max(read_at) from raw.reading_runs")).scalar_one()
    assert newest == datetime.fromisoformat(NOW) and audit.verify()[1] is None


@pytest.mark.parametrize("day", [LEAP_DAY, date(2028, 3, 1), date(2028, 3, 31), date(2027, 2, 28), date(2024, 2, 29)])
def test_a_leap_day_is_a_day(day):
    """Nobody takes a year from it, or adds one, without asking whether that day is there."""
    assert month_before(day).last < day and (month_before(day).last + timedelta(days=1)).day == 1
    for kind in ("daily", "weekly", "executive"):
        period = period_of(kind, day)
        assert period.first <= period.last <= day, kind
    assert last_months(day, 12).until == day and last_months(day, 12).since < day
    for words in ("29/02/2028", "desde 29/02", "ontem", "mesmo período do ano passado", "no último trimestre"):
        context = DateContext(vocabulary(), "pt", day)
        for found in find_periods(fold(words), context):
            first, last = resolve(a_year_before(found.period, day), day)
            assert first <= last, words


def test_a_program_without_descriptors_answers_again_once_there_are_some():
    with serving() as port, ExitStack() as stack:
        client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        assert answer(client, WHOLE)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (_highest_descriptor() + 4, hard))
        try:
            held = _connections_until_none_is_left(port)
            time.sleep(0.2)  # the server fails to accept meanwhile
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for one in held:
            one.close()
        with httpx.Client(timeout=10) as again:
            assert again.post(f"http://127.0.0.1:{port}/", content=b"ok").status_code == 200


def test_ninety_eight_logins_at_once_fit_in_a_gigabyte():
    done = subprocess.run([sys.executable, "-c", LOGS_IN], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-800:]
    assert int(done.stdout) < 512, "MiB at its highest"


def _highest_descriptor() -> int:
    return max(int(one.name) for one in Path("/proc/self/fd").iterdir())


def _connections_until_none_is_left(port: int) -> list[socket.socket]:
    held: list[socket.socket] = []
    try:
        while len(held) < 200:
            held.append(socket.create_connection(("127.0.0.1", port), timeout=2))
    except OSError:
        return held
    raise AssertionError("the limit does not hold")
