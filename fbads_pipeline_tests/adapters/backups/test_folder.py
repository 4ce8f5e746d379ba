"""Backups in a folder, with real keys: what is whole, and a sentence for whatever is not."""

import json
import tarfile
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pyrage
import pytest

from fbads_pipeline.adapters.backups.folder import LABEL, BackupFolder, new_identity
from fbads_pipeline.adapters.backups.home_files import HomeArchive
from fbads_pipeline.domain.health.backups import (
    DAGSTER_DATABASE,
    DATABASE,
    HOME_FILES,
    BackupContents,
    BackupDamaged,
    BackupLabel,
    BackupRefused,
)
from fbads_pipeline.services.health.keep_backups import verify_backup

AT = datetime(2026, 11, 27, 3, 51, tzinfo=UTC)
CONTENTS = BackupContents({"raw.insights": 2}, {"BRL": "10.50"}, ("jwt.secret",))
DUMP = bytes(range(256)) * 3000


@pytest.fixture
def identity(tmp_path):
    new_identity(tmp_path / "key.txt")
    return tmp_path / "key.txt"


@pytest.fixture
def folder(tmp_path, identity):
    public = pyrage.x25519.Identity.from_str(identity.read_text().splitlines()[1]).to_public()
    return BackupFolder(tmp_path / "backups", [str(public)], identity)


def made(folder, at=AT):
    begun = folder.begin(at)
    for part in (DATABASE, DAGSTER_DATABASE, HOME_FILES):
        begun.write(part, BytesIO(DUMP))
    return begun.finish(BackupLabel(at, "0.1.0", "0045", "18.4"), CONTENTS)


def test_what_was_written_is_read_and_the_disk_has_none_of_it_in_clear(folder, tmp_path):
    name = made(folder)
    assert name == "2026-11-27T035100Z"
    assert folder.made() == {AT: name}
    label = verify_backup(folder, name, has_key=True)
    assert (label.made_at, label.schema, label.server) == (AT, "0045", "18.4")
    assert folder.contents(name) == CONTENTS
    read = BytesIO()
    folder.read(name, DATABASE, read)
    assert read.getvalue() == DUMP
    for path in (tmp_path / "backups").rglob("*"):
        if path.is_file():
            assert DUMP[:64] not in path.read_bytes()
            assert b"10.50" not in path.read_bytes()
    assert (tmp_path / "backups").stat().st_mode & 0o077 == 0


def test_a_backup_that_was_not_finished_is_none_and_goes_with_the_next(folder, tmp_path):
    folder.begin(AT).write(DATABASE, BytesIO(DUMP))
    assert folder.made() == {}
    name = made(folder, AT + timedelta(seconds=1))
    assert [one.name for one in (tmp_path / "backups").iterdir()] == [name]


@pytest.mark.parametrize("part", ["database", "dagster", "home", "contents"])
@pytest.mark.parametrize("harm", ["cut", "changed", "gone"])
def test_harm_to_any_part_is_found_without_the_key(folder, tmp_path, part, harm):
    name = made(folder)
    path = tmp_path / "backups" / name / f"{part}.age"
    content = bytearray(path.read_bytes())
    if harm == "gone":
        path.unlink()
    elif harm == "cut":
        path.write_bytes(content[:-1])
    else:
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    with pytest.raises(BackupDamaged, match=f"{part}.age (has .* bytes: it was cut short|was changed since)"):
        folder.check(name)


def test_a_changed_part_whose_hash_was_changed_too_does_not_open(folder, tmp_path):
    """age authenticates each block: the label is no protection against somebody who can write it."""
    name = made(folder)
    path = tmp_path / "backups" / name / "database.age"
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    with pytest.raises(BackupDamaged, match="database.age"):
        folder.read(name, DATABASE, BytesIO())


def test_another_key_opens_nothing_and_no_key_is_asked_for(folder, tmp_path):
    name = made(folder)
    new_identity(tmp_path / "other.txt")
    other = BackupFolder(tmp_path / "backups", (), tmp_path / "other.txt")
    assert verify_backup(other, name, has_key=False).schema == "0045"
    with pytest.raises(BackupDamaged, match=r"does not open with .*other.txt .*: name the right key"):
        other.contents(name)
    with pytest.raises(BackupRefused, match="--identity FILE"):
        BackupFolder(tmp_path / "backups").contents(name)
    (tmp_path / "no.txt").write_text("AGE-SECRET-KEY-1NONSENSE\n")
    with pytest.raises(BackupRefused, match="holds no private key of age"):
        BackupFolder(tmp_path / "backups", (), tmp_path / "no.txt").contents(name)


def test_a_key_is_never_written_over(identity):
    before = identity.read_text()
    assert identity.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupRefused, match="opens no backup any more"):
        new_identity(identity)
    assert identity.read_text() == before


@pytest.mark.parametrize(
    ("recipients", "said"), [((), "FBADS_BACKUP_RECIPIENTS is missing"), (("age1no",), "no public key of age")]
)
def test_nothing_is_begun_without_a_public_key(tmp_path, recipients, said):
    with pytest.raises(BackupRefused, match=said):
        BackupFolder(tmp_path / "backups", recipients).begin(AT)
    assert not (tmp_path / "backups").exists()


def test_a_later_format_and_a_broken_label_are_said(folder, tmp_path):
    name = made(folder)
    label = tmp_path / "backups" / name / LABEL
    label.write_text(json.dumps({**json.loads(label.read_text()), "format": 2}))
    with pytest.raises(BackupDamaged, match="is of format 2, this program reads 1"):
        folder.check(name)
    label.write_text("{")
    with pytest.raises(BackupDamaged, match="cannot be read: take another backup"):
        folder.check(name)
    with pytest.raises(BackupRefused, match="is no backup: `fbads backup list`"):
        folder.check("2026-01-01T000000Z")


def test_files_of_a_home_come_back_without_secrets_and_over_nothing(tmp_path, folder):
    home, other = tmp_path / "home", tmp_path / "other"
    others = ("exports/a/b.csv", "postgres/data/x", "saved/2026-11-26T035100Z/database.age")
    for name in ("rules.yml", "erasures.jsonl", "jwt.secret", "encryption.keys", *others):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(name)
    (home / "link").symlink_to("/etc/hostname")
    archive = BytesIO()
    left_out = HomeArchive(home, home / "saved").save(lambda _, content: archive.write(content.read()) and None)
    assert left_out == ("encryption.keys", "jwt.secret")
    other.mkdir()
    (other / "rules.yml").write_text("of this home")
    HomeArchive(other).restore(lambda _, into: into.write(archive.getvalue()) and None)
    found = {str(one.relative_to(other)): one.read_text() for one in other.rglob("*") if one.is_file()}
    assert found == {
        "rules.yml": "of this home",
        "erasures.jsonl": "erasures.jsonl",
        "exports/a/b.csv": "exports/a/b.csv",
    }


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "exports/../../outside", "link"])
def test_an_archive_writes_nothing_but_files_of_the_home(tmp_path, name):
    archive, home = BytesIO(), tmp_path / "home"
    home.mkdir()
    with tarfile.open(fileobj=archive, mode="w") as made:
        member = tarfile.TarInfo(name)
        member.size, member.type = 3, tarfile.SYMTYPE if name == "link" else tarfile.REGTYPE
        member.linkname = "/etc/hostname" if name == "link" else ""
        made.addfile(member, BytesIO(b"bad"))
    with pytest.raises(BackupDamaged, match="is no file of a home"):
        HomeArchive(home).restore(lambda _, into: into.write(archive.getvalue()) and None)
    assert list(home.iterdir()) == [] and not (tmp_path / "outside").exists()
