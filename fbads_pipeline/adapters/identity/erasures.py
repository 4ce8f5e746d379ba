"""Erased persons in the files of a home: whom to erase again after a restore, and addresses in other files."""

import html
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from fbads_pipeline.adapters.exports import exports_folder
from fbads_pipeline.adapters.home_folder import private_folder
from fbads_pipeline.adapters.rendering.pdf_text import pdf_text
from fbads_pipeline.domain.identity.personal_data import spellings, squeezed

ERASURES_FILE = "erasures.jsonl"
# Folders of the home whose files may name a person.
_WITH_PERSONS = ("outbox", "logs", "dagster", "exports")
_NOT_TEXT = frozenset({".pdf", ".xlsx", ".png"})
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class ErasureReport:
    """What an erasure changed beside the database's rows, in numbers, since a file's name may name somebody.
    rewritten_files: in which the person was replaced; deleted_files: reports that named them; ended_links: links to
    reports that named them."""

    rewritten_files: int = 0
    deleted_files: int = 0
    ended_links: int = 0


class ErasureList:
    """One line per erased person: a random id, which names nobody, when, and what was changed. It lies beside the
    database, so that a restored backup cannot undo it."""

    def __init__(self, home: Path) -> None:
        self._path = home / ERASURES_FILE

    def add(self, user_id: str, at: datetime, report: ErasureReport) -> None:
        """Once per person."""
        if user_id in self.user_ids():
            return
        private_folder(self._path.parent)
        line = {"user_id": user_id, "erased_at": at.isoformat(), "report": asdict(report)}
        with self._path.open("ab") as file:
            file.write(orjson.dumps(line) + b"\n")

    def user_ids(self) -> list[str]:
        """Whom there is to erase again; a line that cannot be read is left out."""
        return [one["user_id"] for one in self._lines()]

    def report(self, user_id: str) -> ErasureReport:
        """Of the erasure of that person; empty where there was none."""
        found = next((one.get("report") for one in self._lines() if one["user_id"] == user_id), None) or {}
        return ErasureReport(**found)

    def _lines(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        found = (_line(line) for line in self._path.read_bytes().splitlines())
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


def delete_reports(home: Path, texts: Iterable[str], named: Iterable[str] = ()) -> int:
    """Delete the workbooks and PDF files among the exports that name somebody, in whatever spelling, and those that
    cannot be read; returns how many. named: files that are known to, by their names."""
    wanted, known, deleted = [squeezed(one) for one in texts], set(named), 0
    for path in sorted(one for one in exports_folder(home).rglob("*") if one.is_file()):
        if path.name in known or (path.suffix in (".pdf", ".xlsx") and document_names(path.read_bytes(), wanted)):
            path.unlink()
            deleted += 1
    return deleted


def document_names(content: bytes, wanted: Iterable[str]) -> bool:
    """Whether a workbook or a PDF has one of these (squeezed) texts in it, or cannot be read."""
    try:
        text = squeezed(pdf_text(content) if content.startswith(b"%PDF") else _text_of_workbook(content))
    except (ValueError, zipfile.BadZipFile, OSError):
        return True
    return any(one in text for one in wanted)


def page_names(page: bytes, wanted: Iterable[str]) -> bool:
    """Whether a page has one of these (squeezed) texts in it."""
    text = squeezed(html.unescape(_TAG.sub(" ", page.decode(errors="replace"))))
    return any(one in text for one in wanted)


def _text_of_workbook(content: bytes) -> str:
    """What all of its parts say, without their tags."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = (book.read(name).decode(errors="replace") for name in book.namelist() if not name.endswith(".png"))
        return " ".join(html.unescape(_TAG.sub(" ", part)) for part in parts)


def _line(line: bytes) -> dict[str, Any] | None:
    try:
        read = orjson.loads(line)
        return {**read, "user_id": str(read["user_id"])}
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
