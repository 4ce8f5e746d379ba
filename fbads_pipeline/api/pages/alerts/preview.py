"""What each channel would send of an alert; nothing is sent from here."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from fbads_pipeline.adapters.channels.previews import PREVIEWED, ChannelPreview, mail_preview, preview_of
from fbads_pipeline.adapters.rendering.chart_picture import chart_words, report_chart
from fbads_pipeline.adapters.rendering.shared_page import content_policy
from fbads_pipeline.adapters.translation.translator import Localizer, localizer, translator
from fbads_pipeline.api.dependencies import AlertListDep, ClockDep, at_once
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.view import drawn
from fbads_pipeline.api.pages.visitor import PageProblem, Visitor
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.example import example_alert
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
WhoDep = Annotated[Principal, Depends(Visitor("suggestions:read"))]


class AskedPreview:
    """Which alert ("" for the newest) and which language ("" for the visitor's)."""

    def __init__(
        self,
        alert: Annotated[str, Query(pattern="^([0-9a-f]{32})?$")] = "",
        language: Annotated[str, Query(pattern="^([a-z]{2,3})?$")] = "",
    ) -> None:
        self.alert_id, self._language = alert, language

    def language(self, t: Localizer) -> str:
        """The one that was asked for, where it has a catalogue."""
        return self._language if self._language in translator().languages else t.language


AskedDep = Annotated[AskedPreview, Depends(at_once(AskedPreview))]


@router.get("/alerts/preview")
def preview_page(
    request: Request,
    who: WhoDep,
    alerts: AlertListDep,
    clock: ClockDep,
    asked: AskedDep,
) -> Response:
    """The newest alert that the visitor may see, else a made example that says so, on each channel."""
    t, now = page_localizer(request, who), clock.now()
    found = _found(alerts, who, asked.alert_id)
    chosen = asked.language(t)
    url = request.app.state.settings.public_url or str(request.base_url)
    shown = found or example_alert(now)
    query = f"?language={chosen}" + (f"&alert={found.alert_id}" if found else "")
    return render(
        request,
        "alert_preview.html.j2",
        who,
        "alert_preview",
        is_example=found is None,
        channels=[_shown(preview_of(name, shown, chosen, public_url=url, now=now), t, chosen) for name in PREVIEWED],
        mail=f"/alerts/preview/mail{query}",
        chosen=chosen,
        alert_id=found.alert_id if found else "",
        codes=translator().languages,
    )


@router.get("/alerts/preview/mail")
def preview_mail(
    request: Request,
    who: WhoDep,
    alerts: AlertListDep,
    clock: ClockDep,
    asked: AskedDep,
) -> Response:
    """The page in the mail, as a phone shows it."""
    now, chosen = clock.now(), asked.language(page_localizer(request, who))
    shown = _found(alerts, who, asked.alert_id) or example_alert(now)
    url = request.app.state.settings.public_url or str(request.base_url)
    page = mail_preview(shown, chosen, public_url=url, now=now).encode()
    return Response(page, 200, {"Content-Security-Policy": content_policy(page)}, media_type="text/html")


def _found(alerts: AlertListDep, who: Principal, alert_id: str) -> Alert | None:
    """The alert that was asked for, or the newest; 404 for one that the visitor may not see."""
    found = alerts.whole(who.accounts, alert_id or None)
    if found is None and alert_id:
        raise PageProblem(404)
    return found


def _shown(preview: ChannelPreview, t: Localizer, language: str) -> dict[str, Any]:
    words = localizer(language)
    return {
        "channel": preview.channel,
        "name": t(f"alerts.channel.{preview.channel}"),
        "sent": preview.sent,
        "label": t.render(preview.sent.link_label),
        "length": len(preview.sent.title),
        "content": preview.content,
        "chart": drawn([report_chart(preview.chart)], words)[0] if preview.chart else None,
        "chart_title": chart_words(preview.chart, words).title if preview.chart else "",
    }
