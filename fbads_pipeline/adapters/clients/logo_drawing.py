"""A client's logo drawn anew: what is kept is a PNG made here, without metadata and of a bounded size."""

from io import BytesIO

from fbads_pipeline.domain.clients.errors import UnusableClient
from fbads_pipeline.domain.clients.logos import LARGEST_BYTES, Logo, read_logo
from fbads_pipeline.domain.core.messages import message

# Longest sides to try, the largest first: reports show a logo some 200 pixels wide.
_SIDES = (1000, 600, 300)


def drawn_logo(content: bytes) -> Logo:
    """The picture turned upright, in its colours, at most 1000 pixels a side. Nothing of the file but what is seen is
    kept: no place, no camera, no other data behind the picture.

    Raises UnusableClient for what `read_logo` refuses, and for a picture that cannot be drawn.
    """
    read_logo(content)
    # Pillow is heavy: imported where it is needed.
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as opened:
            upright = ImageOps.exif_transpose(opened)
            has_holes = upright.has_transparency_data
            picture = upright.convert("RGBA" if has_holes else "RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise UnusableClient(message("clients.logo.no_picture")) from None
    for side in _SIDES:
        picture.thumbnail((side, side))
        file = BytesIO()
        Image.frombytes(picture.mode, picture.size, picture.tobytes()).save(file, "PNG")
        if len(file.getvalue()) <= LARGEST_BYTES:
            break
    return Logo(file.getvalue(), "image/png", *picture.size)
