"""The routers of all pages."""

from fbads_pipeline.api.pages import campaign, chat, readings, reports, sessions, suggestions, targets, today
from fbads_pipeline.api.pages.clients import budgets, form

ROUTERS = tuple(
    one.router for one in (sessions, today, suggestions, targets, form, budgets, chat, reports, campaign, readings)
)
