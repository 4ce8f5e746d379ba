"""Which anomalies are told by themselves, which wait for the digest, and what is muted: on a real PostgreSQL."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest

from fbads_pipeline.adapters.postgres.alerts.mutes import PostgresMutes
from fbads_pipeline.adapters.postgres.anomalies.anomalies import PostgresAnomalies
from fbads_pipeline.domain.alerts.mutes import Mute
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.services.anomalies.detect_anomalies import announce_anomalies
from fbads_pipeline_tests.support.fakes import FixedClock
from fbads_pipeline_tests.support.rendering import text_of
from fbads_pipeline_tests.support.sample_marts import SampleMarts

# 09:00 in São Paulo
MORNING = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TO = [Recipient("fake", "C1")]


class World(SampleMarts):
    """One account's anomalies, written as the detectors write them."""

    def __init__(self, engine):
        super().__init__(engine)
        self.clock = FixedClock(MORNING)
        self.anomalies = PostgresAnomalies(engine)

    def found(self, number, *, is_alert=True, metric="spend", severity="warning", campaign="7", at=None, status="OPEN"):
        texts = {"pt": f"Gasto {number} acima.", "en": f"Spend {number} above."}
        text = json.dumps({"kind": "legacy", "texts": texts})
        moment = at or self.clock.now()
        closed = "null, null" if status == "OPEN" else f"'{moment}', 'recovered'"
        self.execute(
            "insert into analysis.anomalies (anomaly_id, account_id, campaign_id, kind, metric, severity, status,"
            " since, detected_at, observed, expected, low, high, money_at_stake_per_day, currency, causes, message,"
            " data_used, detector_version, is_alert, closed_at, resolution, updated_at) values"
            f" ('a{number}', '1', '{campaign}', 'spend_spike', '{metric}', '{severity}', '{status}', '{moment}',"
            f" '{moment}', 9, 5, 4, 6, {number}, 'BRL', '[]', '{text}', '{{}}',"
            f" '1', {is_alert}, {closed}, '{moment}')"
        )

    def announce(self):
        return announce_anomalies(self.anomalies, self.clock, TO, digest_at=time(8))

    def said(self):
        rows = self.rows("select rule, title, body, replies_to from ops.alerts order by created_at, rule")
        return [(rule, text_of(title), text_of(body), replies_to) for rule, title, body, replies_to in rows]


@pytest.fixture
def world(migrated_engine):
    world = World(migrated_engine)
    world.account("1")
    return world


def test_a_storm_is_one_message_and_every_one_of_the_rest_stands_in_the_digest(world):
    for number in range(1000):
        world.found(number, is_alert=number < 10, campaign=str(number))
    assert world.announce() == 2
    (_, _, told, _), (rule, title, digest, _) = world.said()
    assert (rule, title) == ("digest", "Loja 1: resumo 23/11, 990 anomalias, R$ 499.455/dia em jogo")
    for number in range(1000):
        assert (f"Gasto {number} acima." in told, f"Gasto {number} acima." in digest) == (number < 10, number >= 10)
    assert world.announce() == 0
    assert world.rows("select count(*) from analysis.anomalies where announced_alert_id is null") == [(990,)]


def test_the_digest_comes_once_a_day_from_its_time_on(world):
    world.clock.instant = MORNING - timedelta(hours=2)
    world.found(1, is_alert=False)
    assert world.announce() == 0 == world.anomalies.unannounced(now=world.clock.now(), digest_at=time(8))
    world.clock.instant = MORNING
    assert world.anomalies.unannounced(now=MORNING, digest_at=time(8)) == 1
    assert world.announce() == 1
    world.found(2, is_alert=False, campaign="8")
    assert world.announce() == 0, "the next one has its turn tomorrow"
    world.clock.instant = MORNING + timedelta(days=1)
    assert world.announce() == 1
    assert [("Gasto 1" in body, "Gasto 2" in body) for _, _, body, _ in world.said()] == [(True, False), (False, True)]


def test_what_flaps_is_not_told_anew_but_stands_in_the_digest(world):
    world.found(1)
    assert world.announce() == 1
    world.execute("update analysis.anomalies set status = 'CLOSED', closed_at = now(), resolution = 'recovered'")
    assert world.announce() == 1
    ((_, _, _, first), (_, _, _, over)) = world.said()
    assert first is None and over is not None
    world.found(2, at=MORNING + timedelta(hours=3))
    world.found(3, at=MORNING + timedelta(hours=3), metric="ctr")
    world.clock.instant = MORNING + timedelta(hours=3)
    assert world.announce() == 2, "another metric is news; the same one waits"
    bodies = [body for rule, _, body, _ in world.said() if rule == "digest"]
    assert len(bodies) == 1 and "Gasto 2" in bodies[0] and "Gasto 3" not in bodies[0]


def test_what_has_become_critical_is_told_although_it_flaps(world):
    world.found(1)
    world.announce()
    world.execute("update analysis.anomalies set status = 'CLOSED', closed_at = now(), resolution = 'paused'")
    world.found(2, at=MORNING + timedelta(hours=1), severity="critical")
    world.clock.instant = MORNING + timedelta(hours=1)
    assert world.announce() == 1
    assert "Gasto 2" in world.said()[-1][2]


def test_what_was_over_before_its_turn_is_in_the_digest_and_says_so(world):
    world.found(1, status="CLOSED")
    assert world.announce() == 1
    ((rule, _, body, _),) = world.said()
    assert rule == "digest" and "já voltou ao usual" in body


def test_the_last_days_of_the_dearest_come_with_the_alert_each_as_it_is_known(world):
    last = date(2026, 11, 22)
    for campaign in ("7", "8"):
        world.campaign(campaign)
    world.days("7", last, count=20, spend="12.50")
    world.days("8", last, count=20, spend="999")
    world.execute("delete from marts.campaign_daily where day in ('2026-11-15', '2026-11-17')")
    world.execute("update marts.campaign_daily set spend = null where day = '2026-11-19'")
    world.unread(date(2026, 11, 17))
    world.found(5, campaign="7")
    world.found(1, campaign="8")
    assert world.announce() == 1
    ((chart, body),) = world.rows("select facts -> 'chart', body from ops.alerts")
    assert (chart["metric"], chart["currency"], chart["since"]) == ("spend", "BRL", "2026-11-23")
    days = {one.pop("day")[-2:]: one for one in chart["days"]}
    assert list(days) == [f"{day:02}" for day in range(9, 23)], "complete days alone, each once"
    assert days.pop("15") == {"value": "0"}, "read, and nothing was delivered"
    assert days.pop("17") == {"value": None, "gap": "not_read"}
    assert days.pop("19") == {"value": None, "gap": "not_reported"}
    assert list(days.values()) == [{"value": "12.50"}] * 11
    assert "14 dias: ██████▁█·█·███" in text_of(body)


class TestMutes:
    @pytest.mark.parametrize(
        "mute",
        [
            Mute("1", MORNING + timedelta(days=1)),
            Mute("1", MORNING + timedelta(days=1), campaign_id="7"),
            Mute("1", MORNING + timedelta(days=1), campaign_id="7", rule="spend"),
            Mute("1", MORNING + timedelta(days=1), rule="spend_spike"),
            Mute("1", MORNING + timedelta(days=1), rule="anomalies"),
        ],
    )
    def test_a_mute_holds_back_the_alert_and_the_digest_until_its_end(self, world, mute):
        PostgresMutes(world.engine).mute(mute, made_by="ana", now=MORNING)
        world.found(1)
        world.found(2, is_alert=False, metric="spend", campaign="7" if mute.campaign_id else "8", status="CLOSED")
        assert world.announce() == 0 == world.anomalies.unannounced(now=MORNING, digest_at=time(8))
        world.clock.instant = MORNING + timedelta(days=1, minutes=1)
        assert world.announce() == 2

    @pytest.mark.parametrize(
        "mute",
        [
            Mute("2", MORNING + timedelta(days=1)),
            Mute("1", MORNING + timedelta(days=1), campaign_id="8"),
            Mute("1", MORNING + timedelta(days=1), rule="ctr"),
            Mute("1", MORNING),
        ],
    )
    def test_a_mute_of_something_else_holds_back_nothing(self, world, mute):
        PostgresMutes(world.engine).mute(mute, made_by="ana", now=MORNING - timedelta(days=1))
        world.found(1)
        assert world.announce() == 1

    def test_a_mute_is_lifted_once_and_shown_until_then(self, world):
        mutes = PostgresMutes(world.engine)
        number = mutes.mute(Mute("1", MORNING + timedelta(days=1), reason="promo"), made_by="ana", now=MORNING)
        ((shown, mute),) = mutes.active(now=MORNING)
        assert (shown, mute.reason) == (number, "promo")
        world.found(1)
        assert world.announce() == 0
        assert [mutes.lift(number, now=MORNING) for _ in range(2)] == [True, False]
        assert mutes.active(now=MORNING) == []
        assert world.announce() == 1


def test_an_anomaly_that_people_marked_is_of_use_where_most_say_so(world):
    for number in range(4):
        world.found(number, campaign=str(number))
    marks = [("a0", "u1", True), ("a0", "u2", False), ("a1", "u1", False), ("a1", "u2", False), ("a2", "u1", True)]
    for anomaly, user, useful in [*marks, ("gone", "u1", True)]:
        world.execute(
            "insert into ops.feedback values"
            f" ('anomaly', '{anomaly}', '{user}', '1', 'spend_spike', {useful}, 'web', '{MORNING}')"
        )
    assert [(one.anomaly_id, one.kind, one.is_useful) for one in world.anomalies.marked("1")] == [
        ("a0", "spend_spike", True),
        ("a1", "spend_spike", False),
        ("a2", "spend_spike", True),
    ]
    assert world.anomalies.marked("2") == []
