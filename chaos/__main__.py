"""`make chaos`: SIGKILL at random instants of loads and ticks against a real PostgreSQL, and what the tables hold then.

Exit code 1 where anything was lost, doubled, half or unrecorded. With `--control` each page is committed by itself, and
the check has to turn red.
"""

import argparse
import sys
import time

from chaos.collecting import BEGIN, CollectKillTest, KillCounts
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline_tests.support.postgres_fixture import fresh_database, postgres_server


def main() -> None:
    """Print the table."""
    arguments = _arguments()
    begun = time.monotonic()
    sandbox = SandboxServer(campaigns=arguments.campaigns, now=BEGIN.isoformat())
    with sandbox, postgres_server() as server, fresh_database(server) as template:
        made = engine(template, application_name="chaos")
        migrate.upgrade(made)
        made.dispose()
        name = str(made.url.database)
        kill_test = CollectKillTest(sandbox, server, name, seed=arguments.seed, is_protected=not arguments.control)
        counts = kill_test.run(arguments.kills, until_damaged=arguments.control)
    _print(counts, time.monotonic() - begun)
    sys.exit(1 if counts.damage else 0)


def _print(counts: KillCounts, seconds: float) -> None:
    damage = counts.damage
    rows = {
        "kills": counts.kills,
        "  in loads": counts.load_kills,
        "  in ticks": counts.tick_kills,
        "runs that ended before their kill": counts.early,
        "databases": counts.loads,
        "rows lost": damage.rows_lost,
        "rows duplicated": damage.rows_duplicated,
        "half days": damage.half_days,
        "changed days without a record": damage.unrecorded,
        "seconds": round(seconds),
    }
    for name, value in rows.items():
        print(f"{name:<36}{value:>8}")
    for example in damage.examples[:10]:
        print(f"  {example[:200]}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--campaigns", type=int, default=4, help="campaigns per account of the sandbox")
    parser.add_argument("--control", action="store_true", help="commit page by page: this has to turn red")
    return parser.parse_args()


if __name__ == "__main__":
    main()
