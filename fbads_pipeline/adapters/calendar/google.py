"""Google Calendar: events of the team, read with a service account; the first time whole, then what changed.

https://developers.google.com/workspace/calendar/api/guides/sync
"""

import json
import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from fbads_pipeline.adapters.clock import within
from fbads_pipeline.domain.calendar.events import (
    CalendarError,
    CalendarEvent,
    CalendarReading,
    EventKind,
    SyncTokenExpired,
    visible_title,
)
from fbads_pipeline.domain.core.messages import message

SCOPE = "https://www.googleapis.com/auth/calendar.readonly"
# Attendees, descriptions and places are not even asked for.
FIELDS = "items(id,status,summary,visibility,start,end),nextPageToken,nextSyncToken"
_SERVICE = "/calendar/v3/"
_PRIVATE = frozenset({"private", "confidential"})
_PAGE, _MOST_PAGES = 500, 200
_TIMEOUT_SECONDS = 30
_RETRIES = 2
# Of a page, its retries included.
_LONGEST_SECONDS = 120.0


class GoogleCalendar:
    """The port Calendar over the API's v3. credentials: a service account's key as JSON, or the path of one."""

    def __init__(self, calendar_id: str, credentials: str, *, api_url: str | None = None) -> None:
        self.name = f"google:{calendar_id}"
        self._id, self._credentials, self._api_url = calendar_id, credentials, api_url

    def read(self, sync_token: str | None, first: date, last: date) -> CalendarReading:
        """Raises SyncTokenExpired where the whole is to be read, CalendarError where nothing could be."""
        query: dict[str, Any] = {"calendarId": self._id, "singleEvents": True, "maxResults": _PAGE, "fields": FIELDS}
        if sync_token is None:
            query |= {"timeMin": f"{first}T00:00:00Z", "timeMax": f"{last + timedelta(days=1)}T00:00:00Z"}
        else:
            query |= {"syncToken": sync_token}
        items, token = self._pages(query)
        gone = [str(one["id"]) for one in items if one.get("status") == "cancelled"]
        events = [self._event(one) for one in items if one.get("status") != "cancelled"]
        return CalendarReading(self.name, first, last, events, gone, is_full=sync_token is None, sync_token=token)

    def _pages(self, query: dict[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
        # Google's client is a large library.
        from google.auth.exceptions import GoogleAuthError
        from googleapiclient.errors import HttpError, InvalidJsonError  # type: ignore[import-untyped]
        from httplib2 import HttpLib2Error  # type: ignore[import-untyped]

        items: list[dict[str, Any]] = []
        page: str | None = None
        try:
            events = self._service().events()
            for _ in range(_MOST_PAGES):
                asked = events.list(**query, pageToken=page)
                answer = within(_LONGEST_SECONDS, partial(asked.execute, num_retries=_RETRIES))
                if not isinstance(answer, dict):
                    raise CalendarError("Google Calendar cannot be reached: the answer is no JSON")
                items += answer.get("items", [])
                page = answer.get("nextPageToken")
                if page is None:
                    return items, answer.get("nextSyncToken")
        except HttpError as error:
            raise _refused(error, self._id) from None
        except GoogleAuthError as error:
            raise CalendarError(f"Google does not accept FBADS_CALENDAR_CREDENTIALS: {_first_line(error)}") from None
        except (OSError, HttpLib2Error, InvalidJsonError) as error:
            raise CalendarError(f"Google Calendar cannot be reached: {type(error).__name__}") from None
        raise CalendarError(f"the calendar {self._id} does not end after {_MOST_PAGES} pages")

    def _service(self) -> Any:
        # Google's client is a large library.
        import httplib2
        from google.oauth2 import service_account as accounts
        from google_auth_httplib2 import AuthorizedHttp  # type: ignore[import-untyped]
        from googleapiclient.discovery import build  # type: ignore[import-untyped]

        logging.getLogger("googleapiclient").setLevel(logging.ERROR)  # it logs addresses of refused requests
        key = service_account(self._credentials)
        try:
            credentials = accounts.Credentials.from_service_account_info(key, scopes=[SCOPE])  # type: ignore[no-untyped-call]
        except ValueError:
            raise CalendarError("FBADS_CALENDAR_CREDENTIALS holds a private key that cannot be used") from None
        http = AuthorizedHttp(credentials, http=httplib2.Http(timeout=_TIMEOUT_SECONDS))
        options = {"api_endpoint": self._api_url.rstrip("/") + _SERVICE} if self._api_url else None
        return build("calendar", "v3", http=http, static_discovery=True, client_options=options, cache_discovery=False)

    def _event(self, item: Mapping[str, Any]) -> CalendarEvent:
        first, last = _days(item)
        is_private = item.get("visibility") in _PRIVATE or "summary" not in item
        kind: EventKind = "busy" if is_private else "own"
        title = "" if is_private else visible_title(item["summary"])
        return CalendarEvent(self.name, str(item["id"]), first, last, title or message("calendar.busy"), kind)


def service_account(credentials: str) -> dict[str, Any]:
    """The key of a service account; raises CalendarError for what is none."""
    name = "FBADS_CALENDAR_CREDENTIALS"
    try:
        text = credentials if credentials.lstrip().startswith("{") else Path(credentials).expanduser().read_text()
        key = json.loads(text)
    except OSError as error:
        raise CalendarError(f"the file that {name} names cannot be read: {error.strerror}") from None
    except ValueError:
        raise CalendarError(f"{name} is no JSON: set it to a service account's key, or to its path") from None
    if not isinstance(key, dict) or not {"client_email", "private_key", "token_uri"} <= set(key):
        raise CalendarError(f"{name} is no key of a service account: it has client_email, private_key and token_uri")
    return key


def _days(item: Mapping[str, Any]) -> tuple[date, date]:
    """First and last local day: the end of an all-day event is the day after, as is midnight of one with hours."""
    start, end = item["start"], item.get("end") or item["start"]
    if "date" in start:
        first = date.fromisoformat(start["date"])
        return first, max(first, date.fromisoformat(end["date"]) - timedelta(days=1))
    begun, over = datetime.fromisoformat(start["dateTime"]), datetime.fromisoformat(end["dateTime"])
    return begun.date(), max(begun, over - timedelta(microseconds=1)).date()


def _refused(error: Any, calendar_id: str) -> CalendarError:
    status = int(error.resp.status)
    if status == 410:
        return SyncTokenExpired("the sync token is too old")
    if status in (401, 403):
        return CalendarError(
            f"Google refuses the calendar {calendar_id} ({status}): share it with the service account's address,"
            " and switch on the Google Calendar API for its project"
        )
    if status == 404:
        return CalendarError(f"there is no calendar {calendar_id} that this service account may see (404)")
    return CalendarError(f"Google Calendar answers {status}: {_first_line(error.reason)}")


def _first_line(text: object) -> str:
    return (str(text).splitlines() or [""])[0][:200]
