"""Bars of groups: every bar says its name and figure, and is as long as its figure; names are a stranger's."""

import re
from decimal import Decimal
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from fbads_pipeline.adapters.rendering.bars_svg import NamedBar, draw_bars
from fbads_pipeline.domain.core.formatting import plain_line

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = st.none() | st.decimals(0, 1_000_000, places=2)
BARS = st.lists(
    st.builds(
        lambda name, value, before: NamedBar(plain_line(name), value, f"R$ {value}", before, f"R$ {before}"),
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=80),
        FIGURES,
        FIGURES,
    ),
    min_size=1,
    max_size=15,
)


@given(BARS)
def test_every_bar_is_read_out_whole_and_drawn_to_scale(bars):
    drawn = ElementTree.fromstring(draw_bars(bars, "Investimento", "período anterior"))
    points = drawn.findall(f"{SVG}g")
    assert [one.get("tabindex") for one in points] == ["0"] * len(bars)
    highest = max((one for bar in bars for one in (bar.value, bar.before) if one is not None), default=Decimal(0))
    for bar, point in zip(bars, points, strict=True):
        said = point.get("aria-label")
        assert said is not None and said.startswith(f"{bar.name}: {bar.text}")
        assert ("período anterior" in said) == (bar.before is not None)
        (wide,) = [
            float(one.get("width")) for one in point.findall(f"{SVG}rect") if one.get("fill") != "transparent"
        ] or [0]
        if not bar.value:
            assert wide == 0, "nothing is drawn of zero, and of what is not known"
        else:
            assert abs(wide - max(350 * float(bar.value / highest), 1.5)) < 0.2


def test_a_name_is_no_markup():
    drawn = draw_bars([NamedBar('"><script>alert(1)</script>', Decimal(1), "1")] * 2, "Gasto", "antes")
    assert "<script" not in drawn and len(re.findall('aria-label="&quot;&gt;', drawn)) == 2
