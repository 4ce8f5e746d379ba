"""Whatever goes wrong, and wherever: a run ends, and gives back every parsing permit and every account's lock."""

import json
import threading
import time
from contextlib import contextmanager
from datetime import date

import pytest

from fbads_pipeline.adapters.meta_ads import report_runs, transport
from fbads_pipeline.adapters.meta_ads.client import GraphAds
from fbads_pipeline.adapters.meta_ads.transport import PARSING_PERMITS, GraphAccess, Transport
from fbads_pipeline.domain.collection.levels import LEVELS
from fbads_pipeline.domain.collection.meta_errors import AccountStopped, RateLimited, TransientMetaError
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.errors import StoreUnavailable
from fbads_pipeline.services.collection import read_account
from fbads_pipeline.services.collection.plan_sync import SyncPlan
from fbads_pipeline.services.collection.sync_ads import sync_ads
from fbads_pipeline_tests.support.fake_ads import FakeClock, FakeRaw, an_account
from fbads_pipeline_tests.support.graph_server import Answer, error, graph_server

DAYS = DayRange(date(2026, 11, 1), date(2026, 11, 2))
PERMITS = 2
# Four levels of two pages each, three edges, the change log, the custom conversions.
CALLS = 13
FAULTS = {
    "token expired": error(190, 463),
    "permission missing": error(200),
    "quota used up": error(17, 2446079),
    "app's quota used up": error(4),
    "passing": error(2, status=500),
    "too much data": error(100, 1487534),
    "wrong query": error(100),
    "report not ready": error(2601, 1815107),
    "unknown code": error(12345),
    "error in a 200": error(190, status=200),
    "no JSON": Answer(raw=b"<html>", status=502),
    "cut body": Answer({"data": []}, declared_length=4000),
    "hang-up": Answer(hang_up=True),
    "no data": Answer({"no": "data"}),
    "rows that are none": Answer({"data": [None, 1, "x", []]}),
    "a list": Answer([]),
    "pages in a circle": Answer({"data": [], "paging": {"next": "http://elsewhere.test/x?after=1"}}),
}


class LockingRaw(FakeRaw):
    """A store whose locks can be counted, and that fails where a test says. fails: (method, after pages) → error."""

    def __init__(self, fails=None):
        super().__init__()
        self.fails, self.held = fails or {}, set()

    @contextmanager
    def lock_account(self, account_id):
        self._fail("lock_account", 0)
        self.held.add(account_id)
        try:
            yield True
        finally:
            self.held.discard(account_id)

    def apply_insights(self, account_id, grain, days, pages, *, run_id, read_at):
        return super().apply_insights(
            account_id, grain, days, self._watched("apply_insights", pages), run_id=run_id, read_at=read_at
        )

    def apply_objects(self, account_id, kind, pages, *, read_at):
        return super().apply_objects(account_id, kind, self._watched("apply_objects", pages), read_at=read_at)

    def record_failure(self, *arguments, **named):
        self._fail("record_failure", 0)
        super().record_failure(*arguments, **named)

    def missing_objects(self, account_id, kind, *, unknown_before):
        self._fail("missing_objects", 0)
        return super().missing_objects(account_id, kind, unknown_before=unknown_before)

    def save_report(self, run_id, report):
        self._fail("save_report", 0)
        super().save_report(run_id, report)

    def _watched(self, method, pages):
        self._fail(method, 0)
        for number, page in enumerate(pages, start=1):
            self._fail(method, number)
            yield page

    def _fail(self, method, pages):
        if (method, pages) in self.fails:
            raise self.fails[method, pages]


def two_pages(asked):
    if "insights" in asked.path and "after" not in asked.query:
        return Answer({"data": [{"first": "page"}], "paging": {"next": "http://elsewhere.test/x?after=1"}})
    return Answer({"data": []})


def reports_of(answer, raw, **plan):
    """The reports of a run that must end within seconds, with every permit and lock given back."""
    found = []
    with graph_server(answer) as server:
        access = GraphAccess(server.url, "v26.0", "t", attempts=1, patience_seconds=0.01, timeout_seconds=(2.0, 2.0))
        ads = GraphAds(Transport(access, sleep=lambda seconds: None))
        values = {"longest_wait_seconds": 0.01, "lock_wait_seconds": 0.0, **plan}
        run = SyncPlan("r", LEVELS, DAYS, **values)
        accounts = [an_account("1"), an_account("2")]
        thread = threading.Thread(target=lambda: found.extend(sync_ads(ads, raw, FakeClock(), accounts, run)))
        thread.daemon = True
        thread.start()
        thread.join(20)
        assert not thread.is_alive(), "the run froze"
    assert raw.held == set()
    assert free_permits() == PERMITS
    return found


def free_permits():
    taken = 0
    while PARSING_PERMITS.acquire(blocking=False):
        taken += 1
    for _ in range(taken):
        PARSING_PERMITS.release()
    return taken


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(read_account, "STORE_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(transport, "_LONGEST_PERMIT_WAIT_SECONDS", 5.0)


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_that_is_wrong_at_any_point_ends_the_run_and_keeps_no_permit(fault):
    for point in (0, 1, 4, 9, CALLS):
        reports = reports_of(
            lambda asked, before, at=point: FAULTS[fault] if before == at else two_pages(asked), LockingRaw()
        )
        assert len(reports) == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_that_is_wrong_from_a_point_on_ends_the_run_and_keeps_no_permit(fault):
    for point in (0, 5):
        reports_of(lambda asked, before, at=point: FAULTS[fault] if before >= at else two_pages(asked), LockingRaw())


def answers_of_stage(stage, fault):
    """A server that leads every reading to one stage of it, and answers that one with the fault."""

    def answer(asked, before):
        is_batch, is_report = "batch" in asked.query, asked.path.startswith("run")
        if asked.method == "POST" and not is_batch:
            return fault if stage == "report asked for" else Answer({"report_run_id": "run"})
        if is_report and asked.path == "run":
            done = {"async_status": "Job Completed", "async_percent_completion": 100}
            return fault if stage == "report under way" else Answer(done)
        if is_report:
            is_wrong = stage == ("report's later page" if "after" in asked.query else "report's page")
            return fault if is_wrong else two_pages(asked)
        if is_batch:
            count = len(json.loads(asked.query["batch"]))
            part = {"code": fault.status, "body": fault.encoded().decode()} if stage == "part" else None
            return fault if stage == "batch" else Answer([part] * count)
        if "/" not in asked.path:
            return fault if stage == "object alone" else Answer({"id": asked.path})
        if "insights" in asked.path and stage.startswith("report"):
            return error(100, 1487534)
        return two_pages(asked)

    return answer


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "stage",
    [
        *("report asked for", "report under way", "report's page", "report's later page"),
        *("batch", "part", "object alone"),
    ],
)
def test_a_report_or_a_batch_that_goes_wrong_ends_the_run_and_keeps_no_permit(stage, fault, monkeypatch):
    monkeypatch.setattr(report_runs, "DEADLINE_SECONDS", 0.05)
    raw = LockingRaw()
    raw.missing["1", "campaign"] = ["7", "8"]
    reached = []
    answer = answers_of_stage(stage, FAULTS[fault])

    def watched(asked, before):
        given = answer(asked, before)
        reached.append(given is FAULTS[fault] or stage == "part" and "batch" in asked.query)
        return given

    assert len(reports_of(watched, raw)) == 2
    assert any(reached), "the reading never came to that stage"


@pytest.mark.parametrize(
    "fault",
    [
        StoreUnavailable("gone"),
        KeyError("ours"),
        MemoryError(),
        AccountStopped("expired", code=190),
        RateLimited("wait"),
        TransientMetaError("cut"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_store_that_fails_at_any_point_ends_the_run_and_keeps_no_permit(fault):
    points = [(method, pages) for method in ("apply_insights", "apply_objects") for pages in (0, 1, 2)]
    for point in [*points, ("lock_account", 0), ("record_failure", 0), ("missing_objects", 0), ("save_report", 0)]:
        reports = reports_of(lambda asked, before: two_pages(asked), LockingRaw({point: fault}))
        assert point[0] not in ("lock_account", "save_report") or {one.status for one in reports} == {"failed"}


def test_a_token_that_expires_while_pages_of_other_calls_are_under_way_freezes_nothing():
    """The exception was kept and raised again in the other calls; with it lived their generators and permits."""
    expired = threading.Event()

    def answer(asked, before):
        if asked.query.get("level") == "account":
            expired.set()
            return error(190)
        return two_pages(asked)

    class SlowRaw(LockingRaw):
        def _watched(self, method, pages):
            for page in pages:
                expired.wait(5)
                time.sleep(0.05)
                yield page

    reports = reports_of(answer, SlowRaw())
    assert {one.error_kind for one in reports} == {"stopped"}


def test_a_run_that_takes_too_long_ends_says_so_and_gives_its_locks_back():
    released = threading.Event()

    class StuckRaw(LockingRaw):
        def apply_objects(self, account_id, kind, pages, *, read_at):
            released.wait(30)
            return super().apply_objects(account_id, kind, pages, read_at=read_at)

    try:
        reports = reports_of(lambda asked, before: two_pages(asked), StuckRaw(), run_seconds=0.5)
    finally:
        released.set()
    assert {(one.status, one.error_kind) for one in reports} == {("failed", "abandoned")}


def test_who_waits_in_vain_for_a_permit_says_so(monkeypatch):
    monkeypatch.setattr(transport, "_LONGEST_PERMIT_WAIT_SECONDS", 0.05)
    for _ in range(PERMITS):
        assert PARSING_PERMITS.acquire(timeout=20), "an abandoned run of another test may still parse for a moment"
    try:
        with graph_server(lambda asked, before: Answer({"data": []})) as server:
            ads = GraphAds(Transport(GraphAccess(server.url, "v26.0", "t", attempts=1)))
            with pytest.raises(TransientMetaError, match="took too long to be parsed"):
                list(ads.objects("1", "ad"))
    finally:
        for _ in range(PERMITS):
            PARSING_PERMITS.release()
