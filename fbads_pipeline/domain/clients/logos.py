"""A client's logo: PNG, JPEG or WebP, known by its own bytes, of a bounded size. SVG is none: it can hold a program."""

import struct
from dataclasses import dataclass

from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.delivery.pictures import PictureRefused, read_picture

LARGEST_BYTES, LONGEST_SIDE = 1024 * 1024, 4000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
# Start-of-frame markers carry a picture's size; 0xc4, 0xc8 and 0xcc are other segments.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Logo:
    """A picture whose type and size were read from its own header."""

    content: bytes
    media_type: str
    width: int
    height: int


def read_logo(content: bytes) -> Logo:
    """The picture, whatever its name says; raises UnusableClient for anything but a PNG, JPEG or WebP of a usable
    size."""
    if len(content) > LARGEST_BYTES:
        raise UnusableClient(message("clients.logo.too_large", bytes=str(len(content))))
    if content.startswith(_PNG):
        media_type, size = "image/png", _png_size(content)
    elif content.startswith(_JPEG):
        media_type, size = "image/jpeg", _jpeg_size(content)
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        media_type, size = "image/webp", _webp_size(content)
    else:
        raise UnusableClient(message("clients.logo.no_picture"))
    if size is None or not (0 < size[0] <= LONGEST_SIDE and 0 < size[1] <= LONGEST_SIDE):
        raise UnusableClient(message("clients.logo.no_size", longest=str(LONGEST_SIDE)))
    return Logo(content, media_type, *size)


def _png_size(content: bytes) -> tuple[int, int] | None:
    if len(content) < 33 or content[12:16] != b"IHDR" or b"IEND" not in content[-12:]:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return int(width), int(height)


def _webp_size(content: bytes) -> tuple[int, int] | None:
    try:
        found = read_picture(content)
    except PictureRefused:
        return None
    return found.width, found.height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walks the segments to the frame header, which has the height before the width."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return int(width), int(height)
        place += 2 + max(length, 2)
    return None
