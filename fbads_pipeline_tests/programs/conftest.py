"""The graded world, built once."""

import pytest

from evaluation.chat.__main__ import chat_over
from fbads_pipeline_tests.support.postgres_fixture import fresh_database


@pytest.fixture(scope="session")
def graded(postgres, graded_template, tmp_path_factory):
    """A chat over the graded world, and the owner's engine."""
    folder = tmp_path_factory.mktemp("chat")
    with (
        fresh_database(postgres, template=graded_template) as url,
        chat_over(url, folder, is_built=True) as (chat, owner),
    ):
        yield chat, owner
