"""Whatever comes from outside passes one redaction: by what this process knows, and by the shapes of secrets."""

import logging

import pytest

from fbads_pipeline.adapters.logs import RedactingFormatter, redacted_event
from fbads_pipeline.cli.errors import report
from fbads_pipeline.domain.alerts.alerts import DeliveryAttempt
from fbads_pipeline.domain.collection.meta_errors import error_from_envelope
from fbads_pipeline.domain.collection.tokens import NamedToken
from fbads_pipeline.domain.core.errors import OutsideFailed
from fbads_pipeline.domain.core.redaction import REDACTED, know, redact
from fbads_pipeline.setting_sources import secrets_of
from fbads_pipeline.settings import load_settings

CANARY = "cAnArY-7391-of-Redaction/+"
SHAPES = {
    "address": "GET /v25.0/me?fields=id&access_token=CANARY123&limit=1",
    "escaped address": "next%3Faccess_token%3DCANARY123%26x",
    "json": '{"access_token": "CANARY123", "a": 1}',
    "json in json": '{\\"client_secret\\":\\"CANARY123\\"}',
    "prose": "appsecret_proof: CANARY123",
    "header": "Authorization: Bearer CANARY123.CANARY123",
    "graph token": "Malformed access token EAACANARY123CANARY123",
    "app token": "app 123456789|CANARY123CANARY123",
    "our key": "fbk_0123456789abcdef_CANARY123CANARY123",
    "slack": "xoxb-CANARY123-CANARY123",
    "jwt": "eyJCANARY123.eyJCANARY123.CANARY123",
    "language model": "Incorrect API key provided: sk-CANARY123CANARY123",
    "mail": "SG.CANARY123CANARY123.CANARY123CANARY123",
    "database": "could not connect to postgresql://fbads:CANARY123@db:5432/fbads",
    "private key": "-----BEGIN PRIVATE KEY-----\nCANARY123\nCANARY123\n-----END PRIVATE KEY-----",
}
INNOCENT = (
    "Error validating access token: Session has expired on Tuesday, 10-Nov-26 08:00:00 PST",
    "FBADS_JWT_SECRET is too weak: at least 32 random bytes",
    "that is no app secret: give it on a line of its own, as Meta shows it",
    "account 1234567890 (token acme-2024) lacks the permission ads_read",
    "(#100) Tried accessing nonexisting field (conversions) on node type (Ad) (Meta error 100/2)",
    "Campanha 9 =HYPERLINK(…) https://loja.example/produtos?utm_source=facebook",
)


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_what_has_the_shape_of_a_secret_goes_and_redacting_again_changes_nothing(text):
    once = redact(text)
    assert "CANARY123" not in once and REDACTED in once
    assert redact(once) == once


@pytest.mark.parametrize("text", INNOCENT)
def test_other_text_stays_as_it_is(text):
    assert redact(text) == text


def test_what_this_process_knows_goes_whatever_its_shape():
    assert redact(f"it said {CANARY}") == f"it said {CANARY}"
    know(CANARY, "short", None, "wordsalone")
    for form in (CANARY, "cAnArY-7391-of-Redaction%2F%2B"):
        assert redact(f"it said {form}.") == f"it said {REDACTED}."
    assert redact("short wordsalone") == "short wordsalone"


def test_every_secret_setting_and_every_token_is_known():
    settings = {"smtp_password": "p4ss-of-the-mail-server", "database_url": "postgresql://u:p4ss-of-the-db@127.0.0.1/d"}
    made = load_settings(**settings, llm_api_key="k3y-of-the-model", app_secret="s3cret-of-the-app")
    NamedToken("acme", "t0ken-of-acme-plain", None, "s3cret-of-acme")
    known = ("p4ss-of-the-mail-server", "p4ss-of-the-db", "k3y-of-the-model", "s3cret-of-the-app")
    assert set(known) <= set(secrets_of(made))
    for secret in (*known, "t0ken-of-acme-plain", "s3cret-of-acme"):
        assert redact(f"535 5.7.8 {secret} refused") == f"535 5.7.8 {REDACTED} refused"


def test_errors_attempts_log_lines_and_the_command_line_are_redacted_on_the_way(capsys):
    know(CANARY)
    said = f"refused {CANARY} and EAACANARY123CANARY123 in {'x' * 280} EAACANARY123CANARY123"
    refused = error_from_envelope({"message": said, "code": 190, "fbtrace_id": CANARY}, 400)
    attempt = DeliveryAttempt("retry", error=f"Slack answers {said}")
    record = logging.LogRecord("urllib3", logging.WARNING, "", 1, "GET %s", (f"/?access_token={CANARY}",), None)
    event = redacted_event(None, "info", {"event": "retry", "reason": said, "body": {"a": CANARY}, "seconds": 1})
    report(OutsideFailed(said))
    shown = [
        str(refused),
        refused.reason,
        repr(refused),
        attempt.error,
        RedactingFormatter().format(record),
        str(event),
    ]
    for text in (*shown, capsys.readouterr().err):
        assert text is not None and CANARY not in text and "EAACAN" not in text, text
    assert event["seconds"] == 1
