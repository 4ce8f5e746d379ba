"""E-mail over real SMTP: what arrives, and what each answer means."""

import email
import email.policy
import json
import socket
import threading
from dataclasses import replace

import pytest

from fbads_pipeline.adapters.channels.email import EmailChannel, MailServer, compose_mail
from fbads_pipeline.adapters.processes import free_port
from fbads_pipeline.domain.alerts.unsubscribing import unsubscribe_signature
from fbads_pipeline.domain.recommendations.suggestion_messages import compose_suggestions
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES, a_delivery, a_suggestion, an_alert, announced, news
from fbads_pipeline_tests.support.mail_server import certificates, mail_server

ANA = "ana@agencia.example"
SECRET = "canary-password-123"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return certificates(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def box(keys):
    with mail_server(keys) as box:
        yield box


def server(box, keys, **others):
    values = {"host": "127.0.0.1", "port": box.port, "sender": "alerts@fbads.example", "ca_file": keys / "ca.pem"}
    return MailServer(**{**values, "timeout_seconds": 3, **others})


def to_ana(**others):
    return a_delivery(recipient=ANA, **others)


def arrived(box):
    (envelope,) = box.mails
    return email.message_from_bytes(envelope.content, policy=email.policy.default)


class TestWhatArrives:
    def test_text_and_html_say_the_same_encrypted(self, box, keys):
        delivery = to_ana()
        attempt = EmailChannel(server(box, keys)).send(delivery)
        assert (attempt.outcome, box.mails[0].rcpt_tos) == ("sent", [ANA])
        mail = arrived(box)
        assert (mail["To"], mail["Subject"]) == (ANA, delivery.title)
        text = mail.get_body(("plain",)).get_content()
        assert text.splitlines() == [delivery.title, "", "Verão: pausar, por regra; R$ 100 gastos"]
        page = mail.get_body(("html",)).get_content()
        assert '<html lang="pt-BR">' in page and '<meta name="color-scheme" content="light dark">' in page
        card = '<p class="name" dir="auto">Verão</p> <p>pausar, por regra</p> <p class="money">R$ 100 gastos</p>'
        assert card in " ".join(page.split())
        assert (mail["Auto-Submitted"], mail["List-Unsubscribe"]) == ("auto-generated", None)
        assert "href" not in page, "nobody has said how the pages are reached"

    def test_a_whole_body_is_sent_where_there_is_nothing_shorter(self):
        delivery = to_ana(alert=an_alert(brief=None))
        mail = compose_mail(delivery, "a@b.example")
        text = mail.get_body(("plain",)).get_content()
        assert text.splitlines() == [delivery.title, "", *delivery.body.splitlines()]
        page = mail.get_body(("html",)).get_content()
        assert "1. Verão — pausar (por regra, confiança baixa)<br>De 16/11" in page

    def test_its_button_is_a_link_and_the_mails_end_by_one_click(self, box, keys):
        key = b"k" * 32
        linked = EmailChannel(server(box, keys), public_url="https://ads.example/", unsubscribe_key=key)
        linked.send(to_ana())
        mail = arrived(box)
        page, text = (mail.get_body((kind,)).get_content() for kind in ("html", "plain"))
        assert '<a class="open" href="https://ads.example/suggestions?account=1">Abrir a página</a>' in page
        signature = unsubscribe_signature(key, ANA)
        ends = f"https://ads.example/unsubscribe?channel=email&address=ana%40agencia.example&signature={signature}"
        assert mail["List-Unsubscribe"] == f"<{ends}>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert ends in text and ends.replace("&", "&amp;") in page
        assert signature != unsubscribe_signature(key, "bia@agencia.example")

    def test_every_attempt_has_the_same_id_and_another_recipient_another(self, box, keys):
        first, again = (compose_mail(to_ana(attempts=n, is_repeat=n > 1), "a@b.example") for n in (1, 2))
        other = compose_mail(a_delivery(recipient="b@b.example"), "a@b.example")
        assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
        assert first["Date"] == again["Date"]
        assert EmailChannel(server(box, keys)).send(to_ana()).provider_id == str(arrived(box)["Message-ID"])

    def test_a_reply_names_the_mail_that_told(self):
        mail = compose_mail(to_ana(thread="<abc@fbads.example>"), "a@b.example")
        assert (mail["In-Reply-To"], mail["References"]) == ("<abc@fbads.example>", "<abc@fbads.example>")

    def test_english_is_english(self):
        mail = compose_mail(to_ana(language="en", is_repeat=True), "a@b.example")
        assert mail["Subject"] == "[repeated?] Loja 1: 1 campaign past the limits, R$100 spent"
        assert mail["Content-Language"] == "en"

    def test_reports_are_attached_from_their_folder_and_from_nowhere_else(self, tmp_path):
        exports = tmp_path / "exports"
        exports.mkdir()
        (exports / "r.pdf").write_bytes(b"%PDF-1.7")
        (tmp_path / "secret.txt").write_text("secret")
        named = ["r.pdf", "../secret.txt", str(tmp_path / "secret.txt"), "gone.pdf"]
        mail = compose_mail(
            to_ana(alert=an_alert(facts={"attachments": {"pt": named, "en": []}})), "a@b.example", exports
        )
        (attached,) = mail.iter_attachments()
        assert (attached.get_filename(), attached.get_content_type()) == ("r.pdf", "application/pdf")

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_hostile_names_add_no_header_and_no_markup(self, box, keys, name):
        alert = compose_suggestions(news(announced(a_suggestion(), name), account_name=name))
        assert EmailChannel(server(box, keys)).send(to_ana(alert=alert)).outcome == "sent"
        mail, tame = arrived(box), compose_mail(to_ana(), "a@b.example")
        assert sorted(mail.keys()) == sorted(tame.keys())
        assert box.mails[0].rcpt_tos == [ANA]
        page = mail.get_body(("html",)).get_content()
        assert "<script" not in page and page.count("<p") == tame.get_body(("html",)).get_content().count("<p")

    def test_tls_from_the_first_byte(self, keys):
        with mail_server(keys, with_tls=True) as box:
            assert EmailChannel(server(box, keys, security="tls")).send(to_ana()).outcome == "sent"
            assert len(box.mails) == 1

    def test_it_logs_in_where_there_is_a_user(self, keys):
        with mail_server(keys, needs_login=True) as box:
            channel = EmailChannel(server(box, keys, user="apikey", password="right"))
            assert channel.send(to_ana()).outcome == "sent"
            assert box.logins == [(b"apikey", b"right")]


class TestAnswers:
    def test_a_certificate_of_an_unknown_authority_is_refused_before_a_word_is_said(self, box, keys):
        attempt = EmailChannel(server(box, keys, ca_file=None, user="u", password=SECRET)).send(to_ana())
        assert attempt.outcome == "retry" and "certificate is refused" in attempt.error
        assert (box.mails, box.logins) == ([], [])

    def test_a_certificate_for_another_name_is_refused(self, box, keys):
        # 127.0.0.2 is this machine too, and the certificate does not say so.
        with socket.create_server(("127.0.0.2", 0)) as listening:
            relay = threading.Thread(target=_relay, args=(listening, box.port))
            relay.start()
            other = server(box, keys, host="127.0.0.2", port=listening.getsockname()[1])
            attempt = EmailChannel(other).send(to_ana())
            relay.join()
        assert attempt.outcome == "retry" and "certificate is refused" in attempt.error

    @pytest.mark.parametrize(
        ("command", "answer", "outcome"),
        [
            ("RCPT", "550 no such user", "failed"),
            ("RCPT", "450 quoted words", "retry"),
            ("RCPT", "421 closing", "retry"),
            ("DATA", "554 spam", "failed"),
            ("DATA", "451 quoted words", "retry"),
        ],
    )
    def test_codes_of_four_hundred_come_again_and_of_five_hundred_do_not(self, box, keys, command, answer, outcome):
        box.answers[command] = answer
        attempt = EmailChannel(server(box, keys)).send(to_ana())
        assert (attempt.outcome, box.mails) == (outcome, [])
        assert answer[:3] in attempt.error and answer[4:] not in attempt.error

    def test_a_connection_that_ends_after_the_message_is_unknown(self, box, keys):
        box.hangs_up = True
        assert EmailChannel(server(box, keys)).send(to_ana()).outcome == "unknown"

    def test_a_wrong_password_is_said_without_it(self, keys):
        with mail_server(keys, needs_login=True) as box:
            attempt = EmailChannel(server(box, keys, user="ana", password=SECRET)).send(to_ana())
        assert attempt.outcome == "retry" and "FBADS_SMTP_PASSWORD" in attempt.error
        assert SECRET not in json.dumps(vars(attempt))

    def test_a_server_that_never_answers_is_tried_again(self, box, keys):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            attempt = EmailChannel(server(box, keys, port=port, timeout_seconds=0.3)).send(to_ana())
        assert attempt.outcome == "retry"

    def test_nobody_there_is_tried_again(self, box, keys):
        attempt = EmailChannel(server(box, keys, port=free_port())).send(to_ana())
        assert (attempt.outcome, attempt.error) == ("retry", "the mail server cannot be reached: Connection refused")

    def test_a_server_without_encryption_gets_no_word(self, keys):
        with mail_server(keys) as box:
            plain = replace(server(box, keys), security="tls")
            assert EmailChannel(plain).send(to_ana()).outcome == "retry"
            assert box.mails == []


def _relay(listening, port):
    """One connection, byte for byte."""
    near, _ = listening.accept()
    with near, socket.create_connection(("127.0.0.1", port)) as far:
        near.settimeout(3)
        pump = threading.Thread(target=_pump, args=(far, near))
        pump.start()
        _pump(near, far)
        pump.join()


def _pump(source, sink):
    try:
        while received := source.recv(65536):
            sink.sendall(received)
    except OSError:
        pass
    finally:
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
