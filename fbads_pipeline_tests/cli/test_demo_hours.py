"""The demo's past by the hour: read as it was, before the present, with the sandbox's clock back at its time."""

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.cli import demo_hours
from fbads_pipeline.sandbox.testing import SandboxServer
from fbads_pipeline.settings import load_settings

NOW = "2026-11-10T15:00:00+00:00"


def test_every_hour_of_the_days_is_read_as_it_was_and_the_clock_is_set_back(migrated_url, tmp_path, monkeypatch):
    monkeypatch.setattr(demo_hours, "DAYS", 1)
    with SandboxServer(campaigns=4, now=NOW) as sandbox:
        given = {"graph_url": sandbox.url, "access_token": sandbox.token, "now": NOW}
        database = Database(migrated_url, tmp_path, fixed_now=NOW)
        read = demo_hours.read_past_hours(database, load_settings(home=tmp_path, **given))
        assert sandbox.control("state")["now"].startswith("2026-11-10T15:00:00")
    asked = "select day, count(distinct read_at) from raw.reading_runs group by day order by day"
    with database.owner.connect() as connection:
        yesterday, today = connection.execute(sa.text(asked)).all()
        spends = (
            connection.execute(
                sa.text(
                    "select spend from raw.insight_readings where day = :day and level = 'account' order by read_at"
                ),
                {"day": yesterday[0]},
            )
            .scalars()
            .all()
        )
    database.close()
    assert (str(yesterday[0]), str(today[0])) == ("2026-11-09", "2026-11-10")
    assert yesterday[1] == 25 and today[1] < 25 and read == yesterday[1] + today[1]
    assert len(spends) > 12 and spends == sorted(spends), "a day's spend grows"
