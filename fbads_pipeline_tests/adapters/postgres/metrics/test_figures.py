"""A sum over rows of which one does not report the figure is null, composed and in the catalogue's expressions."""

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.figures import sum_reported
from fbads_pipeline.domain.metrics.registry import sum_reported as sum_expression


@pytest.mark.parametrize(
    ("rows", "total"),
    [("(1), (2)", 3), ("(0)", 0), ("(1), (null)", None), ("(null::int)", None), ("(1) limit 0", None)],
)
def test_a_sum_is_of_rows_that_all_report_the_figure(migrated_engine: sa.Engine, rows: str, total: int | None) -> None:
    source = sa.text(f"select leads from (values {rows}) as one (leads)").columns(sa.column("leads")).subquery("rows")
    with migrated_engine.connect() as connection:
        assert connection.execute(sa.select(sum_reported(source.c.leads))).scalar_one() == total
        expression = sa.literal_column(sum_expression("leads"))
        assert connection.execute(sa.select(expression).select_from(source)).scalar_one() == total
