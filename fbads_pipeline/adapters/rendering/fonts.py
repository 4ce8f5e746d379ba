"""The fonts of what is drawn on paper or as a picture: two files on this machine, and nothing is fetched besides."""

from functools import cache
from pathlib import Path
from typing import Any

FONT = "fbads-report"
_FACES = {"DejaVuSans.ttf": "normal", "DejaVuSans-Bold.ttf": "bold"}
_SCHEME = "font:"


def font_faces() -> str:
    """The style sheet's rules that declare them."""
    return "".join(
        f"@font-face {{ font-family: {FONT}; font-weight: {weight}; src: url({_SCHEME}{name}); }}"
        for name, weight in _FACES.items()
    )


@cache
def font_fetcher() -> Any:
    """Of a document: hands out these fonts and nothing else."""
    # plutoprint is heavy: imported where it is needed.
    import plutoprint

    class Fonts(plutoprint.ResourceFetcher):
        """Hands out the two fonts, and refuses every other address.

        The library keeps a font until the process ends, later than Python does: it must read the file itself, for a
        buffer of ours would be given back to an interpreter that is gone.
        """

        def fetch_url(self, url: str) -> Any:
            name = url.removeprefix(_SCHEME)
            if name not in _FACES:
                raise ValueError("nothing is fetched")
            return plutoprint.default_resource_fetcher.fetch_url(_font(name).as_uri())

    return Fonts()


def _font(name: str) -> Path:
    """DejaVu comes with matplotlib and knows Latin, Greek, Cyrillic and the arrows."""
    # matplotlib is heavy: imported where it is needed.
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
