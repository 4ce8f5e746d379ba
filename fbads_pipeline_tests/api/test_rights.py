"""Role × route × account: everything that is allowed is declared, and everything else is refused."""

from inspect import iscoroutinefunction

import pytest
from fastapi.routing import APIRoute

from fbads_pipeline.api.authentication import Needs, caller
from fbads_pipeline.api.pages.visitor import Visitor
from fbads_pipeline.domain.identity.users import ROLES, SCOPES_OF
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.people import People

# Whoever asks: health, the documents, and what proves who one is.
OPEN = {
    "/healthz",
    "/readyz",
    "/docs",
    "/docs/oauth2-redirect",
    "/redoc",
    "/api/v1/auth/login",
    "/api/v1/auth/refresh",
    "/api/v1/webhooks/slack",
    "/api/v1/webhooks/meta/data-deletion",
    "/api/v1/webhooks/meta/data-deletion/{code}",
    "/api/v1/webhooks/whatsapp",
    "/api/v1/webhooks/alertmanager",
    "/api/v1/webhooks/n8n/collect",
    "/api/v1/webhooks/n8n/suggestions",
    "/api/v1/webhooks/orders/{source}",
}
# It decides by itself, of a request that a proxy describes: test_edge.py.
EDGE = "/edge/{service}"
# A body that each route takes, so that what is refused is refused for its caller.
BODIES = {
    "accept": {"version": 1},
    "reject": {"version": 1, "reason": "x"},
    "snooze": {"version": 1, "until": "2026-11-12T00:00:00Z"},
    "undo": {"version": 1},
    "101": {"status": "PAUSED", "reason": "x"},
}


def routes(app):
    """Of the application and of the routers that it includes."""
    return [one for one in app.routes if isinstance(one, APIRoute)]


def rest(app):
    return [one for one in routes(app) if not is_page(one)]


def is_page(route):
    return not route.include_in_schema and not route.path.startswith(("/docs", "/redoc"))


def scope_of(route):
    """The scope that a route needs; `anybody` for one that every user may call, None for one that asks nothing."""
    found, calls = None, [route.dependant]
    while calls:
        dependant = calls.pop()
        if isinstance(dependant.call, Needs):
            return dependant.call.scope
        if dependant.call is caller:
            found = "anybody"
        calls += dependant.dependencies
    return found


def threaded(route):
    """The dependencies of a route that FastAPI calls in another thread, by name."""
    found, calls = set(), [*route.dependant.dependencies]
    while calls:
        dependant = calls.pop()
        call = dependant.call
        if not iscoroutinefunction(call) and not iscoroutinefunction(type(call).__call__):
            found.add(getattr(call, "__name__", type(call).__name__))
        calls += dependant.dependencies
    return found


def visitor_of(route):
    """The dependency that says who may look at a page."""
    calls = [one.call for one in route.dependant.dependencies if isinstance(one.call, Visitor)]
    return calls[0] if calls else None


def asked(route):
    path = route.path.replace("{campaign_id}", "101").replace("{suggestion_id}", "s101")
    path = path.replace("{user_id}", "0" * 16).replace("{key_id}", "0" * 16).replace("{session_id}", "0" * 16)
    return sorted(route.methods - {"HEAD"})[0], path, BODIES.get(path.rpartition("/")[2])


def test_no_route_changes_threads_for_what_asks_nobody(app):
    """Such a change costs a turn of two threads, and a page puts thirty objects together."""
    asking = {"caller", "known_account", "known_campaign", "check", "shown_token", "signed", "_chat"}
    assert set().union(*(threaded(one) for one in routes(app))) == asking


def test_every_route_says_what_it_needs(app):
    undeclared = {one.path for one in rest(app) if scope_of(one) is None}
    assert undeclared == OPEN
    assert len(rest(app)) > 15
    open_pages = {one.path for one in routes(app) if is_page(one) and visitor_of(one) is None}
    login = {"/login", "/login/oidc", "/login/oidc/callback", "/local"}
    assert open_pages == {*login, "/language/{language}", "/privacy", "/shared/{rest:path}", "/unsubscribe", EDGE}
    assert len([one for one in routes(app) if is_page(one)]) > 10


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_its_scopes_say_and_nothing_else(app, database, role):
    client = People(app, database).with_key(role)
    for route in rest(app):
        method, path, body = asked(route)
        scope = scope_of(route)
        if scope is None:
            continue
        answer = client.send(method, path, json=body)
        is_allowed = scope == "anybody" or scope in SCOPES_OF[role]
        assert (answer.status_code == 403) is not is_allowed, (role, method, path, answer.text)
        assert answer.status_code != 401


def test_nobody_may_anything_once_there_are_users(app, database):
    People(app, database).add("viewer")
    for route in rest(app):
        if scope_of(route) is None:
            continue
        method, path, body = asked(route)
        assert Client(app).send(method, path, json=body).status_code == 401, path


@pytest.mark.parametrize("role", ["viewer", "analyst", "approver", "admin"])
def test_an_account_that_is_not_theirs_is_not_there(app, database, role):
    stranger = People(app, database).with_key(role, accounts=["43"])
    for route in rest(app):
        method, path, body = asked(route)
        if "101" not in path or scope_of(route) not in SCOPES_OF[role]:
            continue
        assert stranger.send(method, path, json=body).status_code == 404, path
    for path in ("/api/v1/campaigns", "/api/v1/suggestions"):
        assert stranger.get(path).json()["data"] == []
        assert stranger.get(path, account_id="42").status_code == 404
