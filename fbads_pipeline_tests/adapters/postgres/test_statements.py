"""Statement files: each statement by its name, and nothing lost."""

import pytest

from fbads_pipeline.adapters.postgres.statements import parse


def test_statements_are_found_by_name_without_their_semicolon():
    text = "-- What a file is for.\n\n-- name: one\nselect 1;\n\n-- name: two\n-- why\nselect :a\n;\n"
    assert parse(text) == {"one": "select 1", "two": "-- why\nselect :a\n"}


@pytest.mark.parametrize("text", ["select 1;", "-- name: one\nselect 1;\n-- name: one\nselect 2;"])
def test_a_statement_without_a_name_of_its_own_is_refused(text):
    with pytest.raises(ValueError, match="stands (before|twice)"):
        parse(text)
