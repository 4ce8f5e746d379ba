"""The chart of an alert as a file of Slack, where the token may write files
(https://docs.slack.dev/messaging/working-with-files). A message never waits long for its picture, nor depends on it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fbads_pipeline.adapters.channels.http import post
from fbads_pipeline.adapters.clock import within
from fbads_pipeline.adapters.rendering.chart_picture import ChartWords, chart_picture
from fbads_pipeline.adapters.translation.translator import localizer
from fbads_pipeline.domain.alerts.alerts import DueDelivery
from fbads_pipeline.domain.alerts.charts import AlertChart, stored_chart

log = logging.getLogger(__name__)

SCOPE = "files:write"
# All of it: the question for the scopes, three requests, drawing. An attempt to send has 90 seconds.
LONGEST_SECONDS = 20.0
_FILE_NAME = "chart.png"


@dataclass(frozen=True)
class SlackPicture:
    """file_id: Slack's; words: what it shows."""

    file_id: str
    words: ChartWords


class SlackPictures:
    """Draws and uploads. The files belong to the bot, and are seen where a message shows them."""

    def __init__(self, client: Callable[[], Any], *, timeout_seconds: float) -> None:
        self._client = client
        self._timeout = timeout_seconds
        self._may_write: bool | None = None

    def of(self, delivery: DueDelivery) -> SlackPicture | None:
        """None where the alert has no chart, the token lacks the scope, or anything fails: the message goes without."""
        chart = stored_chart(delivery.alert.facts)
        if chart is None or self._may_write is False:
            return None
        try:
            return within(LONGEST_SECONDS, lambda: self._uploaded(chart, delivery.language))
        except Exception as fault:
            log.warning("a message to Slack goes without its chart: %s", type(fault).__name__)
            return None

    def _uploaded(self, chart: AlertChart, language: str) -> SlackPicture | None:
        if not self._is_allowed():
            return None
        drawn, client = chart_picture(chart, localizer(language)), self._client()
        place = client.files_getUploadURLExternal(
            filename=_FILE_NAME, length=len(drawn.png), alt_txt=drawn.words.description[:1000]
        )
        answer = post(place["upload_url"], drawn.png, {"Content-Type": "image/png"}, timeout_seconds=self._timeout)
        if getattr(answer, "status_code", None) != 200:
            raise OSError("Slack did not take the file")
        client.files_completeUploadExternal(files=[{"id": place["file_id"], "title": drawn.words.title}])
        return SlackPicture(place["file_id"], drawn.words)

    def _is_allowed(self) -> bool:
        """Whether the token has the scope, which Slack names in a header of each answer; asked once per process."""
        if self._may_write is None:
            headers = self._client().auth_test().headers
            scopes = {name.lower(): value for name, value in headers.items()}.get("x-oauth-scopes", "")
            self._may_write = SCOPE in {one.strip() for one in scopes.split(",")}
        return self._may_write
