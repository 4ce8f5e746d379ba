"""One furnished and built database per session; every test works on a copy of it under the same name.

The name stays the same because dbt keeps its parse per connection: another name costs 2 s.
"""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres import migrate
from fbads_pipeline_tests.model.house import House, furnish

_NAME = "model_house"


@pytest.fixture(scope="session")
def server_url() -> str:
    import pathlib

    return f"postgresql+psycopg2://postgres@127.0.0.1:{pathlib.Path('/tmp/modelpg/port').read_text()}/postgres"


@pytest.fixture(scope="session")
def furnished(server_url: str) -> str:
    """Name of a template: migrated, raw rows in place, nothing built."""
    _create(server_url, _NAME)
    house = House(_url(server_url, _NAME))
    migrate.upgrade(house.engine)
    furnish(house)
    house.dispose()
    _create(server_url, f"{_NAME}_raw", template=_NAME)
    return f"{_NAME}_raw"


@pytest.fixture(scope="session")
def built(server_url: str, furnished: str) -> str:
    """Name of a template: the furnished one, built once."""
    _create(server_url, _NAME, template=furnished)
    house = House(_url(server_url, _NAME))
    house.built()
    house.dispose()
    _create(server_url, f"{_NAME}_built", template=_NAME)
    return f"{_NAME}_built"


@pytest.fixture
def raw_house(server_url: str, furnished: str) -> Iterator[House]:
    """Raw rows, nothing built yet."""
    yield from _house(server_url, furnished)


@pytest.fixture
def house(server_url: str, built: str) -> Iterator[House]:
    """Raw rows and marts that fit them; publication 1."""
    yield from _house(server_url, built)


def _house(server_url: str, template: str) -> Iterator[House]:
    _create(server_url, _NAME, template=template)
    house = House(_url(server_url, _NAME))
    yield house
    house.dispose()


def _url(server_url: str, name: str) -> str:
    return sa.make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _create(server_url: str, name: str, template: str = "template0") -> None:
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'drop database if exists "{name}" with (force)'))
        connection.execute(sa.text(f'create database "{name}" template "{template}"'))
    engine.dispose()
