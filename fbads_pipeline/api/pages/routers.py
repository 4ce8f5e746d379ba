"""The routers of all pages."""

from fbads_pipeline.api.pages import campaign, chat, readings, reports, sessions, suggestions, targets, today

ROUTERS = tuple(one.router for one in (sessions, today, suggestions, targets, chat, reports, campaign, readings))
