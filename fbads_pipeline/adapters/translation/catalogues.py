"""The message catalogues of `fbads_pipeline/locale`: gettext's, one folder per language, one `.po` file per subject.

A key is `<subject>.<name>`, its subject the file that holds it. `.mo` files are made beside the `.po` files by
`python -m fbads_pipeline.adapters.translation.catalogues` (make install, and the build of the wheel); without them, or
when a `.po` file is newer, the `.po` file is read.
"""

from functools import lru_cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parents[2] / "locale"


class MissingText(LookupError):
    """A key that a catalogue does not have: a fault of ours, found by the tests."""


class Catalogues:
    """The texts of one language. folder: its folder below `locale`, such as pt_BR."""

    def __init__(self, folder: Path) -> None:
        self.locale = Locale.parse(folder.name)
        self._folder = folder / "LC_MESSAGES"
        self._subjects: dict[str, GNUTranslations] = {}

    def text(self, key: str) -> str:
        """The text of that key; raises MissingText."""
        found = self._of(key).gettext(key)
        if found == key:
            raise MissingText(f"{self._folder.parent.name} lacks {key}")
        return found

    def plural(self, key: str, count: float) -> str:
        """The form of that key's text for so many; raises MissingText."""
        whole = int(count) if count == int(count) else 2
        found = self._of(key).ngettext(key, key, abs(whole))
        if found == key:
            raise MissingText(f"{self._folder.parent.name} lacks {key}")
        return found

    def has(self, key: str) -> bool:
        """Whether there is a text of that key without a plural."""
        try:
            return self.text(key) != ""
        except MissingText:
            return False

    def _of(self, key: str) -> GNUTranslations:
        subject = key.partition(".")[0]
        if subject not in self._subjects:
            self._subjects[subject] = _read(self._folder, subject)
        return self._subjects[subject]


@lru_cache
def languages(folder: Path = LOCALE) -> dict[str, Path]:
    """Code of a language (`pt`, `en`) → its folder (`pt_BR`, `en`)."""
    found = sorted(one for one in folder.iterdir() if (one / "LC_MESSAGES").is_dir())
    return {one.name.partition("_")[0]: one for one in found}


def compile_catalogues(folder: Path = LOCALE) -> list[Path]:
    """Write the `.mo` file of each `.po` file that is newer; returns those written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not _is_fresh(target, source):
            target.write_bytes(_compiled(source))
            written.append(target)
    return written


def _read(folder: Path, subject: str) -> GNUTranslations:
    source, compiled = folder / f"{subject}.po", folder / f"{subject}.mo"
    if _is_fresh(compiled, source):
        return GNUTranslations(BytesIO(compiled.read_bytes()))
    if not source.exists():
        raise MissingText(f"there is no catalogue {source.parent.parent.name}/{subject}")
    return GNUTranslations(BytesIO(_compiled(source)))


def _compiled(source: Path) -> bytes:
    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parents[1].name)
    packed = BytesIO()
    write_mo(packed, catalogue)
    return packed.getvalue()


def _is_fresh(compiled: Path, source: Path) -> bool:
    """Whether the compiled file is there, and no older than its source where that is there."""
    if not compiled.exists():
        return False
    return not source.exists() or compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns


if __name__ == "__main__":
    compile_catalogues()
