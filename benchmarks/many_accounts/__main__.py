"""`python -m benchmarks.many_accounts`: an agency of 200 accounts × 50 campaigns (an ad set and two ads each).

Its home is filled once (`--home` keeps it); then half-hour ticks with and without the readings of the morning, and 100
users of the pages. Ends with 1 where a bar is missed.
"""

import argparse
import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import psutil

from benchmarks.many_accounts import pages, ticks
from benchmarks.many_accounts.home import Agency

NOW = datetime.fromisoformat("2026-11-27T15:10:00+00:00")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--campaigns", type=int, default=50)
    parser.add_argument("--days", type=int, default=8)
    parser.add_argument("--home", type=Path, help="a folder to fill, or one that was filled before")
    parser.add_argument("--pairs", type=int, default=3, help="ticks with and without, in turns; 0: none")
    parser.add_argument("--seconds", type=float, default=60, help="of 100 users; 0: none")
    parser.add_argument("--think", type=float, default=12, help="seconds that one reads a page, at most")
    arguments = parser.parse_args()
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, {memory:.0f} GiB, load {load:.1f}: {arguments.accounts} × {arguments.campaigns}")
    with tempfile.TemporaryDirectory(prefix="fbads-agency-", ignore_cleanup_errors=True) as folder:
        home = arguments.home or Path(folder)
        is_new = not (home / "clients.csv").exists()
        home.mkdir(exist_ok=True)
        agency = Agency(home, arguments.accounts, arguments.campaigns, arguments.days, NOW)
        kept = []
        if is_new or arguments.pairs:
            with agency.sandbox() as graph_url:
                if is_new:
                    agency.fill(graph_url)
                if arguments.pairs:
                    kept.append(ticks.measure(agency, graph_url, arguments.pairs))
        if arguments.seconds:
            kept.append(pages.measure(agency, arguments))
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
