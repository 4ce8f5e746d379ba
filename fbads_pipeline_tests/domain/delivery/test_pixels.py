"""A conversion event that is silent while people click: told by its chance; nights and quiet days are usual."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from fbads_pipeline.domain.delivery.pixels import CHANCE, HOUR, PixelFact, Traffic, evaluate_pixels, silence_of
from fbads_pipeline.domain.delivery.problems import ProblemChanges

# A Tuesday; São Paulo is three hours behind.
NOW = datetime(2026, 11, 10, 23, tzinfo=UTC)
BEGINNING = NOW - timedelta(days=16)
# Events of each local hour of a usual day.
DAY = (0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 4, 5, 5, 4, 4, 4, 4, 5, 6, 6, 5, 3, 1)
USUAL = Traffic(clicks=3000, spend=Decimal("840.00"), usual_clicks=9000, is_credited=True)


def a_fact(silent_since=None, now=NOW, day=DAY, traffic=USUAL, busy=lambda at: True, **values):
    """Events as on every day until then. busy: whether anything happens in an hour that begins then."""
    hours = {}
    at = BEGINNING
    while at < now - HOUR:
        events = day[(at - timedelta(hours=3)).hour]
        if events and busy(at - timedelta(hours=3)) and (silent_since is None or at < silent_since):
            hours[at] = events
        at += HOUR
    shown = {"known_since": BEGINNING, "known_until": now, "newest_hour": now - HOUR, "hours": hours, **values}
    return PixelFact("1", "77", "Pixel Loja Ipê", "Purchase", "America/Sao_Paulo", "BRL", traffic=traffic, **shown)


def changes_of(fact, open_keys=()):
    changes = ProblemChanges()
    evaluate_pixels([fact], open_keys, changes)
    return changes


def test_an_event_that_stops_at_noon_is_told_in_the_afternoon_with_its_clicks():
    stopped = NOW - timedelta(hours=8)  # 12:00 there
    told = [hours for hours in range(1, 9) if changes_of(a_fact(stopped, now=stopped + timedelta(hours=hours))).present]
    assert told and told[0] in (4, 5, 6), "not after one quiet hour, and not a day later"
    assert told == list(range(told[0], 9)), "once it is clear it stays so"
    (problem,) = changes_of(a_fact(stopped)).present.values()
    assert (problem.kind, problem.severity, problem.since) == ("pixel_silent", "critical", stopped)
    assert problem.entity == "pixel:1:77:Purchase"
    assert (problem.facts["clicks"], problem.facts["spend"], problem.facts["event"]) == (3000, "840.00", "Purchase")


@pytest.mark.parametrize(
    ("why", "fact"),
    [
        ("events come", a_fact()),
        ("at night there are none", a_fact(now=datetime(2026, 11, 10, 10, tzinfo=UTC))),
        ("nobody clicks", a_fact(NOW - timedelta(hours=8), traffic=Traffic(10, Decimal(5), 9000, True))),
        ("clicks are not known", a_fact(NOW - timedelta(hours=8), traffic=Traffic(None, None, 9000, True))),
        ("usual clicks are not known", a_fact(NOW - timedelta(hours=8), traffic=Traffic(3000, None, None, True))),
        ("another account's pixel", a_fact(NOW - timedelta(hours=8), traffic=Traffic(3000, Decimal(5), 9000, False))),
        ("less than a week is known", a_fact(NOW - timedelta(hours=8), known_since=NOW - timedelta(days=6))),
        ("Meta has not counted these hours", a_fact(NOW - timedelta(hours=2), newest_hour=NOW - timedelta(hours=9))),
        ("one sale a day", a_fact(NOW - timedelta(hours=8), day=(*(0,) * 12, 1, *(0,) * 11))),
        (
            "it never sells on Sundays",  # Sunday 8 November, 18:00 there
            a_fact(now=datetime(2026, 11, 8, 21, tzinfo=UTC), busy=lambda local: local.weekday() != 6),
        ),
    ],
)
def test_what_is_no_silence(why, fact):
    assert not changes_of(fact).present, why


def test_it_ends_with_the_next_event_and_stays_open_while_nobody_clicks():
    fact = a_fact(NOW - timedelta(hours=8))
    key = ("pixel_silent", fact.entity)
    again = a_fact(NOW - timedelta(hours=8))
    again.hours[NOW - timedelta(hours=2)] = 1
    assert changes_of(again, [key]).absent[key].how == "fixed"
    quiet = a_fact(NOW - timedelta(hours=8), traffic=Traffic(0, Decimal(0), 9000, True))
    assert not changes_of(quiet, [key]).absent and not changes_of(quiet, [key]).present
    gone = ProblemChanges()
    evaluate_pixels([], [key], gone)
    assert gone.absent[key].how == "gone", "a pixel that is shown no more"


def test_a_whole_silence_counts_once_meta_has_had_three_hours():
    """No event of any name: hours are complete three hours after their end."""
    stopped = NOW - timedelta(hours=10)
    fact = a_fact(stopped, newest_hour=stopped - HOUR)
    assert fact.complete_until == NOW - timedelta(hours=3)
    assert changes_of(fact).present


def test_the_chance_is_that_of_a_negative_binomial():
    silence = silence_of(a_fact(NOW - timedelta(hours=8)))
    size = 1 / silence.variation**2
    from scipy.stats import nbinom  # heavy

    for expected in (1.0, 9.0, 40.0):
        assert silence.chance(expected) == pytest.approx(nbinom.pmf(0, size, size / (size + expected)))
    assert silence.chance(60) < CHANCE < silence.chance(9)


def test_shops_whose_days_vary_are_not_told_of_in_forty_weeks():
    """Days vary by .3, weekends have half; every hour of a Monday is evaluated."""
    rng, told = np.random.default_rng(20261127), 0
    for _ in range(40):
        size, scale = 1 / 0.09, rng.choice([0.3, 1.0, 4.0])
        hours = {}
        for day in range(16):
            start = datetime(2026, 10, 25, 3, tzinfo=UTC) + timedelta(days=day)
            factor = rng.gamma(size, 1 / size) * (0.5 if start.weekday() > 4 else 1.0)
            for hour, mean in enumerate(DAY):
                if events := rng.poisson(mean * scale * factor):
                    hours[start + hour * HOUR] = int(events)
        for hour in range(24):
            now = datetime(2026, 11, 9, 3, tzinfo=UTC) + hour * HOUR
            known = {at: events for at, events in hours.items() if at < now - HOUR}
            fact = PixelFact(
                "1", "7", None, "Purchase", "America/Sao_Paulo", "BRL",
                datetime(2026, 10, 25, 3, tzinfo=UTC), now, now - HOUR, known, USUAL,
            )  # fmt: skip
            told += bool(changes_of(fact).present)
    assert told == 0
