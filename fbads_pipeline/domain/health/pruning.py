"""What is kept of the pipeline's own records, and for how long."""

from dataclasses import dataclass, field

# Every reading of a day is kept until the day is that old; afterwards the last one up to each of these ages, in days.
READINGS_WHOLE_DAYS = 90
KEPT_AGES = (0, 1, 2, 3, 7, 28)
# Days so much older than the oldest that is read again daily hardly change: their lists of actions are packed.
PACKED_DAYS_LATER = 7
# Of Dagster: runs, their events and logs. Of each partition the newest materialization stays.
DAGSTER_DAYS = 30
# Of runs that succeeded: events that say again what a materialization or an evaluation says.
DAGSTER_DETAIL_DAYS = 3
# Watermarks have passed them long before; the newest of each account stays.
CHANGED_DAYS_KEPT = 90
# An index is rebuilt when it is larger than that many bytes and that many times what its entries take in a new one.
REBUILT_BYTES = 16 << 20
REBUILT_TIMES = 1.25
# In one night: the largest first, the others in the next.
REBUILT_A_NIGHT = 8


@dataclass
class PruningReport:
    """Rows that went, by what they were; packed_days: days by account, level and breakdown; folders: of runs;
    rebuilt: name of each index that was made anew, and by how many bytes it became smaller;
    to_vacuum: tables that PostgreSQL's own vacuum falls behind with."""

    rows: dict[str, int] = field(default_factory=dict)
    packed_days: int = 0
    folders: int = 0
    rebuilt: dict[str, int] = field(default_factory=dict)
    to_vacuum: tuple[str, ...] = ()
