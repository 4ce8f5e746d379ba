"""Who hears what, and when."""

from datetime import UTC, datetime, time, timedelta

import pytest

from fbads_pipeline.domain.alerts.routing import Recipient, route
from fbads_pipeline_tests.support.fakes import an_alert

SAO_PAULO = "America/Sao_Paulo"
# 23:30 in São Paulo
NIGHT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def waits(recipient, now=NIGHT, **alert):
    return [one.wait for one in route(an_alert(**alert), [recipient], now)]


class TestWho:
    @pytest.mark.parametrize(
        ("least", "severity", "hears"),
        [
            ("info", "info", True),
            ("warning", "info", False),
            ("warning", "warning", True),
            ("critical", "warning", False),
            ("critical", "critical", True),
        ],
    )
    def test_only_what_is_grave_enough(self, least, severity, hears):
        assert bool(waits(Recipient("slack", "C1", least_severity=least), severity=severity)) is hears

    def test_only_their_accounts_and_what_concerns_no_single_one(self):
        ana = Recipient("slack", "C1", accounts=frozenset({"1"}))
        assert waits(ana, account_id="1") and waits(ana, account_id=None)
        assert not waits(ana, account_id="2")

    def test_the_digest_is_a_choice_of_its_own(self):
        assert waits(Recipient("slack", "C1", least_severity="critical"), rule="digest", severity="info")
        assert not waits(Recipient("slack", "C1", receives_digest=False), rule="digest")

    def test_an_address_hears_once(self):
        assert len(route(an_alert(), [Recipient("slack", "C1"), Recipient("slack", "C1", name="b")], NOON)) == 1


class TestWhen:
    def test_at_once_without_quiet_hours(self):
        assert waits(Recipient("slack", "C1")) == [timedelta(0)]

    @pytest.mark.parametrize(
        ("now", "hours"),
        [
            (datetime(2026, 11, 24, 0, 59, tzinfo=UTC), 0),  # 21:59
            (datetime(2026, 11, 24, 1, 0, tzinfo=UTC), 9),  # 22:00
            (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), 1),  # 06:00
            (datetime(2026, 11, 24, 10, 0, tzinfo=UTC), 0),  # 07:00
        ],
    )
    def test_a_night_is_slept_through_over_midnight(self, now, hours):
        ana = Recipient("slack", "C1", timezone=SAO_PAULO, quiet=(time(22), time(7)))
        assert waits(ana, now) == [timedelta(hours=hours)]

    def test_what_is_critical_wakes(self):
        ana = Recipient("slack", "C1", timezone=SAO_PAULO, quiet=(time(22), time(7)))
        assert waits(ana, severity="critical") == [timedelta(0)]

    def test_hours_of_a_single_day_are_quiet_too(self):
        lunch = Recipient("slack", "C1", timezone=SAO_PAULO, quiet=(time(12), time(13, 30)))
        assert waits(lunch, NOON) == [timedelta(minutes=90)]

    def test_the_digest_waits_for_its_time_and_for_the_end_of_the_night(self):
        ana = Recipient("slack", "C1", timezone=SAO_PAULO, digest_at=time(8, 30))
        assert waits(ana, rule="digest") == [timedelta(hours=9)]
        early = Recipient("slack", "C1", timezone=SAO_PAULO, digest_at=time(6), quiet=(time(22), time(7)))
        assert waits(early, rule="digest") == [timedelta(hours=7, minutes=30)]

    def test_a_night_in_which_the_clocks_change_is_an_hour_longer(self):
        # Berlin leaves summer time on 25 October 2026 at 03:00.
        late = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)
        berlin = Recipient("slack", "C1", timezone="Europe/Berlin", quiet=(time(22), time(7)))
        assert waits(berlin, late) == [timedelta(hours=9)]
