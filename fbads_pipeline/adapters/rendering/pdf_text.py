"""The text of the PDF files that `pdf` draws, to find a person in them; no reader for the files of others."""

import re
import zlib
from collections.abc import Iterator, Mapping

_STREAM = re.compile(rb"(?:^|\s)(\d+) 0 obj\s*<<(.*?)>>\s*stream\r?\n(.*?)\r?\nendstream", re.S)
_OBJECT = re.compile(rb"(\d+) 0 obj\s*(<<.*?)endobj", re.S)
_PACKED = re.compile(rb"/Type\s*/ObjStm")
_FIRST = re.compile(rb"/First\s+(\d+)")
_FONT_NAME = re.compile(rb"/(f-\d+-\d+)\s+(\d+) 0 R")
_TO_UNICODE = re.compile(rb"/ToUnicode\s+(\d+) 0 R")
_CODE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
# What a page says: a font, a text in it (in brackets or in hexadecimal), or that a line ends.
_SPOKEN = re.compile(rb"/(f-\d+-\d+)\s|\(((?:\\.|[^\\()])*)\)|<([0-9a-fA-F\s]*)>|\b(Td|Tm|T\*|ET)\b", re.S)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.S)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pdf_text(content: bytes) -> str:
    """Every text of the file, in the order in which it is drawn, words with single spaces between them.

    Raises ValueError for a file that shows text in a font that cannot be read, or that is no such PDF.
    """
    streams = {int(number): (about, _unpacked(about, data)) for number, about, data in _STREAM.findall(content)}
    if not content.startswith(b"%PDF") or not streams:
        raise ValueError("this is no PDF of a report")
    loose = b"\n".join((content, *(data for about, data in streams.values() if _PACKED.search(about))))
    objects = dict(_objects(streams)) | {int(number): body for number, body in _OBJECT.findall(loose)}
    fonts = {name: _codes(objects.get(int(number), b""), streams) for name, number in _FONT_NAME.findall(loose)}
    shown = [_text(data, fonts) for about, data in streams.values() if b" Tf" in data and b"BT" in data]
    return " ".join(" ".join(shown).split())


def _unpacked(about: bytes, data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data) if b"/FlateDecode" in about else data


def _objects(streams: Mapping[int, tuple[bytes, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Number and body of each object that is packed with others."""
    for about, data in streams.values():
        first = _FIRST.search(about)
        if first and _PACKED.search(about):
            begin = int(first[1])
            numbers = list(map(int, data[:begin].split()))
            places = [begin + one for one in numbers[1::2]]
            for number, at, end in zip(numbers[::2], places, [*places[1:], len(data)], strict=True):
                yield number, data[at:end]


def _codes(font: bytes, streams: Mapping[int, tuple[bytes, bytes]]) -> Mapping[bytes, str]:
    """Of a font: the code of a letter → the letter."""
    found = _TO_UNICODE.search(font)
    if found is None or int(found[1]) not in streams:
        return {}
    listed = _CODE.findall(streams[int(found[1])][1].partition(b"endcodespacerange")[2])
    return {bytes.fromhex(code.decode()): bytes.fromhex(letter.decode()).decode("utf-16-be") for code, letter in listed}


def _text(page: bytes, fonts: Mapping[bytes, Mapping[bytes, str]]) -> str:
    codes: Mapping[bytes, str] = {}
    parts: list[str] = []
    for font, plain, packed, line in _SPOKEN.findall(page):
        if font:
            codes = fonts.get(font, {})
        elif line:
            parts.append(" ")
        else:
            said = _ESCAPED.sub(_letter, plain) if plain else bytes.fromhex(b"".join(packed.split()).decode())
            parts.append(_decoded(said, codes))
    return "".join(parts)


def _letter(escaped: re.Match[bytes]) -> bytes:
    one = escaped[1]
    return bytes([int(one, 8) & 255]) if one.isdigit() else _LETTERS.get(one, one)


def _decoded(said: bytes, codes: Mapping[bytes, str]) -> str:
    if not said:
        return ""
    width = len(next(iter(codes), b""))
    if not width or any(said[at : at + width] not in codes for at in range(0, len(said), width)):
        raise ValueError("a font of the PDF cannot be read")
    return "".join(codes[said[at : at + width]] for at in range(0, len(said), width))
