"""Slack over real HTTP: what is sent, and what each of its answers means."""

import html
import json
import logging
import threading
from dataclasses import replace

import pytest

from fbads_pipeline.adapters.channels.slack import SlackChannel
from fbads_pipeline.adapters.channels.slack_layout import blocks, escape, plain_text
from fbads_pipeline.adapters.processes import free_port
from fbads_pipeline.domain.recommendations.suggestion_messages import compose_suggestions
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES, a_delivery, a_suggestion, an_alert, announced, news
from fbads_pipeline_tests.support.rendering import body_of, title_of
from fbads_pipeline_tests.support.stub_server import OK, hang_up, refuse, reply, silence, stub_server

TOKEN = "xoxb-canary-1234567890-token"


@pytest.fixture
def slack():
    with stub_server() as server:
        yield server


@pytest.fixture
def channel(slack):
    return SlackChannel(TOKEN, base_url=slack.url, timeout_seconds=2)


def send(channel, alert=None, *, is_repeat=False):
    return channel.send(a_delivery(alert=alert or an_alert(), recipient="C1", is_repeat=is_repeat))


def laid_out(title, body):
    return blocks(a_delivery(alert=an_alert(title=title, body=body)), with_buttons=False)


def bodies(slack):
    return [body for _, _, body in slack.requests]


class TestSending:
    def test_a_message_has_text_a_header_and_sections(self, slack, channel):
        attempt = send(channel)
        assert (attempt.outcome, attempt.provider_id) == ("sent", "C1/1700000000.000100")
        ((path, headers, body),) = slack.requests
        alert = an_alert()
        assert path == "/api/chat.postMessage"
        assert headers["Authorization"] == f"Bearer {TOKEN}"
        assert body["channel"] == "C1"
        assert body["text"] == f"{title_of(alert)}\nVerão: pausar, por regra; R$ 100 gastos"
        assert [block["type"] for block in body["blocks"]] == ["header", "section"]
        assert body["blocks"][0]["text"]["text"] == title_of(alert)
        assert body["blocks"][1]["text"]["text"] == "*Verão*\npausar, por regra · *R$ 100 gastos*"

    def test_the_body_is_sent_where_there_is_nothing_shorter(self, slack, channel):
        alert = an_alert(brief=None)
        send(channel, alert)
        (body,) = bodies(slack)
        assert body["text"].splitlines() == [title_of(alert), *filter(None, body_of(alert).splitlines())]
        assert body["blocks"][1]["text"] == {"type": "plain_text", "text": body_of(alert), "emoji": False}

    def test_three_campaigns_the_rest_counted_and_one_button_with_the_link(self, slack):
        names = [announced(a_suggestion(str(one), spend=str(1000 - one)), f"C {one}") for one in range(7)]
        alert = compose_suggestions(news(*names))
        SlackChannel(TOKEN, base_url=slack.url, public_url="https://ads.example/").send(a_delivery(alert=alert))
        header, *campaigns, more, actions = bodies(slack)[0]["blocks"]
        assert [one["text"]["text"].splitlines()[0] for one in campaigns] == ["*C 0*", "*C 1*", "*C 2*"]
        assert more["elements"] == [{"type": "plain_text", "text": "e mais 4", "emoji": False}]
        (button,) = actions["elements"]
        assert (button["url"], button["text"]["text"]) == (
            "https://ads.example/suggestions?account=1",
            "Abrir a página",
        )
        assert "value" not in button, "it opens a page and decides nothing"

    def test_nothing_is_linked_parsed_or_unfurled(self, slack, channel):
        send(channel)
        (body,) = bodies(slack)
        assert (body["parse"], body["link_names"]) == ("none", False)
        assert (body["unfurl_links"], body["unfurl_media"]) == (False, False)
        header, section = body["blocks"]
        assert (header["text"]["type"], section["text"]["type"]) == ("plain_text", "mrkdwn")
        assert section["text"]["verbatim"] is True

    def test_a_name_is_bold_and_formats_nothing_itself(self, slack, channel):
        send(channel, an_alert("*a* _b_ `c` ~d~ Verão_2026 <https://x.example|y>"))
        first = bodies(slack)[0]["blocks"][1]["text"]["text"].splitlines()[0]
        assert first == "*∗a∗ ‗b‗ ˋcˋ ∼d∼ Verão_2026 &lt;https://x.e…*"

    def test_a_possible_repeat_is_marked_in_text_and_header(self, slack, channel):
        send(channel, is_repeat=True)
        *_, body = bodies(slack)
        assert body["text"].startswith("[repetida?] ")
        assert body["blocks"][0]["text"]["text"].startswith("[repetida?] ")

    def test_an_address_without_its_last_slash_works_too(self, slack):
        assert send(SlackChannel(TOKEN, base_url=slack.url.rstrip("/"))).outcome == "sent"

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_hostile_names_are_inert(self, slack, channel, name):
        alert = compose_suggestions(news(announced(a_suggestion(), name), account_name=name))
        assert send(channel, alert).outcome == "sent"
        (body,) = bodies(slack)
        for text in (body["text"], *(block["text"]["text"] for block in body["blocks"])):
            assert not set(text) & set("<>\0\r\x1b\u202e")
            assert html.unescape(text).count("&") == text.count("&amp;"), "every & is an escape"

    def test_a_name_that_nobody_cleaned_is_still_escaped(self, slack, channel):
        send(channel, an_alert(title="<!channel> & <@U1>", body="<!here>"))
        (body,) = bodies(slack)
        assert body["text"] == "&lt;!channel&gt; &amp; &lt;@U1&gt;\n&lt;!here&gt;"


class TestThreads:
    def test_a_reply_stands_in_the_thread_of_the_message_that_told(self, slack, channel):
        channel.send(a_delivery(recipient="C1", thread="C1/1700000000.000100"))
        channel.send(a_delivery(recipient="C1"))
        assert [body.get("thread_ts") for body in bodies(slack)] == ["1700000000.000100", None]

    def test_a_repeat_that_has_arrived_is_not_sent_again(self, slack, channel):
        first = a_delivery(recipient="C1")
        channel.send(first)
        key = bodies(slack)[0]["metadata"]["event_payload"]["key"]
        earlier = {"ts": "1700000001.000200", "metadata": {"event_type": "fbads_alert", "event_payload": {"key": key}}}
        slack.answers.append(reply(200, {"ok": True, "messages": [{"ts": "1.1"}, earlier]}))
        attempt = channel.send(replace(first, is_repeat=True))
        assert (attempt.outcome, attempt.provider_id) == ("sent", "C1/1700000001.000200")
        paths = [path for path, _, _ in slack.requests]
        assert paths == ["/api/chat.postMessage", "/api/conversations.history"]
        looked = slack.requests[1][2]
        assert looked["channel"] == "C1" and float(looked["oldest"]) < first.announced_at.timestamp()

    def test_a_repeat_in_a_thread_is_looked_for_there(self, slack, channel):
        slack.answers.append(reply(200, {"ok": True, "messages": []}))
        channel.send(a_delivery(recipient="C1", thread="C1/17.5", is_repeat=True))
        (path, _, looked), (_, _, body) = slack.requests
        assert (path, looked["ts"], body["thread_ts"]) == ("/api/conversations.replies", "17.5", "17.5")

    @pytest.mark.parametrize("answer", [refuse("missing_scope"), reply(500, "x"), reply(200, "[]"), hang_up])
    def test_where_slack_does_not_let_us_look_it_is_sent_and_marked(self, slack, channel, answer):
        slack.answers.append(answer)
        assert channel.send(a_delivery(recipient="C1", is_repeat=True)).outcome == "sent"
        assert slack.requests[-1][2]["text"].startswith("[repetida?] ")


class TestButtons:
    def test_each_suggestion_has_its_three_and_names_the_version_that_was_read(self, slack):
        alert = compose_suggestions(news(announced(a_suggestion("1")), announced(a_suggestion("2"), "<B>")))
        english = a_delivery(alert=alert, recipient="C1", language="en")
        SlackChannel(TOKEN, base_url=slack.url, with_buttons=True).send(english)
        blocks_sent = bodies(slack)[0]["blocks"]
        assert [one["type"] for one in blocks_sent] == ["header", *["section", "actions"] * 2]
        assert blocks_sent[1]["text"]["text"] == "*Verão*\npause, by rule · *R$100 spent*"
        assert blocks_sent[3]["text"]["text"].splitlines()[0] == "*&lt;B&gt;*"
        for block, suggestion in ((blocks_sent[2], "s1-1"), (blocks_sent[4], "s1-2")):
            assert [(one["action_id"], one["value"]) for one in block["elements"]] == [
                ("suggestion_accept", f"{suggestion}:1"),
                ("suggestion_reject", f"{suggestion}:1"),
                ("suggestion_snooze", f"{suggestion}:1"),
                ("feedback_useful", f"{suggestion}:1"),
                ("feedback_not_useful", f"{suggestion}:1"),
            ]
        labels = [one["text"]["text"] for one in blocks_sent[2]["elements"]]
        assert labels == ["Accept", "Reject", "Snooze", "Useful", "Not useful"]

    def test_nobody_is_shown_a_button_that_does_nothing(self, slack, channel):
        send(channel, compose_suggestions(news()))
        assert "actions" not in {one["type"] for one in bodies(slack)[0]["blocks"]}


class TestLimits:
    def test_a_long_title_is_cut_between_characters(self):
        header = laid_out("<" * 400, "")[0]["text"]["text"]
        assert len(header) <= 150
        assert header == "&lt;" * 37 + "…"

    def test_a_long_body_becomes_sections_of_whole_lines(self):
        body = "\n".join(f"{number} {'x' * 800}" for number in range(10))
        sections = [block["text"]["text"] for block in laid_out("t", body)[1:]]
        assert all(len(one) <= 3000 for one in sections)
        assert "\n".join(sections) == body

    def test_a_digest_of_a_thousand_says_how_many_lines_are_left_out(self):
        body = "\n".join(f"{number}. campanha: o gasto caiu" for number in range(1000))
        shown = "\n".join(block["text"]["text"] for block in laid_out("t", body)[1:]).splitlines()
        *whole, last = shown
        assert whole == body.splitlines()[: len(whole)]
        assert last == f"… {1000 - len(whole)} linhas não couberam aqui; o restante está nas páginas."

    @pytest.mark.parametrize("body", ["&" * 100_000, "x\n" * 50_000, "\n" * 9000 + "x", "&\n" * 9000])
    def test_nothing_goes_past_slacks_limits(self, body):
        made = laid_out("t", body)
        assert len(made) <= 50
        assert all(0 < len(block["text"]["text"]) <= 3000 for block in made)
        assert sum(len(block["text"]["text"]) for block in made) <= 13_000
        assert len(plain_text("t", body)) <= 12_000

    def test_a_full_message_fits_without_a_cut(self):
        names = [announced(a_suggestion(str(one)), "<" * 80) for one in range(40)]
        alert = compose_suggestions(news(*names))
        sections = "\n".join(block["text"]["text"] for block in laid_out(title_of(alert), body_of(alert))[1:])
        assert sections.replace("\n", "") == escape(body_of(alert)).replace("\n", "")


class TestAnswers:
    def outcome(self, slack, channel, *answers):
        slack.answers.extend(answers)
        return send(channel)

    def test_too_many_requests_wait_as_long_as_told(self, slack, channel):
        limited = reply(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "7"})
        attempt = self.outcome(slack, channel, limited)
        assert (attempt.outcome, attempt.retry_after_seconds) == ("retry", 7)
        assert len(slack.requests) == 1, "the SDK must not try again on its own"

    @pytest.mark.parametrize("header", [{}, {"Retry-After": "soon"}])
    def test_too_many_requests_without_a_time_wait_for_ours(self, slack, channel, header):
        attempt = self.outcome(slack, channel, reply(429, "slow down", header))
        assert (attempt.outcome, attempt.retry_after_seconds) == ("retry", None)

    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_a_server_in_trouble_is_tried_again(self, slack, channel, status):
        attempt = self.outcome(slack, channel, reply(status, "<html>oops</html>"))
        assert (attempt.outcome, attempt.error) == ("retry", f"Slack answers HTTP {status}")
        assert len(slack.requests) == 1

    @pytest.mark.parametrize(
        ("code", "says"),
        [
            ("channel_not_found", "correct FBADS_SLACK_CHANNEL"),
            ("is_archived", "is archived"),
            ("not_authed", "set FBADS_SLACK_TOKEN"),
            ("invalid_auth", "does not accept FBADS_SLACK_TOKEN"),
            ("not_in_channel", "invite it"),
            ("something_new", "Slack refuses the message: something_new"),
        ],
    )
    def test_a_refusal_is_final_and_says_what_to_mend(self, slack, channel, code, says):
        attempt = self.outcome(slack, channel, refuse(code))
        assert attempt.outcome == "failed"
        assert says in attempt.error
        assert code in attempt.error

    @pytest.mark.parametrize("status", [302, 403, 404])
    def test_another_status_is_final(self, slack, channel, status):
        assert self.outcome(slack, channel, reply(status, "<html>no</html>")).outcome == "failed"

    def test_a_refused_layout_is_sent_once_more_as_plain_text(self, slack, channel):
        assert self.outcome(slack, channel, refuse("invalid_blocks")).outcome == "sent"
        first, second = bodies(slack)
        assert second["text"] == first["text"]
        assert not second.get("blocks")

    def test_a_layout_that_is_refused_twice_is_final(self, slack, channel):
        attempt = self.outcome(slack, channel, refuse("invalid_blocks"), refuse("invalid_blocks"))
        assert attempt.outcome == "failed"
        assert len(slack.requests) == 2

    @pytest.mark.parametrize("code", ["ratelimited", "service_unavailable"])
    def test_a_refusal_for_now_is_tried_again(self, slack, channel, code):
        assert self.outcome(slack, channel, refuse(code)).outcome == "retry"

    @pytest.mark.parametrize("code", ["internal_error", "fatal_error"])
    def test_an_error_after_which_it_may_have_arrived_is_unknown(self, slack, channel, code):
        assert self.outcome(slack, channel, refuse(code)).outcome == "unknown"

    @pytest.mark.parametrize("body", ['{"ok": tr', "<html>fine</html>", "", "[]", "null", "7"])
    def test_an_answer_that_cannot_be_read_is_unknown(self, slack, channel, body):
        assert self.outcome(slack, channel, reply(200, body)).outcome == "unknown"

    def test_a_connection_that_ends_after_the_request_is_unknown(self, slack, channel):
        attempt = self.outcome(slack, channel, hang_up)
        assert attempt.outcome == "unknown"
        assert len(slack.requests) == 1, "a second try of the SDK's own would repeat it unmarked"

    def test_silence_after_the_request_is_unknown(self, slack):
        release = threading.Event()
        slack.answers.append(silence(release))
        attempt = send(SlackChannel(TOKEN, base_url=slack.url, timeout_seconds=1))
        release.set()
        assert attempt.outcome == "unknown"

    def test_nobody_there_is_tried_again(self):
        attempt = send(SlackChannel(TOKEN, base_url=f"http://127.0.0.1:{free_port()}/"))
        assert (attempt.outcome, attempt.error) == ("retry", "Slack cannot be reached: Connection refused")

    def test_a_name_that_does_not_resolve_is_tried_again(self):
        assert send(SlackChannel(TOKEN, base_url="http://slack.invalid/")).outcome == "retry"


def test_the_token_is_in_no_error_and_in_no_log(slack, channel, caplog):
    caplog.set_level(logging.DEBUG)
    echo = reply(200, {"ok": False, "error": f"bad {TOKEN}"})
    answers = [echo, reply(500, TOKEN), reply(200, TOKEN), reply(418, TOKEN), hang_up, refuse("not_authed")]
    slack.answers.extend(answers)
    attempts = [send(channel) for _ in answers]
    attempts.append(send(SlackChannel(TOKEN, base_url=f"http://127.0.0.1:{free_port()}/")))
    assert TOKEN not in json.dumps([vars(one) for one in attempts])
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(channel)
    assert OK
