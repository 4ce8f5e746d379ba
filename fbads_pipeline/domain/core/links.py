"""Where people look further: addresses of the pages, for messages."""

from urllib.parse import quote


def suggestions_page(public_url: str | None, account_id: str) -> str | None:
    """The account's suggestions; None where nobody has said how the pages are reached."""
    return _page(public_url, f"/suggestions?account={quote(account_id, safe='')}")


def account_page(public_url: str | None, account_id: str) -> str | None:
    """The account's day."""
    return _page(public_url, f"/?account={quote(account_id, safe='')}")


def alerts_page(public_url: str | None, path: str) -> str | None:
    """A page that an alert leads to. path: with its query."""
    return _page(public_url, path)


UNSUBSCRIBE = "/unsubscribe"


def unsubscribe_page(public_url: str, channel: str, address: str, signature: str) -> str:
    """Where whoever receives messages at that address ends them, without a login."""
    query = f"?channel={quote(channel, safe='')}&address={quote(address, safe='')}&signature={signature}"
    return f"{public_url.rstrip('/')}{UNSUBSCRIBE}{query}"


SHARED = "/shared/"


def shared_report_page(public_url: str, secret: str) -> str:
    """Where whoever has the secret finds the report that it was made for."""
    return f"{public_url.rstrip('/')}{SHARED}{secret}/report.html"


def _page(public_url: str | None, path: str) -> str | None:
    return None if public_url is None else public_url.rstrip("/") + path
