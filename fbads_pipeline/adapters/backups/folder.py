"""A backup is a folder: a part per file, encrypted with age, and a label beside them.

Anybody who holds the private key can open a part without this program: `age -d -i KEY database.age`. The machine that
makes backups needs the public key alone.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import orjson

from fbads_pipeline.adapters.home_folder import private_folder
from fbads_pipeline.domain.health.backups import (
    CONTENTS,
    FORMAT,
    PARTS,
    BackupContents,
    BackupDamaged,
    BackupLabel,
    BackupRefused,
    PartFact,
)

LABEL = "backup.json"
_NAME = "%Y-%m-%dT%H%M%SZ"
_HALF_MADE = ".half-made-"
_BLOCK = 1 << 20
NO_KEY = "FBADS_BACKUP_RECIPIENTS is missing: set it to the public key that `fbads backup key FILE` prints"


class BackupFolder:
    """The folder of FBADS_BACKUP_FOLDER.

    recipients: public keys (`age1…`), each of whose owners can open a backup; identity: a file with a private key,
    which reading needs.
    """

    def __init__(self, folder: Path, recipients: Sequence[str] = (), identity: Path | None = None) -> None:
        self._folder, self._recipients, self._identity = folder, recipients, identity

    def begin(self, at: datetime) -> "OpenBackupFolder":
        """Raises BackupRefused without a public key, or where one is none."""
        keys = _recipients(self._recipients)
        try:
            private_folder(self._folder)
            for left in self._folder.glob(f"{_HALF_MADE}*"):
                shutil.rmtree(left)
            return OpenBackupFolder(self._folder, at.astimezone(UTC).strftime(_NAME), keys)
        except OSError as fault:
            raise BackupRefused(f"FBADS_BACKUP_FOLDER cannot be written ({fault.strerror}): {self._folder}") from None

    def made(self) -> Mapping[datetime, str]:
        """Whole backups alone: one that is being made has another name."""
        found = {}
        for path in self._folder.glob(f"*/{LABEL}"):
            try:
                found[datetime.strptime(path.parent.name, _NAME).replace(tzinfo=UTC)] = path.parent.name
            except ValueError:
                continue
        return found

    def remove(self, name: str) -> None:
        """The label first: what is left of a removal that was cut short is no backup."""
        (self._folder / name / LABEL).unlink(missing_ok=True)
        shutil.rmtree(self._folder / name)

    def check(self, name: str) -> BackupLabel:
        """Each part's size and hash are those of the label."""
        label = self._label(name)
        if missing := sorted(set(PARTS) - label.parts.keys()):
            raise BackupDamaged(f"the backup {name} lacks {', '.join(missing)}: take another one")
        for part, fact in label.parts.items():
            path = self._part(name, part)
            size = path.stat().st_size if path.is_file() else 0
            if size != fact.size:
                raise BackupDamaged(f"{path} has {size} of {fact.size} bytes: it was cut short, take another backup")
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != fact.sha256:
                    raise BackupDamaged(f"{path} was changed since it was made: take another backup")
        return label

    def read(self, name: str, part: str, into: IO[bytes]) -> None:
        """Raises BackupRefused without a private key, BackupDamaged where it does not open the part."""
        # pyrage is a compiled library that few commands need: imported where it is needed.
        import pyrage

        path = self._part(name, part)
        try:
            with path.open("rb") as file:
                pyrage.decrypt_io(file, into, [self._key()])
        except pyrage.DecryptError as fault:
            raise BackupDamaged(f"{path} does not open with {self._identity} ({fault}): name the right key") from None
        except OSError as fault:
            raise BackupDamaged(f"{path} cannot be read to its end ({fault.strerror or fault})") from None

    def contents(self, name: str) -> BackupContents:
        """What the database held."""
        text = BytesIO()
        self.read(name, CONTENTS, text)
        given = orjson.loads(text.getvalue())
        return BackupContents(given["tables"], given["spend"], tuple(given["left_out"]))

    def _part(self, name: str, part: str) -> Path:
        return self._folder / name / f"{part}.age"

    def _label(self, name: str) -> BackupLabel:
        path = self._folder / name / LABEL
        try:
            given = orjson.loads(path.read_bytes())
            if given["format"] != FORMAT:
                raise BackupDamaged(
                    f"{path} is of format {given['format']}, this program reads {FORMAT}: use the version that made it"
                )
            parts = {part: PartFact(**fact) for part, fact in given["parts"].items()}
            made_at = datetime.fromisoformat(given["made_at"])
            return BackupLabel(made_at, given["program"], given["schema"], given["server"], parts)
        except FileNotFoundError:
            raise BackupRefused(f"{path.parent} is no backup: `fbads backup list` names those there are") from None
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OSError):
            raise BackupDamaged(f"{path} cannot be read: take another backup") from None

    def _key(self) -> Any:
        # See above.
        import pyrage

        if self._identity is None:
            raise BackupRefused("reading a backup needs its private key: --identity FILE")
        try:
            lines = self._identity.read_text(encoding="ascii", errors="replace").splitlines()
        except OSError as fault:
            raise BackupRefused(f"the key {self._identity} cannot be read ({fault.strerror})") from None
        for line in lines:
            if line.startswith("AGE-SECRET-KEY-"):
                try:
                    return pyrage.x25519.Identity.from_str(line.strip())
                except pyrage.IdentityError:
                    break
        raise BackupRefused(f"{self._identity} holds no private key of age (AGE-SECRET-KEY-…)")


class OpenBackupFolder:
    """A backup under way, in a folder whose name says so."""

    def __init__(self, folder: Path, name: str, keys: Sequence[Any]) -> None:
        self._name, self._keys, self._parts = name, keys, dict[str, PartFact]()
        self._target, self._made = folder / name, folder / f"{_HALF_MADE}{name}"
        self._made.mkdir(mode=0o700)

    def write(self, part: str, content: IO[bytes]) -> None:
        """Never unencrypted on the disk."""
        # See above.
        import pyrage

        path = self._made / f"{part}.age"
        try:
            with path.open("wb") as file:
                path.chmod(0o600)
                hashing = _Hashing(file)
                pyrage.encrypt_io(content, hashing, self._keys)
                file.flush()
                os.fsync(file.fileno())
        except OSError as fault:
            raise BackupRefused(f"{path} cannot be written ({fault.strerror or fault}): free some space") from None
        self._parts[part] = PartFact(hashing.size, hashing.sha256.hexdigest())

    def finish(self, label: BackupLabel, contents: BackupContents) -> str:
        """The label comes last, and then the name."""
        self.write(CONTENTS, BytesIO(orjson.dumps(vars(contents))))
        given = {"format": FORMAT, **vars(label), "parts": {name: vars(one) for name, one in self._parts.items()}}
        (self._made / LABEL).write_bytes(orjson.dumps(given, option=orjson.OPT_INDENT_2))
        if self._target.exists():
            raise BackupRefused(f"{self._target} exists already: make one backup a second")
        self._made.rename(self._target)
        return self._name


class _Hashing:
    """A file that counts and hashes what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.sha256, self.size = file, hashlib.sha256(), 0

    def write(self, content: bytes) -> int:
        self.sha256.update(content)
        self.size += len(content)
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()


def new_identity(path: Path) -> str:
    """A new private key in a file for its owner alone; returns the public one. Raises BackupRefused for a file that
    exists."""
    # See above.
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(f"# public key: {identity.to_public()}\n{identity}\n")
    except FileExistsError:
        raise BackupRefused(f"{path} exists: a key that is written over opens no backup any more") from None
    except OSError as fault:
        raise BackupRefused(f"{path} cannot be written ({fault.strerror})") from None
    return str(identity.to_public())


def _recipients(texts: Sequence[str]) -> list[Any]:
    # See above.
    import pyrage

    if not texts:
        raise BackupRefused(NO_KEY)
    try:
        return [pyrage.x25519.Recipient.from_str(one) for one in texts]
    except pyrage.RecipientError:
        raise BackupRefused("FBADS_BACKUP_RECIPIENTS holds what is no public key of age (age1…)") from None
