"""What the tables hold after a kill, compared with an undisturbed database that read the same instants.

A part is one account, level, breakdown and day of raw.insights: what no reader may ever see half.
"""

import json
import time
from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa

from chaos.collector import APPLICATION

ReadingPart = tuple[str, ...]
OBJECTS = {"raw.campaigns": "campaign_id", "raw.adsets": "adset_id", "raw.ads": "ad_id"}
_ROWS = """
select account_id, level, breakdown, day::text, (to_jsonb(i) - 'collected_at')::text as row_text
from raw.insights i order by 1, 2, 3, 4, 5
"""
_READ_PARTS = """
select distinct state, account_id, level, breakdown, day::text from raw.reading_runs
where state in ('read', 'doubtful') and (run_id = :run_id or run_id like :run_id || '.%')
"""
_IN_DOUBT = """
select count(*) from (
    select distinct on (account_id, level, breakdown, day) state from raw.reading_runs
    order by account_id, level, breakdown, day, read_at desc
) newest where state = 'doubtful'
"""
_RECORDED_DAYS = "select distinct account_id, day::text from raw.changed_days where seq > :seq"
_UNRECORDED = """
select count(*) from (
    select distinct account_id, day from raw.insights except select account_id, day from raw.changed_days
) unrecorded
"""


@dataclass(frozen=True)
class State:
    """raw.insights at one instant. parts: part → its rows as text; seq: the newest of raw.changed_days."""

    parts: dict[ReadingPart, list[str]]
    seq: int

    @classmethod
    def of(cls, database: sa.Engine) -> "State":
        parts: dict[ReadingPart, list[str]] = {}
        with database.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            for *part, row_text in connection.execute(sa.text(_ROWS)):
                parts.setdefault(tuple(part), []).append(row_text)
            seq = connection.execute(sa.text("select coalesce(max(seq), 0) from raw.changed_days")).scalar_one()
        return cls(parts, seq)


@dataclass
class Damage:
    """What was found wrong, added up. unrecorded: changed account-days that raw.changed_days does not name."""

    half_days: int = 0
    rows_lost: int = 0
    rows_duplicated: int = 0
    unrecorded: int = 0
    examples: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.half_days or self.rows_lost or self.rows_duplicated or self.unrecorded)


def check_after_kill(damage: Damage, database: sa.Engine, before: State, expected: State, run_id: str) -> State:
    """Add what a killed run left wrong: each part is as before it, or as expected where the run recorded a reading.

    Where it recorded a doubtful one, figures that were known stay beside newer ones: every row is there, once.
    """
    _wait_for_killed_collector(database)
    now = State.of(database)
    with database.connect() as connection:
        read = {(state, tuple(part)) for state, *part in connection.execute(sa.text(_READ_PARTS), {"run_id": run_id})}
        recorded = {tuple(row) for row in connection.execute(sa.text(_RECORDED_DAYS), {"seq": before.seq})}
    for part in before.parts.keys() | expected.parts.keys() | now.parts.keys():
        was, found = before.parts.get(part, []), now.parts.get(part, [])
        wanted = expected.parts.get(part, []) if ("read", part) in read else was
        is_kept = ("doubtful", part) in read and _objects(was) <= _objects(found)
        if found != wanted and not is_kept:
            damage.half_days += 1
            damage.examples.append(f"{run_id}: {' '.join(part)}: {len(found)} rows instead of {len(wanted)}")
        if found != was and (part[0], part[3]) not in recorded:
            damage.unrecorded += 1
        damage.rows_duplicated += len(found) - len(set(found))
    return now


def is_in_doubt(database: sa.Engine) -> bool:
    """Whether the newest reading of any part is doubtful: another one has to settle it."""
    with database.connect() as connection:
        return bool(connection.execute(sa.text(_IN_DOUBT)).scalar_one())


def check_end(damage: Damage, database: sa.Engine, undisturbed: sa.Engine) -> None:
    """Add what an undisturbed last run did not repair."""
    ours, theirs = _everything(database), _everything(undisturbed)
    damage.rows_lost += (theirs - ours).total()
    damage.rows_duplicated += (ours - theirs).total()
    damage.examples += [f"missing {row}" for row in list(theirs - ours)[:3]]
    damage.examples += [f"too many {row}" for row in list(ours - theirs)[:3]]
    with database.connect() as connection:
        damage.unrecorded += connection.execute(sa.text(_UNRECORDED)).scalar_one()


def _objects(rows: list[str]) -> set[tuple[str, str]]:
    """Which rows of a part those are."""
    return {(one["object_id"], json.dumps(one["breakdown_value"])) for one in map(json.loads, rows)}


def _everything(database: sa.Engine) -> Counter[str]:
    """Every row of the figures and objects as text, less when it was read."""
    rows = Counter(row for part in State.of(database).parts.values() for row in part)
    assert rows, "a comparison without rows would find nothing"
    with database.connect() as connection:
        for table in OBJECTS:
            query = sa.text(f"select (to_jsonb(t) - 'collected_at')::text from {table} t")  # noqa: S608
            rows.update(connection.execute(query).scalars())
    return rows


def _wait_for_killed_collector(database: sa.Engine) -> None:
    """A killed client's statement may still be under way in the server, and may still commit."""
    query = "select count(*) from pg_stat_activity where datname = current_database() and application_name = :name"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with database.connect() as connection:
            if not connection.execute(sa.text(query), {"name": APPLICATION}).scalar_one():
                return
        time.sleep(0.01)
    raise TimeoutError("the server still works for a collector that was killed half a minute ago")
