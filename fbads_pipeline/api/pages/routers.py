"""The routers of all pages."""

from fbads_pipeline.api.pages import (
    campaign,
    creatives,
    delivery,
    readings,
    sessions,
    suggestions,
    targets,
    today,
)
from fbads_pipeline.api.pages.alerts import alert_list, mute_form, preview, rule_list, unsubscribe
from fbads_pipeline.api.pages.anomalies import anomaly_list
from fbads_pipeline.api.pages.chat import conversation, vocabulary
from fbads_pipeline.api.pages.clients import benchmark, budgets, form, links, morning, naming
from fbads_pipeline.api.pages.collection import start
from fbads_pipeline.api.pages.core import finding, settings
from fbads_pipeline.api.pages.identity import user_list
from fbads_pipeline.api.pages.metrics import campaigns, column_sets, heat_map, object_page
from fbads_pipeline.api.pages.orders import sales
from fbads_pipeline.api.pages.own import account, privacy
from fbads_pipeline.api.pages.recommendations import feedback, objects
from fbads_pipeline.api.pages.reports import report_list, shared, templates

_DAILY = (
    sessions,
    today,
    suggestions,
    delivery,
    creatives,
    targets,
    morning,
    form,
    budgets,
    benchmark,
    campaigns,
    finding,
    settings,
    anomaly_list,
    alert_list,
    preview,
    unsubscribe,
    object_page,
    column_sets,
    heat_map,
    sales,
    links,
    naming,
    start,
    mute_form,
    rule_list,
    user_list,
)
_REPORTS = (report_list, shared, templates)
ROUTERS = tuple(
    one.router
    for one in (*_DAILY, account, privacy, conversation, vocabulary, *_REPORTS, campaign, readings, feedback, objects)
)
