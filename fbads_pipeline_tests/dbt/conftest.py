"""One furnished and built database per session; every test works on a copy of it under the same name."""

from collections.abc import Iterator

import pytest

from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline_tests.support.model_warehouse import NAME_OF_DATABASE, Warehouse, furnish, warehouse_of
from fbads_pipeline_tests.support.postgres_fixture import replace_database


def pytest_configure(config: pytest.Config) -> None:
    """dagster-dbt imports sqlglot, which says this of a package of its own; nothing here can be changed about it."""
    config.addinivalue_line("filterwarnings", "ignore:sqlglotrs is deprecated:DeprecationWarning")


@pytest.fixture(scope="session")
def furnished(postgres: EmbeddedPostgres, migrated_template: str) -> str:
    """Name of a template: migrated, raw rows in place, nothing built."""
    with warehouse_of(postgres, migrated_template) as warehouse:
        furnish(warehouse)
    return _kept(postgres, "raw")


@pytest.fixture(scope="session")
def built(postgres: EmbeddedPostgres, furnished: str) -> str:
    """Name of a template: the furnished one, built once."""
    with warehouse_of(postgres, furnished) as warehouse:
        warehouse.built()
    return _kept(postgres, "built")


@pytest.fixture
def warehouse(postgres: EmbeddedPostgres, built: str) -> Iterator[Warehouse]:
    """Raw rows and marts that fit them; publication 1."""
    with warehouse_of(postgres, built) as made:
        yield made


def _kept(postgres: EmbeddedPostgres, state: str) -> str:
    name = f"{NAME_OF_DATABASE}_{state}"
    replace_database(postgres, name, template=NAME_OF_DATABASE)
    return name
