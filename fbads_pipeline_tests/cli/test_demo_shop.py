"""The demo's shop: connected once, with orders of days that are over, and imported again without repeats."""

from datetime import date

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.cli.operations.demo import _connect_shop
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.settings import load_settings

ACCOUNT = "1015812345678901"


def test_the_demo_has_a_shop_with_orders(migrated_url, migrated_engine, tmp_path):
    with SandboxServer(campaigns=2, now="2026-11-10T15:00:00+00:00") as server, migrated_engine.connect() as connection:
        connection.execute(
            sa.text(
                "insert into raw.accounts (account_id, name, currency, timezone_name, collected_at)"
                " values (:id, 'Loja', 'BRL', 'America/Sao_Paulo', now())"
            ),
            {"id": ACCOUNT},
        )
        connection.commit()
        settings = load_settings(graph_url=server.url, now="2026-11-10T15:00:00+00:00", home=str(tmp_path))
        database = Database(migrated_url, tmp_path)
        found = []
        for _ in range(2):
            _connect_shop(database, settings, DayRange(date(2026, 9, 12), date(2026, 11, 10)))
            with migrated_engine.connect() as reader:
                found.append(reader.execute(sa.text("select count(*) from ops.orders")).scalar_one())
        with migrated_engine.connect() as reader:
            days = reader.execute(sa.text("select first_day, last_day from ops.order_coverage")).all()
        database.close()
    assert found[0] == found[1] > 50
    assert [tuple(one) for one in days] == [(date(2026, 10, 13), date(2026, 11, 9))]
