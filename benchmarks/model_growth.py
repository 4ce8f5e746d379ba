"""What a tick of the models costs as history grows: `python -m benchmarks.model_growth`.

The same account twice, with one month of history and with 37: 200 campaigns, 600 ad sets and 2,400 ads, rows only where
something was delivered. Both have the same last month, and the same two days change. Rows and buffers are PostgreSQL's
own counters of the tables; seconds are those of a process of its own, from launch to end, dbt's start included.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline_tests.support.postgres_fixture import fresh_database, postgres_server

LAST = date(2026, 11, 20)
CAMPAIGNS, ADSETS, ADS = 200, 600, 2400
# Share of the days, in percent, on which an object of the level delivers.
DELIVERING = {"campaign": 100, "adset": 100, "ad": 50}
ROWS_AND_BUFFERS_LIMIT, SECONDS_LIMIT, QUESTION_LIMIT_MS = 1.15, 15.0, 100.0

OBJECTS = f"""
insert into raw.accounts (account_id, name, currency, timezone_name, account_status, collected_at)
values ('1', 'Loja', 'BRL', 'America/Sao_Paulo', 1, '2026-11-20T12:00Z');
insert into raw.campaigns (campaign_id, account_id, name, status, effective_status, daily_budget_minor, collected_at)
select 'c' || n, '1', 'Campaign ' || n, 'ACTIVE', 'ACTIVE', 10000, '2026-11-20T12:00Z'
from generate_series(1, {CAMPAIGNS}) as n;
insert into raw.adsets (adset_id, campaign_id, account_id, name, status, effective_status, collected_at)
select 's' || n, 'c' || 1 + n % {CAMPAIGNS}, '1', 'Set ' || n, 'ACTIVE', 'ACTIVE', '2026-11-20T12:00Z'
from generate_series(1, {ADSETS}) as n;
insert into raw.ads (ad_id, adset_id, campaign_id, account_id, name, status, effective_status, collected_at)
select 'a' || n, 's' || 1 + n % {ADSETS}, 'c' || 1 + n % {CAMPAIGNS}, '1', 'Ad ' || n, 'ACTIVE', 'ACTIVE',
    '2026-11-20T12:00Z'
from generate_series(1, {ADS}) as n;
"""
_TYPES = (
    *("link_click", "landing_page_view", "post_engagement", "video_view", "omni_purchase", "purchase"),
    *("offsite_conversion.fb_pixel_purchase", "lead", "omni_add_to_cart"),
)
_COUNTS = ", ".join(
    f"""'{{"action_type": "{name}", "value": "' || 1 + h % {7 + at} || '"}}'""" for at, name in enumerate(_TYPES)
)
FACTS = f"""
insert into raw.insights (account_id, level, breakdown, day, object_id, breakdown_value, campaign_id, adset_id, ad_id,
    currency, impressions, reach, frequency, clicks, inline_link_clicks, spend, actions, action_values, collected_at)
select '1', :level, '', day::date, object_id, '', campaign_id, adset_id, ad_id,
    'BRL', 1000 + h % 9000, 700, 1.43, 10 + h % 90, 8 + h % 80, (h % 10000) / 100.0,
    ('[' || concat_ws(',', {_COUNTS}) || ']')::jsonb,
    ('[{{"action_type": "omni_purchase", "value": "' || h % 900 || '.5"}}]')::jsonb, '2026-11-20T12:00Z'
from generate_series(cast(:since as date), cast(:until as date), interval '1 day') as day
cross join (OBJECTS_OF_LEVEL) as objects (object_id, campaign_id, adset_id, ad_id)
cross join lateral (select abs(hashtext(object_id || day::date::text)) as h) as hashed
where h % 100 < :delivering
order by 4, 5
"""
OBJECTS_OF_LEVEL = {
    "account": "values ('1', null::text, null::text, null::text)",
    "campaign": "select campaign_id, campaign_id, null::text, null::text from raw.campaigns",
    "adset": "select adset_id, campaign_id, adset_id, null::text from raw.adsets",
    "ad": "select ad_id, campaign_id, adset_id, ad_id from raw.ads",
}
MEMORY = """
insert into raw.insight_readings (account_id, level, breakdown, day, object_id, breakdown_value, read_at, campaign_id,
    currency, impressions, clicks, inline_link_clicks, spend, actions, action_values)
select account_id, level, breakdown, day, object_id, breakdown_value,
    day + age * interval '1 day' + interval '20 hours', campaign_id,
    currency, impressions, clicks, inline_link_clicks, spend, actions, action_values
from raw.insights cross join unnest(array[0, 28]) as age
where level in ('account', 'campaign');
insert into raw.reading_runs (account_id, level, breakdown, day, read_at, run_id, ok)
select '1', level, '', day::date, day + age * interval '1 day' + interval '20 hours', 'r', true
from generate_series(cast(:since as date), cast(:until as date), interval '1 day') as day
cross join unnest(array['account', 'campaign', 'adset', 'ad']) as level cross join generate_series(0, 28) as age;
insert into raw.changed_days (account_id, day)
select '1', day::date - back
from generate_series(cast(:since as date), cast(:until as date), interval '1 day') as day
cross join generate_series(1, 48) as tick cross join generate_series(0, 1) as back
"""
CHANGE = """
update raw.insights set spend = spend + 1, collected_at = '2026-11-20T13:00Z' where day >= :since;
insert into raw.changed_days (account_id, day) values ('1', :until), ('1', :since)
"""
TOUCHED = """
select
    sum(seq_tup_read + coalesce(idx_tup_fetch, 0) + n_tup_ins + n_tup_upd + n_tup_del)::bigint as rows,
    sum(heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit, 0) + coalesce(idx_blks_read, 0)
        + coalesce(toast_blks_hit, 0) + coalesce(toast_blks_read, 0))::bigint as buffers
from pg_stat_user_tables join pg_statio_user_tables using (relid)
"""
QUESTION = """
explain (analyze, format json)
select campaign_id, sum(spend), sum(spend) / nullif(sum(conversions), 0) as cpa,
    sum(purchase_value) / nullif(sum(spend), 0) as roas
from marts.campaign_daily where day > :until - 90 group by campaign_id
"""
TICK = "import sys; from fbads_pipeline.adapters.dbt.runner import Dbt;sys.exit(not Dbt(sys.argv[1]).build().succeeded)"


@dataclass(frozen=True)
class Cost:
    """Of one tick: rows and buffers touched in the tables, seconds of its process; and of the analyst's question."""

    history_rows: int
    rows: int
    buffers: int
    seconds: float
    question_ms: float


def main() -> int:
    """Print both sizes side by side; 1 where a limit is not held."""
    arguments = _arguments()
    with postgres_server() as server:
        costs = {}
        for months in (1, arguments.months):
            with fresh_database(server) as url:
                costs[months] = measure(url, days=months * 30)
                _say(f"{months} months", costs[months])
    small, large = costs[1], costs[arguments.months]
    rows, buffers = large.rows / small.rows, large.buffers / small.buffers
    print(f"rows ratio {rows:.3f}, buffers ratio {buffers:.3f} (at most {ROWS_AND_BUFFERS_LIMIT})")
    held = (
        max(rows, buffers) <= ROWS_AND_BUFFERS_LIMIT,
        large.seconds <= SECONDS_LIMIT,
        large.question_ms <= QUESTION_LIMIT_MS,
    )
    print("every limit is held" if all(held) else f"a limit is not held: {held}")
    return 0 if all(held) else 1


def measure(url: str, *, days: int) -> Cost:
    """Generate `days` of history, build it once, let two days change, build again."""
    made = engine(url, application_name="fbads bench")
    migrate.upgrade(made)
    with _timed("generated"):
        history_rows = generate(made, days)
    with _timed("built for the first time"):
        first = Dbt(url).build()
    if not first.succeeded:
        raise SystemExit(first.error)
    _execute(made, "vacuum analyze")
    # The first tick after a build finds dbt's caches cold and statistics new; the second is like all others.
    _tick(made, url)
    before = _touched(made)
    seconds = _tick(made, url)
    after = _touched(made)
    with made.connect() as connection:
        plans = [connection.execute(sa.text(QUESTION), {"until": LAST}).scalar_one() for _ in range(5)]
    made.dispose()
    question = sorted(plan[0]["Execution Time"] for plan in plans)[2]
    return Cost(history_rows, after["rows"] - before["rows"], after["buffers"] - before["buffers"], seconds, question)


def generate(made: sa.Engine, days: int) -> int:
    """Raw rows of the `days` days up to LAST, a day's always the same; returns how many insights there are."""
    span = {"since": LAST - timedelta(days=days - 1), "until": LAST}
    with made.begin() as connection:
        connection.execute(sa.text(OBJECTS))
        for level, objects in OBJECTS_OF_LEVEL.items():
            delivering = DELIVERING.get(level, 100)
            statement = FACTS.replace("OBJECTS_OF_LEVEL", objects)
            connection.execute(sa.text(statement), {**span, "level": level, "delivering": delivering})
        for statement in MEMORY.split(";"):
            connection.execute(sa.text(statement), span)
        rows = int(connection.execute(sa.text("select count(*) from raw.insights")).scalar_one())
    _execute(made, "vacuum analyze")
    return rows


def _tick(made: sa.Engine, url: str) -> float:
    with made.begin() as connection:
        for statement in CHANGE.split(";"):
            connection.execute(sa.text(statement), {"since": LAST - timedelta(days=1), "until": LAST})
    made.dispose()
    time.sleep(1)
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", TICK, url], check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    seconds = time.perf_counter() - begun
    time.sleep(1)
    return seconds


def _touched(made: sa.Engine) -> Mapping[str, Any]:
    with made.connect() as connection:
        return dict(connection.execute(sa.text(TOUCHED)).mappings().one())


def _execute(made: sa.Engine, statement: str) -> None:
    with made.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(statement))


def _say(name: str, cost: Cost) -> None:
    print(
        f"{name:<10} {cost.history_rows:>9,} rows of history | a tick: {cost.rows:,} rows, {cost.buffers:,} buffers,"
        f" {cost.seconds:.1f} s | 90 days per campaign: {cost.question_ms:.1f} ms",
        flush=True,
    )


@contextmanager
def _timed(what: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    print(f"  {what} in {time.perf_counter() - begun:.1f} s", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="model_growth", description=__doc__)
    parser.add_argument("--months", type=int, default=37, help="months of the long history (30 days each)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
