"""The routers of all pages."""

from fbads_pipeline.api.pages import campaign, chat, reports, sessions, suggestions, today

ROUTERS = tuple(one.router for one in (sessions, today, suggestions, chat, reports, campaign))
