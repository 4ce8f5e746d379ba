"""The file of recipients, and its errors with their lines."""

from datetime import date, time

import pytest

from fbads_pipeline.adapters.channels.recipients_file import parse_recipients
from fbads_pipeline.bootstrap.alerts import channels, configured_recipients
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.settings import SettingsError, load_settings

ANA = """\
recipients:
  - name: Ana
    channel: email
    address: ana@agencia.com.br
    language: en
    timezone: America/Sao_Paulo
    quiet: "22:00-07:00"
    severity: warning
    accounts: [act_12, 34]
    digest: 08:30
  - channel: whatsapp
    address: "+5511999999999"
    opt_in: 2026-11-01
    digest: false
  - channel: n8n
"""


def test_every_key_is_read():
    ana, phone, n8n = parse_recipients(ANA, "r.yml")
    assert ana == Recipient(
        *("email", "ana@agencia.com.br", "Ana", "en", "America/Sao_Paulo", (time(22), time(7)), "warning"),
        frozenset({"12", "34"}),
        time(8, 30),
    )
    assert (phone.opted_in_on, phone.receives_digest) == (date(2026, 11, 1), False)
    assert (n8n.channel, n8n.address) == ("n8n", "n8n")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            "channel: email",
            "channel: fax",
            "line 3: channel: 'fax' is none of slack, email, whatsapp, n8n, telegram",
        ),
        ("ana@agencia.com.br", "ana", "line 4: address: 'ana' is not an e-mail address"),
        ("language: en", "language: fr", "line 5: language: 'fr' is none of en, pt"),
        ("America/Sao_Paulo", "Sao Paulo", "line 6: timezone: 'Sao Paulo' is no time zone"),
        ('"22:00-07:00"', '"22-07"', "line 7: quiet: '22' is no time"),
        ('"22:00-07:00"', "always", "line 7: quiet: 'always' is not two times"),
        ("severity: warning", "severity: loud", "line 8: severity: 'loud' is none of info, warning, critical"),
        ("act_12", "loja", "line 9: accounts: 'loja' is not an ad account id"),
        ("08:30", "25:00", "line 10: digest: "),
        ("opt_in: 2026-11-01", "name: Bia", "line 11: WhatsApp needs opt_in"),
        ("opt_in: 2026-11-01", "opt_in: soon", "line 13: opt_in: 'soon' is not usable"),
        ('"+5511999999999"', "11999", "line 12: address: 11999 is not a number with its country"),
        ("    timezone: America/Sao_Paulo\n", "", "line 2: quiet hours and a digest's time need a timezone"),
        ("- channel: n8n", "- n8n", "line 15: a recipient is a list of keys"),
        ("- channel: n8n", "- chanel: n8n", "line 15: 'chanel' is none of accounts, address, channel"),
        ("- channel: n8n", "- channel: [", "this is no YAML"),
        (
            "- channel: n8n",
            '- {channel: whatsapp, address: "+5511999999999", opt_in: 2026-11-01}',
            "line 15: whatsapp +5511999999999 is on line 11 already",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(before, after, says):
    assert before in ANA
    with pytest.raises(SettingsError) as wrong:
        parse_recipients(ANA.replace(before, after, 1), "r.yml")
    assert says in str(wrong.value) and str(wrong.value).startswith("r.yml line ")


@pytest.mark.parametrize("text", ["", "[]", "people: []", "recipients: []", "recipients: 7", "- a", "\x00"])
def test_a_file_without_recipients_says_how_to_begin(text):
    with pytest.raises(SettingsError, match="line 1"):
        parse_recipients(text, "r.yml")


class TestSettings:
    def test_a_file_that_is_not_there_is_said(self, tmp_path):
        with pytest.raises(SettingsError, match="cannot be read: No such file"):
            configured_recipients(load_settings(recipients=tmp_path / "gone.yml"))

    def test_a_channel_that_is_not_set_up_is_said_with_its_settings(self, tmp_path):
        path = tmp_path / "r.yml"
        path.write_text(ANA)
        with pytest.raises(SettingsError, match="r.yml names email, which is not set up: set FBADS_SMTP_HOST and"):
            configured_recipients(load_settings(recipients=path))

    def test_a_changed_file_is_read_anew(self, tmp_path):
        path = tmp_path / "r.yml"
        path.write_text("recipients: [{channel: dry_run, address: a}]")
        assert [one.address for one in configured_recipients(load_settings(recipients=path))] == ["a"]
        path.write_text("recipients: [{channel: dry_run, address: b}, {channel: dry_run, address: c}]")
        assert [one.address for one in configured_recipients(load_settings(recipients=path))] == ["b", "c"]

    def test_without_a_file_every_channel_that_is_set_up_receives(self):
        settings = load_settings(
            slack_token="xoxb-1",
            slack_channel="C1",
            email_to="a@b.example, c@d.example",
            smtp_host="mail.example",
            smtp_from="x@y.example",
            language="en",
            n8n_webhook_url="http://n8n:5678/webhook/x",
            n8n_secret="0123456789abcdef",
            whatsapp_token="t",
            whatsapp_phone_number_id="42",
        )
        assert [(one.channel, one.address, one.language) for one in configured_recipients(settings)] == [
            ("slack", "C1", "en"),
            ("email", "a@b.example", "en"),
            ("email", "c@d.example", "en"),
            ("n8n", "n8n", "en"),
        ]
        assert sorted(channels(settings)) == ["dry_run", "email", "n8n", "slack", "whatsapp"]

    @pytest.mark.parametrize(
        ("settings", "says"),
        [
            ({"email_to": "a@b.example"}, "FBADS_EMAIL_TO needs FBADS_SMTP_HOST"),
            ({"n8n_webhook_url": "http://n8n/"}, "FBADS_N8N_SECRET is missing"),
        ],
    )
    def test_half_a_channel_is_said(self, settings, says):
        with pytest.raises(SettingsError, match=says):
            configured_recipients(load_settings(**settings))
