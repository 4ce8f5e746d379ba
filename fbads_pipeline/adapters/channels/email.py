"""E-mail over SMTP with a checked certificate: text and HTML, one Message-ID for all attempts of a delivery.

SendGrid and SES are settings: their host, and `apikey` or the SMTP user.
"""

import mimetypes
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from fbads_pipeline.adapters.channels.mail_layout import mail_html, mail_text
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt, DueDelivery
from fbads_pipeline.domain.alerts.unsubscribing import EMAIL, unsubscribe_signature
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.links import unsubscribe_page

Security = Literal["starttls", "tls", "none"]
LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class MailLinks:
    """Where a mail's links lead; there are none where nobody has said how the pages are reached (public_url)."""

    public_url: str | None
    unsubscribe_key: bytes | None

    def unsubscribe(self, address: str) -> str | None:
        """The link that ends the mails to that address, and works for nobody else's."""
        if self.public_url is None or self.unsubscribe_key is None:
            return None
        return unsubscribe_page(self.public_url, EMAIL, address, unsubscribe_signature(self.unsubscribe_key, address))


@dataclass(frozen=True)
class MailServer:
    """The server that mail is sent through. ca_file: certificate authorities instead of the system's; sender: an
    address."""

    host: str
    sender: str
    port: int = 587
    security: Security = "starttls"
    user: str | None = None
    password: str | None = None
    ca_file: Path | None = None
    timeout_seconds: float = 30


class EmailChannel:
    """The port Channel on SMTP. recipient: an e-mail address. attachments: the folder that reports are taken from.

    public_url: where links lead to; unsubscribe_key: signs the links that end the mails to an address.
    """

    name = "email"

    def __init__(
        self,
        server: MailServer,
        *,
        attachments: Path | None = None,
        public_url: str | None = None,
        unsubscribe_key: bytes | None = None,
    ) -> None:
        self._server = server
        self._attachments = attachments
        self._links = MailLinks(public_url, unsubscribe_key)

    def send(self, delivery: DueDelivery) -> DeliveryAttempt:
        """Nothing can have arrived before the whole message was sent; without an answer after that, it is unknown."""
        message = compose_mail(delivery, self._server.sender, self._attachments, self._links)
        try:
            with _session(self._server) as session:
                return _hand_over(session, self._server.sender, delivery.recipient, message)
        except ssl.SSLCertVerificationError as fault:
            return DeliveryAttempt("retry", error=f"the mail server's certificate is refused: {fault.verify_message}")
        except smtplib.SMTPAuthenticationError as refused:
            reason = "the mail server does not accept FBADS_SMTP_USER and FBADS_SMTP_PASSWORD"
            return DeliveryAttempt("retry", error=f"{reason} ({refused.smtp_code})")
        except smtplib.SMTPNotSupportedError:
            reason = "the mail server offers no STARTTLS or login: set FBADS_SMTP_SECURITY and FBADS_SMTP_PORT"
            return DeliveryAttempt("retry", error=reason)
        except smtplib.SMTPResponseException as answer:
            return _by_code(answer.smtp_code, "the connection")
        except smtplib.SMTPServerDisconnected:
            return DeliveryAttempt("retry", error="the mail server closed the connection")
        except (OSError, smtplib.SMTPException) as fault:
            return DeliveryAttempt("retry", error=f"the mail server cannot be reached: {_kind(fault)}")


def compose_mail(
    delivery: DueDelivery, sender: str, attachments: Path | None = None, links: MailLinks | None = None
) -> EmailMessage:
    """The message as it is sent. No name can add a header: line ends and control characters are removed before."""
    message = EmailMessage(policy=SMTP)
    name, domain = sender.rsplit("@", 1)
    message["From"] = Address("fbads", name, domain)
    message["To"] = Address(addr_spec=delivery.recipient)
    message["Subject"] = plain_line(delivery.title)[:LONGEST_SUBJECT]
    message["Date"] = format_datetime(delivery.announced_at)
    message["Message-ID"] = f"<{delivery.key}@{domain}>"
    if delivery.thread:
        message["In-Reply-To"] = message["References"] = delivery.thread
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    public_url = links.public_url if links else None
    unsubscribe = links.unsubscribe(delivery.recipient) if links else None
    if unsubscribe is not None:
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail_text(delivery, public_url=public_url, unsubscribe=unsubscribe))
    message.add_alternative(mail_html(delivery, public_url=public_url, unsubscribe=unsubscribe), subtype="html")
    for file in _files(delivery, attachments):
        kind, _ = mimetypes.guess_type(file.name)
        main, _, sub = (kind or "application/octet-stream").partition("/")
        message.add_attachment(file.read_bytes(), maintype=main, subtype=sub, filename=file.name)
    message["Content-Language"] = _language_tag(delivery)
    return message


def _files(delivery: DueDelivery, folder: Path | None) -> list[Path]:
    """The attachments of the alert in that language, as far as they are in the folder of reports."""
    named = delivery.alert.facts.get("attachments")
    if folder is None or not isinstance(named, Mapping):
        return []
    files = [(folder / str(name)).resolve() for name in named.get(delivery.language, ())]
    return [file for file in files if file.is_relative_to(folder.resolve()) and file.is_file()]


def _language_tag(delivery: DueDelivery) -> str:
    """BCP 47, such as pt-BR."""
    return translator().locale(delivery.language).replace("_", "-")


@contextmanager
def _session(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection that is encrypted and logged in, closed at the end whatever happened."""
    context = ssl.create_default_context(cafile=server.ca_file)
    if server.security == "tls":
        session: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout_seconds, context=context
        )
    else:
        session = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
    try:
        session.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            session.starttls(context=context)
            session.ehlo()
        if server.user is not None:
            session.login(server.user, server.password or "")
        yield session
    finally:
        session.close()


def _hand_over(session: smtplib.SMTP, sender: str, recipient: str, message: EmailMessage) -> DeliveryAttempt:
    for command, argument, about in ((session.mail, sender, "the sender"), (session.rcpt, recipient, "the recipient")):
        code, _ = command(argument)
        if code not in (250, 251):
            return _by_code(code, about)
    try:
        code, _ = session.data(message.as_bytes())
    except smtplib.SMTPDataError as refused:
        return _by_code(refused.smtp_code, "the message")
    except (OSError, smtplib.SMTPServerDisconnected) as fault:
        return DeliveryAttempt("unknown", error=f"the mail server broke off before its answer: {_kind(fault)}")
    if code != 250:
        return _by_code(code, "the message")
    return DeliveryAttempt("sent", provider_id=str(message["Message-ID"]))


def _by_code(code: int, about: str) -> DeliveryAttempt:
    """4xx: later; 5xx: never (https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1).

    Its text is left out: it may quote anything.
    """
    if 400 <= code < 500 or code == -1:
        return DeliveryAttempt("retry", error=f"the mail server asks to come later, about {about} ({code})")
    return DeliveryAttempt("failed", error=f"the mail server refuses {about} ({code})")


def _kind(fault: BaseException) -> str:
    if isinstance(fault, OSError) and fault.strerror and fault.errno is not None:
        return fault.strerror
    return "it does not answer in time" if isinstance(fault, TimeoutError) else type(fault).__name__
