"""Each protection of collecting switched off: the assertion that guards it turns red, over HTTP into PostgreSQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.meta_ads import batches
from fbads_pipeline.adapters.meta_ads.asked_fields import AskedFields
from fbads_pipeline.adapters.meta_ads.insight_rows import InsightReader
from fbads_pipeline.adapters.meta_ads.values import UnreadableValue
from fbads_pipeline.adapters.postgres.collection import insight_statements, settling
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.services.collection import plan_sync
from fbads_pipeline_tests.adapters.faults import test_left_out as guards

_STORED = insight_statements._STORED


@dataclass(frozen=True)
class Control:
    """off: switches one protection off; guard: the test that must fail then, with its arguments."""

    off: Callable[[pytest.MonkeyPatch], None]
    guard: Callable[..., None]
    given: Mapping[str, object]


def removes(which: Callable[[sa.CTE], sa.ColumnElement[bool]]) -> Callable[[pytest.MonkeyPatch], None]:
    """Rows of that kind which did not come again are taken out, as they were before issue 12."""

    def removed(left: sa.CTE) -> sa.CTE:
        of_row = (insight_statements._KEY, insight_statements._OTHERS)
        columns = [_STORED.c[name] for names in of_row for name in names]
        return sa.delete(_STORED).where(_STORED.c.ctid == left.c.ctid, which(left)).returning(*columns).cte("removed")

    def marked(left: sa.CTE) -> sa.CTE:
        marking = sa.update(_STORED).values(stale_since=insight_statements._READ_AT)
        return marking.where(_STORED.c.ctid == left.c.ctid, ~which(left)).cte("marked_stale")

    def off(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(insight_statements, "_removed", removed)
        monkeypatch.setattr(insight_statements, "_marked_stale", marked)

    return off


def figures_left_out_are_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unprotected(insight_statements._Figure):
        def __init__(self, figure, row) -> None:
            super().__init__(figure, row)
            self.is_left_out = sa.false()

    monkeypatch.setattr(insight_statements, "_Figure", Unprotected)


def one_level_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is in doubt goes in the same run, no other level being heard."""
    believed = (
        "update raw.doubtful_rows set verdict = 'confirmed' where account_id = :account and last_run_id = :run_id"
    )
    monkeypatch.setattr(settling, "SQL", {**settling.SQL, "judge": sa.text(believed)})


def a_repeated_answer_is_no_second_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "GONE", frozenset({"confirmed"}))


def empty_answers_are_days_read_well(monkeypatch: pytest.MonkeyPatch) -> None:
    none = sa.text("select level, breakdown, day from raw.reading_runs where false")
    monkeypatch.setattr(settling, "SQL", {**settling.SQL, "doubt_empty_answers": none})


def an_odd_account_is_read_as_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_listed(listed: Account, known: Account | None, unknown_zones: object = ()) -> Account:
        return listed

    monkeypatch.setattr(plan_sync, "settled_account", as_listed)


def an_error_of_one_part_is_the_batchs(monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(self, object_id, outcome) -> None:
        if isinstance(outcome, Exception):
            raise outcome
        self.read.found.append(outcome)

    monkeypatch.setattr(batches._Reading, "_keep", keep)


def a_malformed_value_is_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(self, row):
        raise UnreadableValue("one value is wrong")

    monkeypatch.setattr(InsightReader, "_without_unreadable", whole)


def a_refused_query_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AskedFields, "alternatives", lambda self, error, asked: [])


LEFT_OUT = guards.test_what_is_left_out_loses_nothing_is_named_and_is_whole_again_after_a_whole_answer
CONTROLS = {
    "what did not come stands": Control(removes(lambda left: sa.true()), LEFT_OUT, {"kind": "half of the campaigns"}),
    "quarantine removes nothing": Control(
        removes(lambda left: left.c.is_held), LEFT_OUT, {"kind": "unreadable ids of ads"}
    ),
    "a malformed value is quarantined alone": Control(
        a_malformed_value_is_its_rows, guards.test_a_value_that_was_never_read_costs_its_row_nothing_else, {}
    ),
    "a figure that did not come stands": Control(
        figures_left_out_are_overwritten, LEFT_OUT, {"kind": "clicks of ad sets"}
    ),
    "an action that did not come stands": Control(
        figures_left_out_are_overwritten, LEFT_OUT, {"kind": "purchases of campaigns"}
    ),
    "an empty answer is checked against another level": Control(one_level_is_believed, LEFT_OUT, {"kind": "empty ads"}),
    "an empty breakdown is checked against plain rows": Control(
        one_level_is_believed, guards.test_an_empty_breakdown_below_a_day_with_delivery_is_never_believed, {}
    ),
    "what vanished at every level goes": Control(
        a_repeated_answer_is_no_second_source,
        guards.test_an_empty_answer_at_every_level_is_believed_when_the_next_run_reads_the_same,
        {},
    ),
    "a first answer that is empty is doubted": Control(
        empty_answers_are_days_read_well,
        guards.test_a_first_answer_that_is_empty_is_no_day_without_delivery,
        {"level": "campaign"},
    ),
    "an odd account is named": Control(
        an_odd_account_is_read_as_listed,
        guards.test_an_odd_account_is_named_and_the_others_are_read,
        {"figure": "currency"},
    ),
    "one forbidden object is that object's alone": Control(
        an_error_of_one_part_is_the_batchs, guards.test_one_forbidden_object_is_unknown_and_nobody_else_is_touched, {}
    ),
    "reach that is refused costs no spend": Control(
        a_refused_query_is_not_asked_again,
        guards.test_people_are_not_counted_by_a_breakdown_where_meta_refuses_it_and_the_spend_is_kept,
        {},
    ),
}


@pytest.fixture
def composed_anew():
    """Statements are composed once: with a protection off, and afterwards, they are composed again."""
    insight_statements._compiled.cache_clear()
    yield
    insight_statements._compiled.cache_clear()


@pytest.mark.usefixtures("composed_anew")
@pytest.mark.parametrize("protection", CONTROLS)
def test_without_the_protection_its_guard_turns_red(collector, undisturbed, monkeypatch, protection):
    control = CONTROLS[protection]
    wanted = {"collector": collector, "undisturbed": undisturbed, **control.given}
    arguments = {
        name: wanted[name] for name in control.guard.__code__.co_varnames[: control.guard.__code__.co_argcount]
    }
    control.off(monkeypatch)
    with pytest.raises(AssertionError):
        control.guard(**arguments)
