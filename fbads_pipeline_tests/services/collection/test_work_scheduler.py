"""Sharing threads: who waits takes none, everybody is served, and a fault of ours is not swallowed."""

import threading
import time

import pytest

from fbads_pipeline.services.collection.work_scheduler import WorkScheduler


class Waiting:
    """A work of some steps; before the first one it waits for a while."""

    def __init__(self, name, log, *, steps=3, seconds=0.0, fault=None):
        self.name, self.log, self.left, self.fault = name, log, steps, fault
        self.until = time.monotonic() + seconds
        self.active, self.is_over = 0, False

    def take(self, now):
        if now < self.until or self.active or not self.left:
            return None
        self.left -= 1
        self.active += 1
        return self.step

    def ready_at(self, now):
        return self.until if now < self.until else None

    def step(self):
        if self.fault:
            raise self.fault
        self.log.append(self.name)
        self.active -= 1
        self.is_over = not self.left


def test_every_step_of_every_work_is_done_once():
    log = []
    WorkScheduler([Waiting(str(one), log) for one in range(20)], threads=4).run()
    assert sorted(log) == sorted(str(one) for one in range(20) for _ in range(3))


def test_works_that_wait_let_others_pass_even_where_they_outnumber_the_threads():
    log = []
    waiting = [Waiting("slow", log, seconds=0.3) for _ in range(6)]
    WorkScheduler([*waiting, Waiting("quick", log)], threads=2).run()
    assert log[:3] == ["quick"] * 3
    assert log.count("slow") == 18


def test_no_more_threads_than_asked_for():
    seen, guard = set(), threading.Lock()

    class Watching(Waiting):
        def step(self):
            with guard:
                seen.add(threading.current_thread().name)
            time.sleep(0.005)
            super().step()

    WorkScheduler([Watching(str(one), []) for one in range(30)], threads=3).run()
    assert len(seen) == 3


def test_nothing_to_do_ends_at_once():
    WorkScheduler([], threads=4).run()


def test_a_fault_of_ours_ends_the_run_with_it():
    with pytest.raises(ZeroDivisionError):
        WorkScheduler([Waiting("a", [], fault=ZeroDivisionError()), Waiting("b", [])], threads=2).run()
