"""Texts that strangers wrote, as people may read them. Numbers and days are formatted by adapters.translation."""

import unicodedata

# The code of a language that has a catalogue, such as pt.
Language = str

LONGEST_NAME = 80
# Joiners hold emoji and Indic or Persian words together; every other invisible character goes.
_KEPT_INVISIBLE = frozenset("\u200c\u200d")


def plain_name(name: str | None, instead: str) -> str:
    """A stranger's text on one line: no control or bidi characters, at most 80; `instead` where nothing is left."""
    text = plain_line(name or "")
    if len(text) > LONGEST_NAME:
        text = text[: LONGEST_NAME - 1].rstrip() + "…"
    return text or instead


def plain_line(text: str) -> str:
    """The text without control, bidi and other invisible characters; every run of blanks is one space."""
    return " ".join("".join(map(_visible, text)).split())


def _visible(character: str) -> str:
    """Blanks and line ends become spaces; control, format and unpaired characters vanish."""
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp") or character in "\t\n\r\v\f\x85":
        return " "
    return "" if category in ("Cc", "Cf", "Cs") and character not in _KEPT_INVISIBLE else character


def fold(text: str) -> str:
    """Lower case without accents: "Coleção" and "colecao" are the same."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in spread if not unicodedata.combining(character))
