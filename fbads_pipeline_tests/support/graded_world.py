"""The world that the chat is graded on, made once for all tests of a session."""

import pytest

from evaluation.chat import world
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline.adapters.postgres.server.engine import engine
from fbads_pipeline_tests.support.postgres_fixture import create_database


@pytest.fixture(scope="session")
def graded_template(postgres: EmbeddedPostgres, migrated_template: str) -> str:
    """The name of a migrated database with the world in its marts, that others are copied from."""
    create_database(postgres, "graded", template=migrated_template)
    made = engine(postgres.url("graded"), application_name="fbads tests")
    world.build(made)
    made.dispose()
    return "graded"
