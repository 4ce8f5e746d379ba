"""Erased persons in the files of a home: whom to erase again after a restore, and addresses in other files."""

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import orjson

from fbads_pipeline.adapters.home_folder import private_folder
from fbads_pipeline.domain.identity.personal_data import spellings

ERASURES_FILE = "erasures.jsonl"
# Folders of the home whose files may name a person.
_WITH_PERSONS = ("outbox", "logs", "dagster", "exports")
_NOT_TEXT = frozenset({".pdf", ".xlsx", ".png"})


class ErasureList:
    """One line per erased person: a random id, which names nobody, and when. It lies beside the database, so that a
    restored backup cannot undo it."""

    def __init__(self, home: Path) -> None:
        self._path = home / ERASURES_FILE

    def add(self, user_id: str, at: datetime) -> None:
        """Once per person."""
        if user_id in self.user_ids():
            return
        private_folder(self._path.parent)
        with self._path.open("ab") as file:
            file.write(orjson.dumps({"user_id": user_id, "erased_at": at.isoformat()}) + b"\n")

    def user_ids(self) -> list[str]:
        """Whom there is to erase again; a line that cannot be read is left out."""
        if not self._path.exists():
            return []
        found = (_user_id(line) for line in self._path.read_bytes().splitlines())
        return [one for one in found if one is not None]


def replace_in_files(home: Path, texts: Iterable[str], replacement: str) -> int:
    """Replace texts in every spelling in the outbox of the dry run, in logs, in what runs of Dagster printed, and in
    reports that are text; returns in how many files."""
    written = {one for text in texts for one in spellings(text)}
    pattern = re.compile(b"|".join(re.escape(one.encode()) for one in sorted(written, key=len, reverse=True)), re.I)
    changed = 0
    for folder in _WITH_PERSONS:
        for path in sorted(one for one in (home / folder).rglob("*") if one.is_file()):
            if path.suffix in _NOT_TEXT:
                continue
            before = path.read_bytes()
            after = pattern.sub(replacement.encode(), before)
            if after != before:
                # In place, since the programs that write it go on at its end.
                path.write_bytes(after)
                changed += 1
    return changed


def _user_id(line: bytes) -> str | None:
    try:
        return str(orjson.loads(line)["user_id"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
