"""One furnished and built database per session; every test works on a copy of it under the same name.

The name stays the same because dbt keeps its parse per connection: another name costs 2 s.
"""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline_tests.support.model_warehouse import Warehouse, furnish

_NAME = "model_warehouse"


def pytest_configure(config: pytest.Config) -> None:
    """dagster-dbt imports sqlglot, which says this of a package of its own; nothing here can be changed about it."""
    config.addinivalue_line("filterwarnings", "ignore:sqlglotrs is deprecated:DeprecationWarning")


@pytest.fixture(scope="session")
def furnished(postgres: EmbeddedPostgres, migrated_template: str) -> str:
    """Name of a template: migrated, raw rows in place, nothing built."""
    _create(postgres, _NAME, template=migrated_template)
    warehouse = Warehouse(postgres.url(_NAME))
    furnish(warehouse)
    warehouse.dispose()
    return _create(postgres, f"{_NAME}_raw", template=_NAME)


@pytest.fixture(scope="session")
def built(postgres: EmbeddedPostgres, furnished: str) -> str:
    """Name of a template: the furnished one, built once."""
    _create(postgres, _NAME, template=furnished)
    warehouse = Warehouse(postgres.url(_NAME))
    warehouse.built()
    warehouse.dispose()
    return _create(postgres, f"{_NAME}_built", template=_NAME)


@pytest.fixture
def warehouse(postgres: EmbeddedPostgres, built: str) -> Iterator[Warehouse]:
    """Raw rows and marts that fit them; publication 1."""
    _create(postgres, _NAME, template=built)
    warehouse = Warehouse(postgres.url(_NAME))
    yield warehouse
    warehouse.dispose()


def _create(postgres: EmbeddedPostgres, name: str, template: str) -> str:
    engine = sa.create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'drop database if exists "{name}" with (force)'))
        connection.execute(sa.text(f'create database "{name}" template "{template}" strategy file_copy'))
    engine.dispose()
    return name
