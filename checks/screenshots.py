"""Pictures of every page for docs/reference/pages.md: `make screenshots`, or `python -m checks.screenshots`.

A demo in a folder of its own is made, photographed in both languages, and taken away; with `--home` one that is there
(a home of `fbads demo --once`) is photographed and stays. Chromium has to be installed.
"""

import argparse
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fbads_pipeline.adapters.identity.secret_files import local_secret
from fbads_pipeline.adapters.processes import Children, free_port

IMAGES = Path(__file__).parents[1] / "docs" / "images" / "pages"
LANGUAGES = ("pt", "en")
# The account of the demo that has a shop, and whose hours are known.
SHOP_ACCOUNT = "1015812345678901"
# Sheet → its pages. {account}, {campaign}, {ad}, {suggestion}: the first that the demo shows.
SHEETS: Mapping[str, tuple[str, ...]] = {
    "day": ("/", "/?account={account}", "/campaigns?account={account}", "/campaigns/{campaign}"),
    "campaigns": (
        "/campaigns?account={account}&by=age",
        "/campaigns/{campaign}/hours",
        "/campaigns/{campaign}/ads/{ad}",
        f"/creatives?account={SHOP_ACCOUNT}",
    ),
    "decisions": ("/suggestions", "/suggestions/{suggestion}", "/anomalies", "/alerts"),
    "money": ("/budgets", "/delivery", f"/sales?account={SHOP_ACCOUNT}", "/links", "/links/rule", "/benchmark"),
    "clients": ("/clients", "/targets", "/reports", "/chat"),
    "settings": ("/settings", "/rules", "/users", "/account", "/privacy", "/start"),
}
QUESTIONS = {"pt": "quanto gastamos por dia nos últimos 7 dias?", "en": "spend per day in the last 7 days"}
MOST_PICTURES, MOST_BYTES = 12, 120_000
_WIDTH, _HEIGHT, _SHOWN, _GAP = 1240, 860, 620, 12
_PALETTES = (192, 128, 96, 64, 40, 24, 16)


def main() -> None:
    """Write the pictures; prints each with its size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a demo that is there, instead of one of its own")
    home = parser.parse_args().home
    browser = chromium_path()
    with demo_home(home) as demo:
        _photograph(demo, browser)


def chromium_path() -> str:
    """Where Chromium is; ends the program with a sentence where it is not installed."""
    found = shutil.which("chromium")
    if found is None:
        sys.exit("chromium is not installed: `make programs`, or install your system's package")
    return found


@contextmanager
def demo_home(given: Path | None) -> Iterator[Path]:
    """The home that was given, or that of a demo which is made and taken away."""
    if given is not None:
        yield given
        return
    with TemporaryDirectory(prefix="fbads-pages-") as folder:
        environment = {**os.environ, "FBADS_HOME": folder, "FBADS_SANDBOX_PORT": str(free_port())}
        subprocess.run([_program(), "demo", "--once", "--hours"], env=environment, check=True)
        yield Path(folder)


def _program() -> str:
    return str(Path(sys.executable).parent / "fbads")


def _photograph(home: Path, browser: str) -> None:
    # Heavy, and in nobody's way who reads the list of sheets.
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(parents=True, exist_ok=True)
    with served(home) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        for language in LANGUAGES:
            context = chromium.new_context(base_url=address, viewport={"width": _WIDTH, "height": _HEIGHT})
            cookies = {"fbads_language": language, "fbads_local": local_secret(home)}
            context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
            page = context.new_page()
            names = first_names(page)
            for sheet, paths in SHEETS.items():
                shots = [_shot(page, path.format(**names), language) for path in paths]
                _write(IMAGES / f"{sheet}.{language}.png", shots)
            context.close()
        chromium.close()


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of the sidecar over that home."""
    port = free_port()
    with Children(home / "logs") as children:
        children.start("api", [_program(), "api"], {"FBADS_HOME": str(home), "FBADS_API_PORT": str(port)})
        address = f"http://127.0.0.1:{port}"
        children.wait_for_http("api", f"{address}/healthz", seconds=120)
        yield address


def first_names(page: Any) -> dict[str, str]:
    """What the paths name."""

    def first(path: str, selector: str, name: str = "href") -> str:
        page.goto(path)
        return str(page.locator(selector).first.get_attribute(name))

    account = SHOP_ACCOUNT
    ad = first(f"/campaigns?account={account}&level=ad", ".grid td a[href*='/ads/']").split("/")
    suggestion = first("/suggestions", "a.is-narrow[data-evidence]").rpartition("/")[2]
    return {"account": account, "campaign": ad[2], "ad": ad[4].partition("?")[0], "suggestion": suggestion}


def _shot(page: Any, path: str, language: str) -> bytes:
    page.goto(path)
    if path == "/chat":
        page.fill("main textarea, main input[name=question]", QUESTIONS[language])
        page.locator("main form button").first.click()
        page.wait_for_load_state()
        page.evaluate("window.scrollTo(0, 0)")
    return bytes(page.screenshot())


def _write(path: Path, shots: Sequence[bytes]) -> None:
    """Two pages side by side, as many colours as fit the size."""
    from PIL import Image  # heavy, as above

    shown = [Image.open(io.BytesIO(one)).convert("RGB") for one in shots]
    height = _SHOWN * _HEIGHT // _WIDTH
    rows = -(-len(shown) // 2)
    size = (2 * _SHOWN + 3 * _GAP, rows * height + (rows + 1) * _GAP)
    sheet = Image.new("RGB", size, "#8a94a6")
    for number, one in enumerate(shown):
        place = (_GAP + number % 2 * (_SHOWN + _GAP), _GAP + number // 2 * (height + _GAP))
        sheet.paste(one.resize((_SHOWN, height), Image.Resampling.LANCZOS), place)
    for colours in _PALETTES:
        out = io.BytesIO()
        sheet.quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            path.write_bytes(out.getvalue())
            sys.stdout.write(f"{path.relative_to(IMAGES.parents[2])}  {out.tell()} bytes, {colours} colours\n")
            return
    sys.exit(f"screenshots: {path.name} is larger than {MOST_BYTES} bytes")


if __name__ == "__main__":
    main()
