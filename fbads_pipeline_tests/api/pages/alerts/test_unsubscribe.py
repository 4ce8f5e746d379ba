"""Mails end by the link in them: without a login, for that address alone, and only when somebody says so."""

from urllib.parse import urlsplit

import pytest

from fbads_pipeline.adapters.channels.email import EMAIL, MailLinks
from fbads_pipeline.adapters.channels.known_recipients import KnownRecipients
from fbads_pipeline.adapters.postgres.alerts.outbox import PostgresOutbox
from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.bootstrap.alerts import unsubscribe_key, unsubscribed
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.services.alerts.dispatch_alerts import dispatch_alerts
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.fakes import NOW, FakeChannel, a_delivery

ANA, BIA = "Ana@agencia.example", "bia@agencia.example"


def path_for(app, address):
    """Of the link in a mail to that address."""
    link = urlsplit(MailLinks("https://ads.example", unsubscribe_key(app.state.settings)).unsubscribe(address))
    return f"{link.path}?{link.query}"


def test_it_asks_ends_once_and_concerns_nobody_else(database, app, tmp_path):
    stranger = Client(app, is_opened=False)
    store, path = unsubscribed(database), path_for(app, ANA)
    everybody = [Recipient(EMAIL, ANA), Recipient(EMAIL, BIA), Recipient("slack", "C1")]
    known = KnownRecipients(lambda: everybody, lambda: (), list, store.digests)
    asked = stranger.get(path)
    assert (asked.status_code, store.digests()) == (200, frozenset()), "what fetches links by itself ends nothing"
    assert "<form method=" in asked.text and ANA in asked.text
    assert known.everybody() == everybody
    for _ in range(2):  # RFC 8058: a body of List-Unsubscribe=One-Click, and no cookie
        assert stranger.send("POST", path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert len(store.digests()) == 1 and "ana" not in str(store.digests()), "the address itself is not kept"
    assert [one.address for one in known.everybody()] == [BIA, "C1"]
    assert store.resume(EMAIL, ANA) and not store.resume(EMAIL, ANA)
    assert known.everybody() == everybody


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_ends_the_mails_of_another(database, app, method):
    stranger = Client(app, is_opened=False)
    signed = path_for(app, ANA)
    for path in (
        "/unsubscribe",
        signed.replace("Ana%40", "bia%40"),
        signed[:-1] + ("0" if signed[-1] != "0" else "1"),
        signed.replace("channel=email", "channel=slack"),
        signed.replace("signature=", "signature=%C3%A9"),
    ):
        assert getattr(stranger, method)(path).status_code in (404, 400), path
    assert unsubscribed(database).digests() == frozenset()


def test_what_is_queued_for_that_address_is_not_sent_any_more(database, app):
    outbox, mail = PostgresOutbox(database.owner), FakeChannel(EMAIL)
    with database.owner.begin() as connection:
        alert = a_delivery(channel=EMAIL).alert
        write_alert(connection, alert, [Recipient(EMAIL, ANA.upper()), Recipient(EMAIL, BIA)], NOW)
    stranger = Client(app, is_opened=False)
    assert stranger.send("POST", path_for(app, ANA)).status_code == 200
    assert dispatch_alerts(outbox, {EMAIL: mail}).count("sent") == 1
    assert [recipient for _, recipient, _ in mail.sent] == [BIA]
