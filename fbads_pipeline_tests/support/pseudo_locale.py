"""A third language that nobody speaks: every letter of the English catalogues replaced by one that looks alike.

What is shown in it holds no plain letter that comes from a catalogue, so that a word of plain letters is either data
or a text that did not come from a catalogue.
"""

import re
import shutil
import string
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from fbads_pipeline.adapters.translation import translator as translation
from fbads_pipeline.adapters.translation.catalogues import LOCALE

# A locale that Babel knows and we have no catalogue of.
PSEUDO = "eo"
_LETTERS = str.maketrans(
    string.ascii_letters,
    "ȧƀċḋėḟġḣıɉḳḷṁṅȯṗɋṙṡṫṳṿẇẋẏżȦɃĊḊĖḞĠḢİɈḲḶṀṄȮṖɊṘṠṪṲṾẆẊẎŻ",
)
_PARTS = re.compile(r"(\{\w+\})")
_WORD = re.compile(r"[A-Za-z]{2,}")
# Dates without names of months, which Babel translates.
_DATES = {
    "formats.day": "dd/MM/y",
    "formats.short_day": "dd/MM",
    "formats.instant": "dd/MM/y HH:mm",
}


def marked(text: str) -> str:
    """The text with its letters replaced, its placeholders as they are."""
    return "".join(part if _PARTS.fullmatch(part) else part.translate(_LETTERS) for part in _PARTS.split(text))


def write_pseudo_locale(folder: Path) -> None:
    """A copy of our catalogues in `folder`, and the pseudo-locale beside them."""
    shutil.copytree(LOCALE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.mo"))
    shutil.copytree(LOCALE / "en", folder / PSEUDO, ignore=shutil.ignore_patterns("*.mo"))
    for path in sorted((folder / PSEUDO / "LC_MESSAGES").glob("*.po")):
        path.write_bytes(_translated(path))


@contextmanager
def pseudo_locale(folder: Path) -> Iterator[str]:
    """The program with that language too; its code."""
    write_pseudo_locale(folder)
    before, translation.LOCALE = translation.LOCALE, folder
    translation.translator.cache_clear()
    try:
        yield PSEUDO
    finally:
        translation.LOCALE = before
        translation.translator.cache_clear()


def plain_words(text: str, *data: str) -> list[str]:
    """Words of plain letters that are none of those data: texts that no catalogue holds."""
    known = {word for one in data for word in _WORD.findall(one)}
    return sorted({word for word in _WORD.findall(text) if word not in known})


def _translated(path: Path) -> bytes:
    with path.open("rb") as text:
        catalogue = read_po(text, locale="en")
    made = Catalog(locale=PSEUDO, fuzzy=False)
    for one in catalogue:
        if one.id:
            key = one.id[0] if isinstance(one.id, tuple) else one.id
            made.add(one.id, _text(key, one.string))
    written = BytesIO()
    write_po(written, made, omit_header=False)
    return written.getvalue()


def _text(key: str, text: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(text, tuple):
        return tuple(marked(one) for one in text)
    if key in _DATES:
        return _DATES[key]
    is_pattern = key.startswith("formats.") and "{" not in text
    return text if is_pattern else marked(text)
