"""A logo is kept as what is seen of it: drawn anew, without what the file says besides."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fbads_pipeline.adapters.clients.logo_drawing import drawn_logo
from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.logos import LARGEST_BYTES

SECRET = b"-23.5505,-46.6333"


def a_file(kind, mode="RGB", size=(300, 100), **how):
    file = BytesIO()
    colour = {"RGB": (200, 30, 10), "RGBA": (200, 30, 10, 0), "CMYK": (0, 200, 200, 30), "P": 3, "L": 90}[mode]
    Image.new(mode, size, colour).save(file, kind, **how)
    return file.getvalue()


def place():
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = SECRET.decode(), 6  # a description, and a camera that was turned
    return exif


def seen(logo):
    return Image.open(BytesIO(logo.content))


@pytest.mark.parametrize(
    "content",
    [a_file("JPEG", exif=place()), a_file("WEBP", exif=place()), a_file("JPEG", comment=SECRET)]
    + [a_file("PNG", pnginfo=(lambda info: (info.add_text("Comment", SECRET.decode()), info)[1])(PngInfo()))]
    + [a_file("PNG") + SECRET + b"<script>" + b"\0\0\0\0IEND\xaeB`\x82"],
)
def test_nothing_but_the_picture_is_kept(content):
    assert SECRET in content
    logo = drawn_logo(content)
    assert SECRET not in logo.content and b"script" not in logo.content
    assert (logo.media_type, seen(logo).info, seen(logo).size) == ("image/png", {}, (logo.width, logo.height))


def test_a_turned_picture_stands_upright_and_a_hole_stays_one():
    logo = drawn_logo(a_file("JPEG", exif=place()))
    assert (logo.width, logo.height) == (100, 300)
    assert seen(drawn_logo(a_file("PNG", "RGBA"))).getpixel((0, 0))[3] == 0
    assert all(seen(drawn_logo(a_file(*one))).mode == "RGB" for one in (("JPEG", "CMYK"), ("PNG", "P"), ("PNG", "L")))


def test_a_large_one_is_drawn_smaller_and_keeps_its_shape():
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (1800, 2400, 3), dtype=np.uint8))
    file = BytesIO()
    noise.save(file, "JPEG", quality=20)
    assert len(file.getvalue()) <= LARGEST_BYTES
    logo = drawn_logo(file.getvalue())
    assert len(logo.content) <= LARGEST_BYTES and (logo.width, logo.height) == (600, 450)


@pytest.mark.parametrize(
    "content", [b"<svg onload='x'/>", a_file("PNG")[:60], a_file("JPEG")[:300], a_file("GIF", "P")]
)
def test_what_cannot_be_drawn_is_refused(content):
    with pytest.raises(UnusableClient):
        drawn_logo(content)
