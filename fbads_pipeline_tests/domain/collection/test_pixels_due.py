"""What is asked about an account's pixels at a tick: the list or events, never both."""

from datetime import UTC, datetime, timedelta

from fbads_pipeline.domain.collection.pixels import PixelRow, pixels_due

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


def test_the_list_and_events_are_asked_for_in_turns_and_neither_keeps_the_other_waiting():
    one = PixelRow("7", "Pixel", NOON, None, None, None)
    silent = one._replace(last_fired_at=NOON - timedelta(days=30))
    first = pixels_due([], {}, {}, NOON)
    assert first is not None and first.known is None and first.has_events and first.has_quality
    attempts, asked = {"list": NOON, "events": NOON, "quality": NOON}, []
    for number in range(1, 9):
        now = NOON + timedelta(minutes=30 * number)
        due = pixels_due([one], attempts, {}, now)
        part = "" if due is None else "list" if due.known is None else "events"
        assert due is None or due.has_events == (part == "events") and not due.has_quality
        asked.append(part)
        attempts |= {part: now} if part else {}
    assert asked == ["", "events", "list", "events", "list", "events", "list", "events"]
    later = NOON + timedelta(hours=1)
    of_silent = pixels_due([silent], {"list": NOON}, {}, later)
    assert of_silent is not None and of_silent.known is None, "what has no events keeps no list waiting"
    assert pixels_due([silent], {"list": later}, {}, later) is None is pixels_due([], {"list": later}, {}, later)
