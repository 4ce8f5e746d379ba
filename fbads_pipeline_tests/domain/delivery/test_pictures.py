"""Pictures are what their bytes say; creatives are judged by their own evidence, or not at all."""

import contextlib
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fbads_pipeline.domain.delivery.creatives import Creative, with_verdicts
from fbads_pipeline.domain.delivery.pictures import LARGEST_BYTES, Picture, PictureRefused, read_picture


def drawn(form, size=(30, 20), **options):
    kept = io.BytesIO()
    Image.new("RGB", size, "red").save(kept, form, **options)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("form", "options", "media"),
    [
        ("PNG", {}, "image/png"),
        ("GIF", {}, "image/gif"),
        ("JPEG", {}, "image/jpeg"),
        ("JPEG", {"progressive": True}, "image/jpeg"),
        ("WEBP", {}, "image/webp"),
        ("WEBP", {"lossless": True}, "image/webp"),
    ],
)
def test_the_kinds_of_pictures_that_browsers_draw_are_measured(form, options, media):
    found = read_picture(drawn(form, **options))
    assert (found.media_type, found.width, found.height) == (media, 30, 20)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg onload='alert(1)'></svg>",
        b"<html>",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        drawn("PNG")[:18],
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"RIFF0000WEBPXXXX" + bytes(40),
        b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\x00\x01\x00\x00" * 2,
        drawn("PNG") + bytes(LARGEST_BYTES),
        b"BM" + bytes(60),
    ],
)
def test_anything_else_is_refused(body):
    with pytest.raises(PictureRefused):
        read_picture(body)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\xff\xd8\xff", b"GIF89a", b"RIFF1234WEBPVP8 ", b"\x89PNG\r\n\x1a\n"]),
)
def test_no_bytes_are_a_fault_of_ours(body, start):
    with contextlib.suppress(PictureRefused):
        assert isinstance(read_picture(start + body), Picture)


def creative(key, spend, conversions, **given_):
    shown = dict.fromkeys(("title", "body", "call_to_action", "link", "kind", "instagram_permalink", "story_id"))
    amounts = {"spend": None if spend is None else Decimal(spend)}
    amounts["conversions"] = None if conversions is None else Decimal(conversions)
    return Creative("1", key, **shown, ads=1, has_picture=False, currency="BRL", **amounts, **given_)


def verdicts(*creatives):
    return {one.key: one.verdict for one in with_verdicts(creatives)}


def test_a_creative_is_better_or_worse_only_where_its_own_evidence_says_so():
    found = verdicts(
        creative("good", 1000, 60),
        creative("usual", 1000, 31),
        creative("bad", 1000, 4),
        creative("small", 20, 1),
        creative("unknown", 1000, None),
    )
    assert found == {"good": "best", "usual": "unclear", "bad": "worst", "small": "too_little", "unknown": "too_little"}


def test_nothing_is_compared_where_there_is_nothing_to_compare_with():
    assert verdicts(creative("alone", 1000, 60)) == {"alone": "too_little"}
    assert verdicts(creative("a", 1000, 0), creative("b", 500, 0)) == {"a": "too_little", "b": "too_little"}
    assert verdicts(creative("a", None, None), creative("b", 0, 0)) == {"a": "too_little", "b": "too_little"}


def test_ratios_of_what_is_not_known_are_not_known():
    assert creative("a", None, 3).cost_per_conversion is None
    assert creative("a", 10, 0).cost_per_conversion is None
    assert creative("a", 10, 4).cost_per_conversion == Decimal("2.5")
    assert creative("a", 1, 1, clicks=Decimal(1), impressions=None).click_rate is None
