"""A container whose clock is not PostgreSQL's: it says so, and what it reads is what it would have read."""

import shutil
from datetime import date, timedelta
from pathlib import Path

from checks.compose.engine import CheckFailed, Compose

# Debian's libfaketime, for programs with threads; the folder is mounted in every service of ours.
_LIBRARY, _INSIDE = "*/faketime/libfaketimeMT.so.1", "/etc/fbads"
_OFFSETS = ("-10m", "+10m")
_TICK = ("fbads", "run", "tick")
_SETTLED = "select count(*), sum(spend) from marts.campaign_daily where day < '{}'"
# Of the spend: Meta settles it for some days, and so does the sandbox.
_STILL_SETTLED = 0.001
_CLOCK_LINE = "clock: this machine's clock is"


def clocks(compose: Compose) -> str:
    """Ten minutes behind and ahead: the doctor says which way, a tick changes no settled figure, nor does one after."""
    library = next(Path("/usr/lib").glob(_LIBRARY), None)
    if library is None:
        return "left out: Debian's libfaketime is not installed"
    shutil.copy(library, compose.folder / "files")
    # The same days, also where it is midnight meanwhile.
    settled = _SETTLED.format(date.today() - timedelta(days=1))
    # A tick reads more days than the run of `collect`.
    compose.inside("code-location", *_TICK, timeout=600)
    before = compose.sql(settled)
    for offset in _OFFSETS:
        away = ("env", "NO_FAKE_STAT=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", f"FAKETIME={offset}")
        away = (*away, f"LD_PRELOAD={_INSIDE}/{library.name}")
        way = "behind" if offset.startswith("-") else "ahead of"
        said = compose.inside("sidecar", *away, "fbads", "doctor", may_fail=True)
        seconds = [line.split()[6] for line in said.splitlines() if _CLOCK_LINE in line and f" {way} " in line]
        if not seconds or not 590 <= int(seconds[0]) <= 610:
            raise CheckFailed(f"at {offset} the doctor says {said[-800:]!r}")
        compose.inside("code-location", *away, *_TICK, timeout=600)
        _require_same(before, compose.sql(settled), f"read at {offset}")
    compose.inside("code-location", *_TICK, timeout=600)
    _require_same(before, compose.sql(settled), "read on time again")
    return "a sidecar 10 min behind and ahead is named, ticks of such a container change no settled figure"


def _require_same(before: str, after: str, when: str) -> None:
    """Rows and spend of settled days; raises CheckFailed."""
    (rows, spend), (rows_after, spend_after) = before.split("|"), after.split("|")
    if rows != rows_after or abs(float(spend_after) / float(spend) - 1) > _STILL_SETTLED:
        raise CheckFailed(f"settled days held {before} and now, {when}, {after}")
