"""In whose colours a report is: the agency's name, its logo, its colours where they can be read on white paper."""

from dataclasses import dataclass

from fbads_pipeline.domain.reports.facts import ReportPicture

INK, ACCENT = "#2457a6", "#2457a6"
# WCAG 2.2: of text on its background, and of what only decorates or separates.
TEXT_CONTRAST, MARK_CONTRAST = 4.5, 3.0
_DARKER = 0.92
# Where sRGB's curve begins, and the weights of red, green and blue (WCAG 2.2, relative luminance).
_LINEAR_UNTIL, _WEIGHTS = 0.04045, (0.2126, 0.7152, 0.0722)


@dataclass(frozen=True)
class ReportBrand:
    """name: of the agency, empty where none is set; ink: of headings and bars; accent: of rules."""

    name: str = ""
    ink: str = INK
    accent: str = ACCENT
    logo: ReportPicture | None = None


PLAIN_BRAND = ReportBrand()


def contrast_on_white(color: str) -> float:
    """The contrast ratio of `#rrggbb` on white, 1 to 21."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= _LINEAR_UNTIL else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 1.05 / (sum(part * weight for part, weight in zip(linear, _WEIGHTS, strict=True)) + 0.05)


def readable_on_white(color: str, least: float = TEXT_CONTRAST) -> str:
    """The colour, darkened as far as it takes to be read on white."""
    channels = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    while contrast_on_white(shown := "#" + "".join(f"{one:02x}" for one in channels)) < least:
        channels = [int(one * _DARKER) for one in channels]
    return shown
