"""Pictures of creatives: which bytes are one, and may be shown. What a browser could run, such as SVG, is none."""

import struct
from dataclasses import dataclass

LARGEST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 25_000_000
# Markers of a JPEG that hold its size (https://www.w3.org/Graphics/JPEG/itu-t81.pdf, table B.1).
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


class PictureRefused(ValueError):
    """Why it is not kept: one short sentence."""


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept and served."""

    media_type: str
    width: int
    height: int
    body: bytes


def read_picture(body: bytes) -> Picture:
    """By its first bytes, never by what the other side calls it; raises PictureRefused.

    >>> read_picture(b"<svg onload='alert(1)'/>")
    Traceback (most recent call last):
    fbads_pipeline.domain.delivery.pictures.PictureRefused: neither JPEG, PNG, GIF nor WebP
    """
    if len(body) > LARGEST_BYTES:
        raise PictureRefused(f"larger than {LARGEST_BYTES // 1024 // 1024} MB")
    try:
        media_type, width, height = _measured(body)
    except (struct.error, IndexError):
        raise PictureRefused("cut off, or no picture") from None
    if not 0 < width * height <= MOST_PIXELS:
        raise PictureRefused(f"{width} × {height} pixels")
    return Picture(media_type, width, height, body)


def _measured(body: bytes) -> tuple[str, int, int]:
    """Media type, width and height."""
    if body.startswith(b"\x89PNG\r\n\x1a\n") and body[12:16] == b"IHDR":
        return "image/png", *struct.unpack(">II", body[16:24])
    if body[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif", *struct.unpack("<HH", body[6:10])
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", *_jpeg_size(body)
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp", *_webp_size(body)
    raise PictureRefused("neither JPEG, PNG, GIF nor WebP")


def _jpeg_size(body: bytes) -> tuple[int, int]:
    at = 2
    while True:
        if body[at] != 0xFF:
            raise PictureRefused("cut off, or no picture")
        marker = body[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            return width, height
        (length,) = struct.unpack(">H", body[at + 2 : at + 4])
        at += 2 + max(length, 2)


def _webp_size(body: bytes) -> tuple[int, int]:
    match body[12:16]:
        case b"VP8X":
            width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (24, 27))
            return width, height
        case b"VP8 ":
            width, height = struct.unpack("<HH", body[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack("<I", body[21:25])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise PictureRefused("cut off, or no picture")
