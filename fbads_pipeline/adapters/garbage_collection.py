"""How often Python looks for garbage that refers to itself."""

import gc

# Objects made until the youngest are looked through (Python: 700), and how many of those times until older ones are.
_THRESHOLDS = (50_000, 20, 50)


def collect_garbage_rarely() -> None:
    """For programs that make millions of objects which live as long as they do, such as classes of dbt and Dagster:
    looking through them again and again was a tenth of a tick's processor time, for 5 MiB of memory (decision 0921)."""
    gc.set_threshold(*_THRESHOLDS)
