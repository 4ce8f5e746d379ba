"""Sums over figures of which one was not reported, in dbt and in composed SQL; and what a plain sum would say."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from jinja2 import Environment

from fbads_pipeline.adapters.dbt.project import project_dir
from fbads_pipeline.domain.metrics.registry import sum_reported

ROWS = "(values ('a', 2), ('a', 3), ('b', 5), ('b', null::int), ('c', null::int)) as facts (part, figure)"
STRICT = [("a", 5), ("b", None), ("c", None)]


def of_dbt(figure: str) -> str:
    macros = Environment().from_string((project_dir() / "macros" / "expressions.sql").read_text())
    return str(macros.module.sum_reported(figure))


def summed(engine: sa.Engine, expression: str) -> list[tuple[str, int | None]]:
    with engine.connect() as connection:
        found = connection.execute(sa.text(f"select part, {expression} from {ROWS} group by part order by part"))
        return [(row[0], row[1]) for row in found]


@pytest.mark.parametrize("strict", [of_dbt, sum_reported])
def test_a_sum_is_null_as_soon_as_one_row_lacks_the_figure(
    migrated_engine: sa.Engine, strict: Callable[[str], str]
) -> None:
    assert summed(migrated_engine, strict("figure")) == STRICT


def test_a_plain_sum_would_tell_the_rest_as_the_whole(migrated_engine: sa.Engine) -> None:
    """The control: what the strict sums protect from."""
    assert summed(migrated_engine, "sum(figure)") == [("a", 5), ("b", 5), ("c", None)]
