"""Steps that every feature uses."""

import pytest
from pytest_bdd import given, parsers, then

from fbads_pipeline_tests.support.slack_channel import SlackStub
from fbads_pipeline_tests.support.stub_server import stub_server


@pytest.fixture
def slack():
    with stub_server() as server:
        yield SlackStub(server)


@given("an agency whose team hears of alerts on Slack, in Portuguese")
def agency(slack):
    assert slack.messages == []


@then(parsers.re(r"Slack has (?P<count>\d+) messages?"))
def slack_has(slack, count):
    assert len(slack.messages) == int(count), [one["text"] for one in slack.messages]


@then(parsers.parse('the message says "{words}"'))
def message_says(slack, words):
    assert words in slack.text.replace("\xa0", " "), slack.text


@then("the last message answers the first one")
def last_answers_first(slack):
    first, *_, last = slack.messages
    assert "thread_ts" not in first and last["thread_ts"] == slack.first_stamp
