"""The sandbox with as many accounts as are wanted, of one ad set and two ads a campaign."""

import argparse
from dataclasses import replace

from fbads_pipeline.sandbox.world import world

# Before the modules that take these numbers along are imported.
world.ADSETS_EACH, world.ADS_EACH = 1, 2
world.ADS_BELOW = {"campaign": 2, "adset": 2, "ad": 1}

from fbads_pipeline.sandbox.graph.sandbox import Sandbox  # noqa: E402
from fbads_pipeline.sandbox.run import server  # noqa: E402
from fbads_pipeline.sandbox.world import build  # noqa: E402
from fbads_pipeline.sandbox.world.clock import parse_instant  # noqa: E402

FIRST_ID = 7_100_000_000_000_000


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, kind in (("--port", int), ("--accounts", int), ("--campaigns", int), ("--token", str), ("--now", str)):
        parser.add_argument(name, type=kind, required=True)
    given = parser.parse_args()
    # Most of an agency's accounts are of one country; each tenth is of another.
    own, *others = build.PROFILES
    profiles = (
        replace(own if n % 10 else others[n // 10 % len(others)], id=str(FIRST_ID + n), name=f"Conta {n + 1:03d}")
        for n in range(given.accounts)
    )
    setattr(build, "PROFILES", tuple(profiles))  # noqa: B010 - it is longer than the sandbox's own
    now = parse_instant(given.now)
    made = Sandbox(seed=7, now=now, is_frozen=True, campaigns=given.campaigns, token=given.token, has_plain_names=True)
    for account in made.world.accounts:
        account.index %= 4  # what goes by the number of the account goes for four
    serving = server(made)
    serving.config.port = given.port
    serving.run()


if __name__ == "__main__":
    main()
