"""Both databases saved and restored with PostgreSQL's own programs, on a real server."""

from datetime import UTC, datetime
from threading import Event, Thread

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.backups.folder import BackupFolder, new_identity
from fbads_pipeline.adapters.backups.home_files import HomeArchive
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.postgres.server.dumps import PostgresDumps
from fbads_pipeline.domain.health.backups import BackupRefused, BackupRetention
from fbads_pipeline.services.health.keep_backups import make_backup, restore_backup

AT = datetime(2026, 11, 27, 3, 51, tzinfo=UTC)
ACCOUNT = (
    "insert into raw.accounts (account_id, name, currency, timezone_name, collected_at)"
    " values ('1', 'Loja', 'BRL', 'UTC', now())"
)
INSIGHT = (
    "insert into raw.insights (account_id, level, day, object_id, spend, collected_at)"
    " values ('1', 'account', :day, '1', :spend, now())"
)


def opened(url, home):
    home.mkdir(exist_ok=True)
    return Database(url, home)


@pytest.fixture
def saved(migrated_url, tmp_path):
    """A database with two days of an account, Dagster's beside it, and a folder for backups of them."""
    database = opened(migrated_url, tmp_path / "home")
    database.prepare()
    with database.owner.begin() as connection:
        connection.execute(sa.text(ACCOUNT))
        connection.execute(sa.text(INSIGHT), [{"day": f"2026-11-{day}", "spend": "5.25"} for day in (25, 26)])
    made = sa.create_engine(database.dagster_url)
    with made.begin() as connection:
        connection.execute(sa.text("create table runs (id int)"))
        connection.execute(sa.text("insert into runs select generate_series(1, 7)"))
    made.dispose()
    yield database
    database.close()


@pytest.fixture
def fresh(database_url, tmp_path):
    database = opened(database_url, tmp_path / "fresh")
    yield database
    database.close()


@pytest.fixture
def folder(tmp_path):
    public = new_identity(tmp_path / "key.txt")
    return BackupFolder(tmp_path / "backups", [public], tmp_path / "key.txt")


def back_up(database, folder, at=AT):
    return make_backup(PostgresDumps(database, lambda: at), HomeArchive(database.home), folder, BackupRetention())


def restore(database, folder, name):
    return restore_backup(PostgresDumps(database, lambda: AT), HomeArchive(database.home), folder, name)


def test_a_backup_is_restored_to_the_row_with_rights_and_upgraded(saved, fresh, folder):
    made = back_up(saved, folder)
    assert (made.removed, made.left_out) == (0, ("analyst.password",))
    done = restore(fresh, folder, made.name)
    assert done.differing == ()
    assert done.contents.spend == {"BRL": "10.50"}
    assert done.contents.tables["raw.insights"] == 2
    assert migrate.revision(fresh.owner) == migrate.revision(saved.owner)
    with fresh.analyst.connect() as connection:
        assert connection.execute(sa.text("select current_user")).scalar_one() == "fbads_analyst"
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            connection.execute(sa.text("select * from raw.insights"))
    other = sa.create_engine(fresh.dagster_url)
    with other.connect() as connection:
        assert connection.execute(sa.text("select count(*) from runs")).scalar_one() == 7
    other.dispose()
    with pytest.raises(BackupRefused, match="holds data already: restore into a fresh FBADS_HOME"):
        restore(fresh, folder, made.name)


def test_what_is_written_meanwhile_is_in_neither_the_dump_nor_its_counts(saved, fresh, folder):
    """The counts and the dump are of one snapshot: another run commits between them."""
    begun, written = Event(), Event()

    class Slow(BackupFolder):
        def begin(self, at):
            opened = super().begin(at)
            plain = opened.write

            def write(part, content):
                if not begun.is_set():
                    begun.set()
                    assert written.wait(30)
                plain(part, content)

            opened.write = write
            return opened

    def collect():
        assert begun.wait(30)
        with saved.owner.begin() as connection:
            connection.execute(sa.text(INSIGHT), {"day": "2026-11-27", "spend": "99"})
        written.set()

    thread = Thread(target=collect)
    thread.start()
    made = back_up(saved, Slow(folder._folder, folder._recipients, folder._identity))
    thread.join()
    done = restore(fresh, folder, made.name)
    assert (done.differing, done.contents.spend) == ((), {"BRL": "10.50"})


def test_a_backup_of_a_newer_schema_is_refused_before_anything_is_written(saved, fresh, folder):
    with saved.owner.begin() as connection:
        connection.execute(sa.text("update public.schema_version set version_num = '9999'"))
    made = back_up(saved, folder)
    with pytest.raises(BackupRefused, match="schema 9999 of a newer version"):
        restore(fresh, folder, made.name)
    assert migrate.revision(fresh.owner) is None


def test_an_empty_database_has_nothing_to_save(fresh, folder):
    with pytest.raises(BackupRefused, match="there is no data yet"):
        back_up(fresh, folder)
    assert folder.made() == {}


def test_old_ones_go_when_a_new_one_is_whole(saved, folder):
    first = back_up(saved, folder)
    again = back_up(saved, folder, AT.replace(hour=9))
    assert again.removed == 1
    assert list(folder.made().values()) == [again.name] != [first.name]
