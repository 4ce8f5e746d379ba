"""Grafana's JSON of the dashboards: `python -m checks.dashboards.write` writes config/grafana/dashboards."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks.dashboards.panels import BARS, DASHBOARDS, STAT, Dashboard, Panel

FOLDER = Path(__file__).parents[2] / "config" / "grafana" / "dashboards"
_SOURCE = {"type": "prometheus", "uid": "prometheus"}
_WIDTH = 24
# Width and height of a panel, in Grafana's grid.
_SIZES = {STAT: (4, 4), BARS: (8, 9)}


def dashboard_json(dashboard: Dashboard) -> str:
    """The text of the dashboard's file."""
    model = {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["fbads"],
        "timezone": "browser",
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "annotations": {"list": []},
        "templating": {"list": []},
        "links": [{"type": "dashboards", "title": "fbads", "tags": ["fbads"], "asDropdown": False, "keepTime": True}],
        "panels": list(_panels(dashboard)),
    }
    return json.dumps(model, indent=1, ensure_ascii=False) + "\n"


def _panels(dashboard: Dashboard) -> Iterator[dict[str, Any]]:
    x = y = tallest = 0
    for number, panel in enumerate(dashboard.panels, 1):
        width, height = _SIZES.get(panel.kind, (8, 8))
        if x + width > _WIDTH:
            x, y, tallest = 0, y + tallest, 0
        yield {**_panel(panel), "id": number, "gridPos": {"x": x, "y": y, "w": width, "h": height}}
        x, tallest = x + width, max(tallest, height)


def _panel(panel: Panel) -> dict[str, Any]:
    is_instant = panel.kind != "timeseries"
    target = {
        "refId": "A",
        "datasource": _SOURCE,
        "expr": panel.expression,
        "legendFormat": panel.legend or panel.title,
        "instant": is_instant,
        "range": not is_instant,
    }
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": _SOURCE,
        "targets": [target],
        "fieldConfig": {"defaults": {"unit": panel.unit, "noValue": "not known"}, "overrides": []},
        "options": {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}} if is_instant else {},
    }


def main() -> None:
    """Write the files anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for dashboard in DASHBOARDS:
        (FOLDER / f"{dashboard.uid}.json").write_text(dashboard_json(dashboard))


if __name__ == "__main__":
    main()
