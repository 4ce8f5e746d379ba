"""Rows as PostgreSQL's COPY reads them: every text comes back as it was, an absent value is null."""

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.collection.copy_lines import COPY_INCOMING, CopyFile
from fbads_pipeline.adapters.postgres.collection.insight_statements import CREATE_INCOMING
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline.domain.collection.pages import INSIGHT_COLUMNS, RAW_FIGURES

_FIGURES = {
    "count": "7",
    "decimal": "0.50",
    "actions": '[{"value": "1", "action_type": "a\\\\b\\""}]',
    "json": '[{"indicator": "x\\ty"}]',
}


def a_row(breakdown_value, **changes):
    known = {"day": "2026-11-01", "object_id": "3", "breakdown_value": breakdown_value}
    figures = {figure.column: _FIGURES[figure.type] for figure in RAW_FIGURES}
    row = {**dict.fromkeys(INSIGHT_COLUMNS), **known, **figures, **changes}
    return tuple(row[column] for column in INSIGHT_COLUMNS)


@pytest.mark.parametrize("text", ["", "None", "\\N", "\\.", "a\tb", "a\nb", "a\r\\b", "ção", "18-24,female"])
@pytest.mark.parametrize("actions", ["[]", _FIGURES["actions"]])
def test_every_text_is_stored_as_it_was_and_none_as_null(database_url, text, actions):
    copied = engine(database_url, application_name="fbads tests")
    rows = [a_row(text, spend=None, actions=actions, action_values="[]"), a_row("plain", action_values="[]")] * 150
    with copied.connect() as connection:
        connection.execute(CREATE_INCOMING)
        connection.connection.cursor().copy_expert(COPY_INCOMING, CopyFile(rows))
        query = "select breakdown_value, spend::text, currency, actions::text from incoming order by seq"
        stored = [tuple(row) for row in connection.execute(sa.text(query))]
    copied.dispose()
    assert stored == [(text, None, None, actions), ("plain", "0.50", None, _FIGURES["actions"])] * 150
