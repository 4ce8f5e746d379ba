"""`make attack`: own attacks on Dagster's UI, logins, rights, connections, statements and texts, on loopback alone.

Prints a line per attack: whether it was refused, and whether its control (the protection off) succeeded. Exit code 1
where an attack succeeded, or a control did not.
"""

import logging
import sys
import time

import structlog

from attack.attempts import Attempt, attempt_all
from attack.connections import CONNECTION_ATTACKS
from attack.dagster_ui import dagster_attacks
from attack.sidecar import sidecar_attacks
from attack.texts import TEXT_ATTACKS
from fbads_pipeline_tests.support.postgres_fixture import postgres_server


def main() -> None:
    """Print the table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    begun, attempts = time.monotonic(), []
    with postgres_server() as server, dagster_attacks(server) as on_dagster, sidecar_attacks(server) as on_sidecar:
        for one in attempt_all((*on_dagster, *on_sidecar, *CONNECTION_ATTACKS, *TEXT_ATTACKS)):
            print(_line(one), flush=True)
            attempts.append(one)
    wrong = [one for one in attempts if not one.is_as_it_should_be]
    print(f"{len(attempts)} attacks, {len(wrong)} not as they should be, {time.monotonic() - begun:.0f} s")
    sys.exit(1 if wrong else 0)


def _line(one: Attempt) -> str:
    held = "SUCCEEDED" if one.succeeded else "refused"
    control = "succeeds" if one.control_succeeded else "DOES NOT SUCCEED"
    return f"{one.name:<64}{held:<12}without its protection it {control}"


if __name__ == "__main__":
    main()
