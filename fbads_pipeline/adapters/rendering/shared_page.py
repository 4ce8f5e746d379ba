"""A report's page as whoever has a link sees it: the PDF beside it, no search engine, no script."""

import base64
import hashlib
import re

from markupsafe import escape

from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.domain.reports.links import DOCUMENT

_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_STRICT = "img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def for_visitors(page: bytes, language: str, has_document: bool) -> bytes:
    """The page, which asks not to be indexed and, where there is a PDF, links to it."""
    shown = page.replace(b"<head>", b'<head>\n<meta name="robots" content="noindex, nofollow, noarchive">', 1)
    if not has_document:
        return shown
    name = escape(localizer(language)("reports.link.document"))
    link = f'<p class="soft"><a href="{DOCUMENT}">{name}</a></p>\n</header>'
    return shown.replace(b"</header>", link.encode(), 1)


def ended_page(language: str) -> bytes:
    """What whoever has a link that leads nowhere reads; the same, whatever the reason."""
    t = localizer(language)
    title, text = escape(t("reports.link.ended")), escape(t("reports.link.ended_hint"))
    return (
        f'<!doctype html>\n<html lang="{t.tag}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex, nofollow, noarchive">'
        f"<title>{title}</title><style>body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem;"
        " margin: 4rem auto; padding: 0 1rem; color: #1d2433; }</style></head>"
        f"<body><h1>{title}</h1><p>{text}</p></body></html>\n"
    ).encode()


def content_policy(page: bytes) -> str:
    """The Content-Security-Policy of a page: its own style sheets, by their hashes, and nothing else."""
    hashes = [base64.b64encode(hashlib.sha256(one).digest()).decode() for one in _STYLE.findall(page)]
    styles = " ".join(f"'sha256-{one}'" for one in hashes) or "'none'"
    return f"default-src 'none'; style-src {styles}; {_STRICT}"
