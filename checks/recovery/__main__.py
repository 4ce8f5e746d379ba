"""`make recovery-check`: a server with an archive of its log is brought back to a moment, and to the last one.

Prints each step with its seconds, and the rates; ends with 1 at the first thing that is not so. An argument says
how many gigabytes the database has.
"""

import argparse
import sys
import time
from collections.abc import Callable

from checks.recovery.server import ArchivedServer, CheckFailed

# Like an insight: keys, figures, JSON; about a kilobyte each, of which gzip takes two thirds away.
_FILL = """create table figures as select n, n % 7000 as campaign_id, date '2026-01-01' + (n % 400)::int as day,
    random() * 1000 as spend, (select jsonb_agg(jsonb_build_object('action_type', 'a' || i,
    'value', (random() * n)::int)) from generate_series(1, 20) i where n > 0) as actions
    from generate_series(1, {rows}) n"""
_ROWS_PER_GIGABYTE = 900_000
_SPEND = "select sum(n)::text || ' ' || count(*) from figures"


def main() -> int:
    """0 when everything held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=0.02)
    gigabytes = parser.parse_args().gigabytes
    try:
        with ArchivedServer() as server:
            check(server, gigabytes, lambda line: print(line, flush=True))
    except CheckFailed as wrong:
        print(f"recovery-check failed: {wrong}", file=sys.stderr)
        return 1
    return 0


def check(server: ArchivedServer, gigabytes: float, say: Callable[[str], None]) -> None:
    """Raises CheckFailed for the first thing that is not so. gigabytes: of the database that is restored."""
    server.value(_FILL.format(rows=int(gigabytes * _ROWS_PER_GIGABYTE)))
    size = int(str(server.value("select pg_database_size('postgres')")))
    begun = time.monotonic()
    base = server.script("base.sh")
    took = time.monotonic() - begun
    stored = sum(file.stat().st_size for file in (server.archive / "base" / base).iterdir())
    say(f"copy of {size / 1e9:.2f} GB: {took:.0f} s, {size / 1e6 / took:.0f} MB/s, {stored / 1e9:.2f} GB stored")

    time.sleep(1.1)  # copies are named to the second
    server.value("insert into figures (n) select n from generate_series(-1000, -1) n")
    good, moment = server.value(_SPEND), str(server.value("select now()"))
    server.value("delete from figures where n % 2 = 0")
    server.value("select pg_switch_wal()")
    server.value("insert into figures (n) values (-1001)")
    lost = server.value(_SPEND)

    refused = server.script("restore.sh", moment, may_fail=True)
    if "stop the server first" not in refused:
        raise CheckFailed(f"a running server's folder was taken away: {refused}")
    server.stop("fast")
    for wrong, sentence in (("2026-11-27 10:15", "with its offset"), ("2001-01-01 00:00+00", "no copy from before")):
        refused = server.script("restore.sh", wrong, may_fail=True)
        if sentence not in refused:
            raise CheckFailed(f"{wrong} was answered with {refused!r}")

    say(f"back to {moment}: {restored(server, moment, good, size)}")
    server.value("insert into figures (n) values (-1002)")
    server.stop("immediate")
    after = str(int(str(good).split()[0]) - 1002) + " " + str(int(str(good).split()[1]) + 1)
    say(f"after a crash, as of the last transaction: {restored(server, 'latest', after, size)}")
    if lost == good:
        raise CheckFailed("nothing was lost in between: the check shows nothing")


def restored(server: ArchivedServer, moment: str, wanted: object, size: int) -> str:
    """How long it took; raises CheckFailed where something else is there than was then."""
    begun = time.monotonic()
    base = server.script("restore.sh", moment)
    laid = time.monotonic() - begun
    replayed = server.start()
    found = server.value(_SPEND)
    if found != wanted:
        raise CheckFailed(f"as of {moment} there should be {wanted}, and there is {found}")
    took = laid + replayed
    return f"{laid:.0f} s from the copy {base}, {replayed:.0f} s of log: {size / 1e6 / took:.0f} MB/s"


if __name__ == "__main__":
    sys.exit(main())
