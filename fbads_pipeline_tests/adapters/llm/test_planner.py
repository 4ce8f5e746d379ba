"""The model's planner against an OpenAI-compatible endpoint that behaves, fails, hangs, and invents."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from fbads_pipeline.adapters.llm.planner import ChatModelPlanner
from fbads_pipeline.domain.chat.plan import Plan, Refusal
from fbads_pipeline_tests.support.asking import context

QUESTION = "campeonato de ROAS da campanha Coleção Verão | Prospecting | 01 ontem"
CANARY = "sk-canary-7351"


class Endpoint:
    """What the model answers, and the bodies that it was sent."""

    def __init__(self):
        self.seen, self.behaviour = [], None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                outer.seen.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                outer.behaviour(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def endpoint():
    made = Endpoint()
    yield made
    made.server.shutdown()
    made.server.server_close()


def says(arguments):
    """A chat completion that calls the tool with these arguments."""

    def behave(handler):
        call = {"id": "1", "type": "function", "function": {"name": "Plan", "arguments": json.dumps(arguments)}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
        body |= {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
        body |= {"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
        _send(handler, 200, json.dumps(body).encode())

    return behave


def _send(handler, status, body):
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def ask(endpoint, timeout=2.0):
    planner = ChatModelPlanner(endpoint.url, "m", SecretStr(CANARY), timeout_seconds=timeout)
    return planner.plan(QUESTION, context(QUESTION))


def test_a_plan_of_placeholders_becomes_one_of_the_user_s_objects(endpoint):
    endpoint.behaviour = says(
        {"intent": "figures", "metrics": ["roas"], "dimensions": [], "objects": ["C1"], "period": "P1"}
    )
    plan = ask(endpoint)
    assert isinstance(plan, Plan)
    assert (plan.metrics, plan.objects[0].ids) == (("roas",), ("1000010",))


def test_no_name_leaves_the_house(endpoint):
    endpoint.behaviour = says({"intent": "none", "metrics": [], "dimensions": []})
    assert ask(endpoint) is None
    (body,) = endpoint.seen
    assert "C1" in body
    assert not any(name in body.casefold() for name in ("verao", "verão", "prospecting", "1000010"))


def test_an_invented_metric_is_refused(endpoint):
    endpoint.behaviour = says({"intent": "figures", "metrics": ["profit"], "dimensions": []})
    refused = ask(endpoint)
    assert isinstance(refused, Refusal) and refused.kind == "unknown_metric"


def test_numbers_of_the_model_are_not_used(endpoint):
    endpoint.behaviour = says(
        {"intent": "figures", "metrics": ["roas"], "dimensions": [], "answer": 4.2, "period": "R$ 999"}
    )
    assert ask(endpoint) is None


def test_an_endpoint_that_fails_is_asked_three_times_and_given_up(endpoint):
    endpoint.behaviour = lambda handler: _send(handler, 500, b'{"error": {"message": "down"}}')
    assert ask(endpoint) is None
    assert len(endpoint.seen) == 3


def test_an_endpoint_that_hangs_is_given_up(endpoint):
    endpoint.behaviour = lambda handler: time.sleep(1.5)
    begun = time.perf_counter()
    assert ask(endpoint, timeout=0.2) is None
    assert time.perf_counter() - begun < 6
