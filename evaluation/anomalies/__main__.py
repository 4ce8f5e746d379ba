"""`make eval`: recall, precision and delays of the detectors on made worlds, on seeds that no threshold was chosen on.

Thresholds were chosen on seeds 1 to 18 and made series 100 to 139; the figures are of seeds from 1,001 on. `--seeds N`
worlds of 200 campaigns and five weeks of each of two kinds (default 6), `--series N` series (default 60). One
configuration for all of them.
"""

import argparse
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial

import numpy as np
import pandas as pd
import psutil

from evaluation.anomalies.assumptions import Preset
from evaluation.anomalies.day_level import day_counts
from evaluation.anomalies.first_start import first_start
from evaluation.anomalies.metrics import DetectionCounts, compare
from evaluation.anomalies.one_night import seconds_of_a_night
from evaluation.anomalies.one_reading import seconds_of_a_reading
from evaluation.anomalies.series_metrics import SeriesCounts
from evaluation.anomalies.series_world import made_series
from evaluation.anomalies.world import World, made_world
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.anomalies.detectors.series import detect_series
from fbads_pipeline.domain.anomalies.finding_messages import finding_message
from fbads_pipeline.domain.anomalies.replay import replay

FRESH = 1001
PRESETS: tuple[Preset, ...] = ("rough", "stated")
# Days on which the demo starts for the first time.
FIRST_STARTS = (date(2026, 9, 1), date(2026, 11, 10), date(2026, 11, 26))
KINDS = ("stop", "spike", "ctr", "cpa", "tracking", "cpm", "fatigue")
# What to reach within how many hours, by kind: (share, hours) as must and as ambition.
BARS = {
    "stop": ((0.95, 4), (0.95, 2)),
    "spike": ((0.80, 10), (0.90, 10)),
    "ctr": ((0.75, 12), (0.75, 6)),
    "cpa": ((0.40, 999), (0.70, 999)),
    "tracking": ((0.70, 36), (0.70, 18)),
    "fatigue": ((0.70, 14 * 24), (0.85, 10 * 24)),
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="make eval", description=__doc__)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--series", type=int, default=60)
    parser.add_argument("--first", type=int, default=FRESH, help="first seed")
    arguments = parser.parse_args()
    memory = psutil.virtual_memory().total / 2**30
    print(
        f"{os.cpu_count()} cores, {memory:.0f} GiB; seeds {arguments.first} to {arguments.first + arguments.seeds - 1}"
    )
    started = time.perf_counter()
    for preset in PRESETS:
        total, seeds = DetectionCounts(), range(arguments.first, arguments.first + arguments.seeds)
        with ProcessPoolExecutor(2) as pool:
            for counts in pool.map(partial(counts_of_seed, preset=preset), seeds):
                total.add(counts)
        print(f"\n{preset} worlds")
        for line in (*_overall(total), *_by_kind(total)):
            print(line)
        print(_day_level_line(seeds, preset))
    print()
    print(_first_start_line())
    print(_series_line(arguments.first, arguments.series))
    seconds, mebibytes = seconds_of_a_reading(10_000)
    print(f"one reading of 10,000 campaigns in memory: {seconds:.2f} s, state of {mebibytes:.0f} MiB")
    seconds, found = seconds_of_a_night(10_000)
    print(f"whole days of 10,000 campaigns, a night: {seconds:.1f} s (must 60), {found} findings")
    print(f"{time.perf_counter() - started:.0f} s")


def counts_of_seed(seed: int, preset: Preset) -> DetectionCounts:
    """Counts of one world."""
    world = made_world(seed, preset=preset)
    return compare(world, alerts_of(world))


def alerts_of(world: World) -> pd.DataFrame:
    """The alerts of a world: `campaign_id, ts, kind, metric, message`."""
    rows = [
        (name, pd.Timestamp(one.at), one.kind, one.metric, translator().render(finding_message(one, "UTC", None), "en"))
        for name, one in replay(world.readings, world.campaigns, world.changes)
    ]
    return pd.DataFrame(rows, columns=["campaign_id", "ts", "kind", "metric", "message"])


def _overall(total: DetectionCounts) -> Iterator[str]:
    weeks = total.hundred_campaign_weeks
    rows = (
        ("recall, incidents with volume", total.recall_with_volume(), ".90", ".95"),
        ("recall, all incidents", total.recall(), "", ""),
        ("precision", total.precision, ".90", ".95"),
        (
            "false alerts per 100 campaigns and week",
            len(total.false_positives) / weeks,
            ".4",
            ".2",
        ),
        ("of these at weekends", total.weekend_false_positives / weeks, ".05", "0"),
        ("budget edits alerted", total.edits_alerted / max(total.edits, 1), ".10", ".03"),
        ("budget edits explained", total.edits_explained / max(total.edits, 1), ".95", "1.00"),
        ("CTR within 12 hours, share of an oracle's", total.share_of_oracle(), ".85", ".95"),
        (
            "false drift notices per 100 campaigns and week",
            total.drift_false_positives / weeks,
            ".3",
            ".1",
        ),
    )
    yield f"\n{'':<48} {'got':>6} {'must':>6} {'ambition':>9}"
    for name, got, must, ambition in rows:
        yield f"{name:<48} {got:>6.2f} {must:>6} {ambition:>9}"


def _by_kind(total: DetectionCounts) -> Iterator[str]:
    yield f"\n{'kind':<9} {'n':>4} {'all':>5} {'volume':>7} {'median h':>9} {'must':>16} {'ambition':>16}"
    for kind in KINDS:
        delays = total.delays.get(kind, [])
        delay = f"{statistics.median(delays):.1f}" if delays else "-"
        bars = [
            f"{total.recall_within(kind, hours):.2f} of {share:.2f}/{hours}h" for share, hours in BARS.get(kind, ())
        ] or ["", ""]
        found, volume = total.recall(kind), total.recall_with_volume(kind)
        counted = f"{kind:<9} {total.labelled.get(kind, 0):>4} {found:>5.2f} {volume:>7.2f}"
        yield f"{counted} {delay:>9} {bars[0]:>16} {bars[1]:>16}"


def _day_level_line(seeds: range, preset: Preset) -> str:
    """Whole days alone, of the days on which enough of them are known."""
    total = DetectionCounts()
    with ProcessPoolExecutor(2) as pool:
        for counts in pool.map(partial(day_counts_of_seed, preset=preset), seeds):
            total.add(counts)
    false = len(total.false_positives) / total.hundred_campaign_weeks
    figures = f"recall with volume {total.recall_with_volume():.2f}, precision {total.precision:.2f}"
    return f"\nby whole days alone: {figures}, {false:.2f} false alerts per 100 campaigns and week"


def day_counts_of_seed(seed: int, preset: Preset) -> DetectionCounts:
    """The same of the day-level detectors."""
    return day_counts(made_world(seed, preset=preset))


def _first_start_line() -> str:
    """Of the incidents of the demo's last week, those that its first run shows, on three days."""
    found, injected = map(sum, zip(*map(first_start, FIRST_STARTS), strict=True))
    return f"first start of the demo: {found} of {injected} incidents of the last week (must .8, ambition .95)"


def _series_line(first: int, count: int) -> str:
    counts = SeriesCounts()
    for seed in range(first, first + count):
        series = made_series(seed)
        _, alerts = detect_series(series.values, 3600.0)
        counts.add(np.asarray(alerts, dtype=np.bool_), series.windows)
    score = f"standard score {counts.standard:.1f} (must 70, ambition 77), F1 {counts.f1:.2f} (.55, .73)"
    return f"\n{count} made series: {score}"


if __name__ == "__main__":
    main()
