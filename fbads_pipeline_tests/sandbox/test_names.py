"""Names of the world: those that strangers try on a dashboard, or plain ones for the demo."""

from datetime import UTC, date, datetime, timedelta

from fbads_pipeline.sandbox.world.build import build_world
from fbads_pipeline.sandbox.world.names import HOSTILE

ANCHOR, NOW = date(2026, 11, 10), datetime(2026, 11, 10, 15, tzinfo=UTC)


def objects(*, has_plain_names):
    world = build_world(7, ANCHOR, NOW, 30, has_plain_names=has_plain_names)
    return [one for account in world.accounts for kind in account.objects.values() for one in kind]


def test_the_demos_world_has_no_hostile_name_and_otherwise_the_same_objects():
    hostile, plain = objects(has_plain_names=False), objects(has_plain_names=True)
    starts = tuple(one[:12] for one in HOSTILE)
    assert any(one.name.startswith(starts) for one in hostile)
    assert not any(one.name.startswith(starts) for one in plain) and all(one.name.isprintable() for one in plain)
    assert [one.id for one in hostile] == [one.id for one in plain]
    rejected = [one for one in plain if one.is_disapproved]
    assert max(one.updated_at for one in plain) - min(one.updated_at for one in rejected) < timedelta(days=6)
    assert 0 < sum(one.is_disapproved for one in plain) < sum(one.is_disapproved for one in hostile)
