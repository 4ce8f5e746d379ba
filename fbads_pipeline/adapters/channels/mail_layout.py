"""An alert as a mail: cards of a phone's width in light and dark, and the same words as plain text."""

from functools import cache
from typing import Any

from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.domain.alerts.alerts import DueDelivery
from fbads_pipeline.domain.alerts.outgoing import Outgoing, outgoing
from fbads_pipeline.domain.core.formatting import plain_line


def mail_html(delivery: DueDelivery, *, public_url: str | None = None, unsubscribe: str | None = None) -> str:
    """One page that loads nothing, every text escaped. unsubscribe: a link that ends the mails to this address."""
    t = localizer(delivery.language)
    page: str = _template().render(
        tag=t.tag,
        sent=outgoing(delivery, public_url),
        severity=delivery.alert.severity,
        is_brief=delivery.brief is not None,
        blocks=_blocks(delivery),
        label=t("alerts.open"),
        unsubscribe=unsubscribe,
        unsubscribe_label=t("alerts.unsubscribe.link"),
    )
    return page


def mail_text(delivery: DueDelivery, *, public_url: str | None = None, unsubscribe: str | None = None) -> str:
    """The same as text; the whole body where there is neither a brief nor a link to it."""
    sent, t = outgoing(delivery, public_url), localizer(delivery.language)
    lines = [sent.title, "", *_lines_under_title(delivery, sent)]
    lines += ["", f"{t('alerts.open')}: {sent.link}"] if sent.link else []
    lines += ["", f"{t('alerts.unsubscribe.link')}: {unsubscribe}"] if unsubscribe else []
    return "\n".join(map(plain_line, lines)) + "\n"


def _lines_under_title(delivery: DueDelivery, sent: Outgoing) -> list[str]:
    return delivery.body.splitlines() if delivery.brief is None else sent.text_lines


def _blocks(delivery: DueDelivery) -> list[list[str]]:
    """The paragraphs of the body, each a list of lines."""
    blocks = (block.splitlines() for block in delivery.body.split("\n\n"))
    return [[plain_line(line) for line in block] for block in blocks if block]


@cache
def _template() -> Any:
    # jinja2 is heavy: imported where it is needed.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("fbads_pipeline.adapters.channels", "")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("mail.html.j2")
