"""The graded world, built once."""

import pytest

from evaluation.chat.__main__ import chat_over
from fbads_pipeline_tests.support.postgres_fixture import fresh_database


@pytest.fixture(scope="session")
def graded(postgres, tmp_path_factory):
    """A chat over the graded world, and the owner's engine."""
    with fresh_database(postgres) as url, chat_over(url, tmp_path_factory.mktemp("chat")) as (chat, owner):
        yield chat, owner
