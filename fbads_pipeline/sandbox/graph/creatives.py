"""What ads show: three pictures per campaign, each in several ads, and the pictures themselves."""

import struct
import zlib
from hashlib import md5
from typing import Any

from fbads_pipeline.sandbox.graph.sandbox import GraphAnswer
from fbads_pipeline.sandbox.scenarios import Scenarios
from fbads_pipeline.sandbox.world.names import OFFERS
from fbads_pipeline.sandbox.world.world import ADS_BELOW, AdObject, SandboxAccount

PICTURES = "pictures/"
_EACH, _SIDE = 3, 64
_WITHOUT_PICTURE = 11
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def show_creative(account: SandboxAccount, ad: AdObject) -> dict[str, Any]:
    """Every eleventh ad has a creative without picture; every fifth picture is the still of a video."""
    campaign = ad.index // ADS_BELOW["campaign"]
    number = ad.index % _EACH
    theme = account.objects["campaign"][campaign].name.partition(" | ")[0]
    name = md5(f"{account.id}/{campaign}/{number}".encode(), usedforsecurity=False).hexdigest()
    shown: dict[str, Any] = {
        "id": str(int(ad.id) + 5),
        "name": f"Creative {number + 1}",
        "title": f"{theme}: {OFFERS[account.language][number]}"[:200],
        "body": f"{ad.name} …",
        "call_to_action_type": ("SHOP_NOW", "LEARN_MORE", "SIGN_UP")[number],
        "object_type": "SHARE",
        "link_url": f"https://shop.example/{campaign}?utm_source=meta",
        "url_tags": "utm_campaign={{campaign.name}}|{{campaign.id}}" if number else "utm_campaign=sale",
        "effective_object_story_id": f"1000{account.index}_{ad.index}",
        "instagram_permalink_url": f"https://www.instagram.com/p/{name[:11]}/",
    }
    if ad.index % _WITHOUT_PICTURE == _WITHOUT_PICTURE - 1:
        return shown
    is_video = campaign % 5 == 4
    key = {"video_id": str(int(name[:12], 16))} if is_video else {"image_hash": name}
    return {**shown, **key, "object_type": "VIDEO" if is_video else "SHARE"} | {
        "thumbnail_url": f"{account.pictures_at}{PICTURES}{name}.png"
    }


def show_picture(scenarios: Scenarios, name: str) -> GraphAnswer:
    """A square with a disc, whose colours follow from its name; odd-picture: its figure says what comes instead."""
    if (odd := scenarios.hit("odd-picture", None, f"{PICTURES}{name}")) is None:
        return GraphAnswer(200, _png(name), media="image/png")
    match odd.figure:
        case "large":
            return GraphAnswer(200, _png(name) + bytes(20_000_000), media="image/png")
        case "redirect":
            return GraphAnswer(302, b"", headers={"location": "http://169.254.169.254/latest/meta-data/"})
        case "none":
            return GraphAnswer(404, b"", media="text/plain")
    return GraphAnswer(200, SVG, media="image/png")


def _png(name: str) -> bytes:
    digest = md5(name.encode(), usedforsecurity=False).digest()
    ground, disc = digest[:3], bytes(255 - one for one in digest[:3])
    middle, radius = _SIDE // 2, _SIDE // 4 + digest[3] % (_SIDE // 8)
    lines = b"".join(
        b"\0" + b"".join(disc if _is_near(x - middle, y - middle, radius) else ground for x in range(_SIDE))
        for y in range(_SIDE)
    )
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def _is_near(x: int, y: int, radius: int) -> bool:
    return x * x + y * y < radius * radius
