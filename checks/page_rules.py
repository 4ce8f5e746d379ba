"""What Lighthouse asks of pages (performance, accessibility, best practices), measured by hand in Chromium:
`make page-rules`, or `python -m checks.page_rules [--home DEMO] [--write]`.

Every page of `checks.screenshots` is opened at two widths, as a phone with a slower processor where it is narrow.
Prints a row per rule with what the worst page had, and each page that breaks one; `--write` puts the table into
docs/reference/page-rules.md. Ends with 1 where a rule is broken.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from checks.screenshots import SHEETS, chromium_path, demo_home, first_names, served
from fbads_pipeline.adapters.identity.secret_files import local_secret

DOCUMENT = Path(__file__).parents[1] / "docs" / "reference" / "page-rules.md"
SCRIPT = Path(__file__).with_name("page_rules.js")
# Width → how many times slower than this machine's the processor is (4: Lighthouse's phone).
WIDTHS: Mapping[int, int] = {390: 4, 1280: 1}
_HEIGHT = 844
_BEGUN, _ENDED = "<!-- rules -->", "<!-- end of rules -->"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Rule(NamedTuple):
    """measure: its name in what a page gave; most: the largest value that is right."""

    group: str
    measure: str
    text: str
    most: float
    unit: str = ""


RULES = (
    Rule("performance", "fcp", "First contentful paint", 1800, "ms"),
    Rule("performance", "lcp", "Largest contentful paint", 2500, "ms"),
    Rule("performance", "tbt", "Total blocking time", 200, "ms"),
    Rule("performance", "cls", "Cumulative layout shift", 0.1),
    Rule("performance", "answer", "Initial server response", 600, "ms"),
    Rule("performance", "kilobytes", "Total weight, as it travels", 500, "KB"),
    Rule("performance", "requests", "Requests of a first visit", 30),
    Rule("performance", "again", "Requests of the next visit, beside the page and its pictures", 0),
    Rule("performance", "nodes", "Elements", 1400),
    Rule("performance", "depth", "Depth of elements", 32),
    Rule("performance", "unpacked", "Style sheets and scripts of more than 1.4 KB that travel unpacked", 0),
    Rule("performance", "uncached", "Files without a lifetime of their own", 0),
    Rule("performance", "blocking", "Files before the first paint, beside one style sheet", 0),
    Rule("performance", "unsized", "Pictures without width and height", 0),
    Rule("performance", "oversized", "Pictures of more than twice the pixels that are shown, from 10 KB", 0),
    Rule("performance", "redirects", "Redirects before the page", 0),
    Rule("performance", "listeners", "Listeners that hold up scrolling (wheel, touch) or leaving (unload)", 0),
    Rule("accessibility", "axe", "Violations of axe: contrast, names, labels, order of headings, landmarks, lists", 0),
    Rule("accessibility", "small_targets", "Targets under 24 × 24 pixels without as much space around", 0),
    Rule("accessibility", "headings", "Steps between headings that leave one out", 0),
    Rule("accessibility", "unlabelled", "Fields without a label", 0),
    Rule("accessibility", "sideways", "Pixels that the page scrolls sideways", 0),
    Rule("accessibility", "unzoomable", "Viewports that forbid zooming", 0),
    Rule("accessibility", "small_text", "Share of the text under 12 pixels", 0.4),
    Rule("best practices", "errors", "Errors and warnings in the console", 0),
    Rule("best practices", "issues", "Issues of the inspector: deprecated calls, policy, cookies, mixed content", 0),
    Rule("best practices", "strangers", "Requests to anywhere else", 0),
    Rule("best practices", "headers", "Headers that lack: content policy, nosniff, frames, opener, referrer", 0),
    Rule("best practices", "quirks", "Pages without a doctype, a charset, a language, a title or a description", 0),
    Rule("best practices", "distorted", "Pictures shown in another shape than their own", 0),
    Rule("best practices", "unpastable", "Fields that refuse what is pasted", 0),
)
_HEADERS = {
    "content-security-policy": r"default-src 'none'(?!.*unsafe)",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "same-origin|no-referrer",
}


@dataclass
class Visit:
    """What one page at one width gave, and what came over the wire."""

    path: str
    width: int
    measured: dict[str, float] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    responses: list[Any] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)


def main() -> None:
    """Print the table; ends with 1 where a rule is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a demo that is there, instead of one of its own")
    parser.add_argument("--write", action="store_true", help="put the table into docs/reference/page-rules.md")
    arguments = parser.parse_args()
    browser = chromium_path()
    with demo_home(arguments.home) as home:
        visits = list(_visits(home, browser))
    rows = [_row(rule, visits) for rule in RULES]
    table = "\n".join(
        ["| | rule | at most | worst | where |", "| --- | --- | --- | --- | --- |", *(one for one, _ in rows)]
    )
    sys.stdout.write(f"{table}\n{len(visits)} visits\n")
    for rule in RULES:
        for one in visits:
            if one.measured[rule.measure] > rule.most:
                about = one.about.get(rule.measure, "")
                sys.stdout.write(f"{rule.measure} {one.measured[rule.measure]:g} {one.path} at {one.width} {about}\n")
    if arguments.write:
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(_BEGUN)
        after = rest.partition(_ENDED)[2]
        DOCUMENT.write_text(f"{before}{_BEGUN}\n{table}\n{_ENDED}{after}", encoding="utf-8")
    sys.exit(0 if all(is_kept for _, is_kept in rows) else 1)


def _row(rule: Rule, visits: list[Visit]) -> tuple[str, bool]:
    worst = max(visits, key=lambda one: one.measured[rule.measure])
    value = worst.measured[rule.measure]
    where = f"`{worst.path}` at {worst.width}" if value else ""
    about = worst.about.get(rule.measure, "")
    shown = f"{value:.3f}".rstrip("0").rstrip(".") if value < 1 else f"{value:.0f}"
    is_kept = value <= rule.most
    words = (
        rule.text,
        f"{rule.most:g} {rule.unit}".strip(),
        f"{shown} {rule.unit}".strip() + ("" if is_kept else " ✗"),
    )
    return f"| {rule.group} | {' | '.join(words)} | {where}{f' ({about})' if about and not is_kept else ''} |", is_kept


def _visits(home: Path, browser: str) -> Iterator[Visit]:
    # Heavy, and in nobody's way who reads the list of rules.
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    with served(home) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        for width, slower in WIDTHS.items():
            context = chromium.new_context(
                base_url=address, viewport={"width": width, "height": _HEIGHT}, has_touch=width < 800
            )
            context.add_cookies([{"name": "fbads_local", "value": local_secret(home), "url": address}])
            context.add_init_script(SCRIPT.read_text(encoding="utf-8"))
            page = context.new_page()
            names = first_names(page)
            page.close()
            for path in (path.format(**names) for paths in SHEETS.values() for path in paths):
                yield _steady_visit(context, address, path, width, slower, Axe())
            context.close()
        chromium.close()


def _steady_visit(context: Any, address: str, path: str, width: int, slower: int, axe: Any) -> Visit:
    """Where a time is too long, two visits more, and of each time the middle one: another program on the machine is no
    fault of the page."""
    visit = _visit(context, address, path, width, slower, axe)
    if any(visit.measured[rule.measure] > rule.most for rule in RULES if rule.unit == "ms"):
        others = [_visit(context, address, path, width, slower, axe) for _ in range(2)]
        for rule in RULES:
            if rule.unit == "ms":
                visit.measured[rule.measure] = median(one.measured[rule.measure] for one in (visit, *others))
    return visit


def _visit(context: Any, address: str, path: str, width: int, slower: int, axe: Any) -> Visit:
    visit, page = Visit(path, width), context.new_page()
    wire = context.new_cdp_session(page)
    for domain in ("Audits", "Log", "Network"):
        wire.send(f"{domain}.enable")
    wire.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    wire.send("Network.clearBrowserCache")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    wire.on("Audits.issueAdded", lambda event: visit.issues.append(_issue(event["issue"])))
    page.on("response", lambda response: visit.responses.append(response))
    page.on("pageerror", lambda error: visit.problems.append(str(error)))
    page.on(
        "console",
        lambda line: visit.problems.append(line.text) if line.type in ("error", "warning") else None,
    )
    page.goto(path, wait_until="load")
    page.wait_for_timeout(150)
    measured: dict[str, Any] = page.evaluate("fbadsRules()")
    visit.about = {name: value for name, value in measured.pop("about").items() if value}
    visit.measured = {**measured, **_of_wire(visit, address), "kilobytes": sum(sizes) / 1000}
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    found = axe.run(page, options={"runOnly": AXE_RULES}).response["violations"]
    visit.measured["axe"] = len(found)
    visit.about["axe"] = ", ".join(one["id"] for one in found)
    # The browser may still have been writing what it keeps when it was asked for it.
    visit.measured["again"] = min(_asked_again(page, visit) for _ in range(2))
    page.close()
    return visit


def _asked_again(page: Any, visit: Visit) -> int:
    first = len(visit.responses)
    page.goto(visit.path, wait_until="load")
    again = [one for one in visit.responses[first:] if not _is_cached(one) and one.request.resource_type != "image"]
    return max(0, len(again) - 1)


def _issue(issue: Mapping[str, Any]) -> str:
    """What the inspector says, a form's mistake by its own name."""
    return str(issue.get("details", {}).get("genericIssueDetails", {}).get("errorType", issue["code"]))


def _is_cached(response: Any) -> bool:
    """Whether the browser had it: nothing was asked then."""
    return response.request.timing["requestStart"] < 0 or response.request.sizes()["responseHeadersSize"] == 0


def _of_wire(visit: Visit, address: str) -> dict[str, float]:
    responses = [one for one in visit.responses if one.url.startswith("http")]
    page, host = responses[0], urlsplit(address).netloc
    files = [one for one in responses[1:] if one.request.resource_type in ("stylesheet", "script", "font")]
    plain = [one for one in files if "content-encoding" not in one.headers and len(one.body()) > 1400]
    lasting = re.compile("max-age=[0-9]{7}")
    lacking = [name for name, value in _HEADERS.items() if not re.search(value, page.headers.get(name, ""))]
    sheets = sum(one.request.resource_type == "stylesheet" for one in files)
    visit.about |= {"headers": ", ".join(lacking), "errors": "; ".join(visit.problems)[:80]}
    visit.about |= {"unpacked": ", ".join(urlsplit(one.url).path for one in plain), "issues": ", ".join(visit.issues)}
    return {
        "requests": len(responses),
        "unpacked": len(plain),
        "uncached": sum(not lasting.search(one.headers.get("cache-control", "")) for one in files),
        "blocking": visit.measured.get("blocking", 0) + max(0, sheets - 1),
        "redirects": sum(one.status in (301, 302, 303, 307, 308) for one in responses),
        "strangers": sum(urlsplit(one.url).netloc != host for one in responses),
        "headers": len(lacking),
        "errors": len(visit.problems),
        "issues": len(visit.issues),
    }


if __name__ == "__main__":
    main()
