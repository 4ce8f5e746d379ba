"""What the tables say after a kill, held against an undisturbed database that read the same instants.

A part is one account, level, breakdown and day of raw.insights: what no reader may ever see half.
"""

import time
from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa

from chaos.collector import APPLICATION

Part = tuple[str, ...]
OBJECTS = {"raw.campaigns": "campaign_id", "raw.adsets": "adset_id", "raw.ads": "ad_id"}
_ROWS = """
select account_id, level, breakdown, day::text, (to_jsonb(i) - 'collected_at')::text as said
from raw.insights i order by 1, 2, 3, 4, 5
"""
_READ = """
select distinct account_id, level, breakdown, day::text from raw.reading_runs
where ok and (run_id = :run_id or run_id like :run_id || '.%')
"""
_SAID = "select distinct account_id, day::text from raw.changed_days where seq > :seq"
_UNSAID = """
select count(*) from (
    select distinct account_id, day from raw.insights except select account_id, day from raw.changed_days
) unsaid
"""


@dataclass(frozen=True)
class State:
    """raw.insights at one instant. parts: part → its rows as text; seq: the newest of raw.changed_days."""

    parts: dict[Part, list[str]]
    seq: int

    @classmethod
    def of(cls, database: sa.Engine) -> "State":
        parts: dict[Part, list[str]] = {}
        with database.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            for *part, said in connection.execute(sa.text(_ROWS)):
                parts.setdefault(tuple(part), []).append(said)
            seq = connection.execute(sa.text("select coalesce(max(seq), 0) from raw.changed_days")).scalar_one()
        return cls(parts, seq)


@dataclass
class Damage:
    """What was found wrong, added up. unsaid: changed account-days that raw.changed_days does not name."""

    half_days: int = 0
    rows_lost: int = 0
    rows_duplicated: int = 0
    unsaid: int = 0
    examples: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.half_days or self.rows_lost or self.rows_duplicated or self.unsaid)


def judge(damage: Damage, database: sa.Engine, before: State, truth: State, run_id: str) -> State:
    """Add what a killed run left wrong: each part is as before it, or as the truth where the run says it was read."""
    _wait_for_the_dead(database)
    now = State.of(database)
    with database.connect() as connection:
        read = {tuple(row) for row in connection.execute(sa.text(_READ), {"run_id": run_id})}
        said = {tuple(row) for row in connection.execute(sa.text(_SAID), {"seq": before.seq})}
    for part in before.parts.keys() | truth.parts.keys() | now.parts.keys():
        was, found = before.parts.get(part, []), now.parts.get(part, [])
        wanted = truth.parts.get(part, []) if part in read else was
        if found != wanted:
            damage.half_days += 1
            damage.examples.append(f"{run_id}: {' '.join(part)}: {len(found)} rows instead of {len(wanted)}")
        if found != was and (part[0], part[3]) not in said:
            damage.unsaid += 1
        damage.rows_duplicated += len(found) - len(set(found))
    return now


def judge_end(damage: Damage, database: sa.Engine, undisturbed: sa.Engine) -> None:
    """Add what an undisturbed last run did not mend."""
    ours, theirs = _everything(database), _everything(undisturbed)
    damage.rows_lost += (theirs - ours).total()
    damage.rows_duplicated += (ours - theirs).total()
    damage.examples += [f"missing {row}" for row in list(theirs - ours)[:3]]
    damage.examples += [f"too many {row}" for row in list(ours - theirs)[:3]]
    with database.connect() as connection:
        damage.unsaid += connection.execute(sa.text(_UNSAID)).scalar_one()


def _everything(database: sa.Engine) -> Counter[str]:
    """Every row of the figures and objects as text, less when it was read."""
    rows = Counter(said for part in State.of(database).parts.values() for said in part)
    assert rows, "an oracle without rows would agree with anything"
    with database.connect() as connection:
        for table in OBJECTS:
            query = sa.text(f"select (to_jsonb(t) - 'collected_at')::text from {table} t")  # noqa: S608
            rows.update(connection.execute(query).scalars())
    return rows


def _wait_for_the_dead(database: sa.Engine) -> None:
    """A killed client's statement may still be under way in the server, and may still commit."""
    query = "select count(*) from pg_stat_activity where datname = current_database() and application_name = :name"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with database.connect() as connection:
            if not connection.execute(sa.text(query), {"name": APPLICATION}).scalar_one():
                return
        time.sleep(0.01)
    raise TimeoutError("the server still works for a collector that was killed half a minute ago")
