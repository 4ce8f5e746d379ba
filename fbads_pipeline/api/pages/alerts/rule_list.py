"""Users' own rules: what the file says, and forms that add one, change one, try one, and take one away."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeGuard
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fbads_pipeline.adapters.rules_editing import RuleFile
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import ClockDep, DatabaseDep, at_once
from fbads_pipeline.api.languages import page_localizer
from fbads_pipeline.api.pages.rendering import render
from fbads_pipeline.api.pages.visitor import Administrator, PageProblem, Visitor
from fbads_pipeline.bootstrap import alerts
from fbads_pipeline.domain.alerts.rules import UserRule
from fbads_pipeline.domain.core.formatting import plain_line, plain_name
from fbads_pipeline.domain.identity.users import Principal, may_set_up
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.registry import written_unit
from fbads_pipeline.domain.reports.report import Unit
from fbads_pipeline.services.alerts.apply_rules import RuleGap, preview
from fbads_pipeline.settings import SettingsError

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
AdminDep = Annotated[Principal, Depends(Administrator())]
OFFERED_METRICS = ("cpa", "roas", "ctr", "cpm", "cpc", "spend", "conversions", "frequency")
COMPARISONS = ("above", "below", "rises_by", "falls_by")
_WINDOWS, _COOLDOWNS = ("today", "1d", "3d", "7d", "14d", "28d"), ("1h", "12h", "24h", "3d", "7d")
_FIELDS = ("name", "metric", "level", "window", "currency", "severity", "cooldown", "spend", "impressions")
_GUARDS, _UNFORMED = ("spend", "impressions"), ("accounts", "channel")
# The days of a preview, and of it as many lines.
_PREVIEW_DAYS, _MOST_SHOWN = 7, 50
Short = Annotated[str, Form(max_length=60)]


class RuleForm:
    """A dependency: the rule of a form, with the keys of the file; key: of the rule that it changes, else empty."""

    def __init__(
        self,
        name: Short,
        metric: Annotated[Literal["cpa", "roas", "ctr", "cpm", "cpc", "spend", "conversions", "frequency"], Form()],
        comparison: Annotated[Literal["above", "below", "rises_by", "falls_by"], Form()],
        threshold: Short,
        level: Annotated[Literal["account", "campaign", "adset", "ad"], Form()] = "campaign",
        window: Short = "7d",
        currency: Annotated[str, Form(max_length=3)] = "",
        spend: Short = "",
        impressions: Short = "",
        severity: Annotated[Literal["info", "warning", "critical"], Form()] = "warning",
        cooldown: Short = "24h",
        key: Annotated[str, Form(max_length=80)] = "",
    ) -> None:
        self.key = key
        guard = {"spend": _plain(spend), "impressions": _plain(impressions)}
        given: dict[str, object] = {"name": name.strip(), "metric": metric, "level": level}
        given |= {comparison: _plain(threshold), "currency": currency.strip().upper() or None, "window": window}
        given |= {"guard": {key: text for key, text in guard.items() if text} or None}
        given |= {"severity": severity, "cooldown": cooldown}
        self.given = {name: value for name, value in given.items() if value is not None}

    def over(self, before: Mapping[str, object] | None) -> dict[str, object]:
        """With what the rule has in the file and no field of the form is about: accounts, a channel, other guards."""
        if before is None:
            return self.given
        guard, kept = before.get("guard"), {name: before[name] for name in _UNFORMED if name in before}
        others = {name: least for name, least in guard.items() if name not in _GUARDS} if _is_map(guard) else {}
        own = self.given.get("guard")
        both = {**others, **(own if _is_map(own) else {})}
        return {**{name: one for name, one in self.given.items() if name != "guard"}, **kept} | (
            {"guard": both} if both else {}
        )


def _is_map(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)


@router.get("/rules")
def rules_page(
    request: Request,
    who: Annotated[Principal, Depends(Visitor("suggestions:read"))],
    done: Annotated[str, Query(pattern="^(added|changed|removed)?$")] = "",
    why: Annotated[str, Query(max_length=300)] = "",
    edit: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """What each rule means; the forms for whoever administers. edit: the rule that the form is to change."""
    t = page_localizer(request, who)
    if edit and may_set_up(who):
        before = _known(_file(request), edit)
        return _page(request, who, t, given=before, key=edit)
    notice = t("pages.rules.not_done", why=plain_line(why)) if why else t(f"pages.rules.done.{done}") if done else None
    return _page(request, who, t, notice=notice)


@router.post("/rules")
def change_rules(
    request: Request,
    who: AdminDep,
    database: DatabaseDep,
    clock: ClockDep,
    form: Annotated[RuleForm, Depends(at_once(RuleForm))],
    step: Annotated[Literal["preview", "add"], Form()] = "add",
) -> Response:
    """Add the rule or write it in the place of its key, or say what it would have sent in the last days; what is wrong
    is said, and nothing is kept."""
    t, file = page_localizer(request, who), _file(request)
    try:
        given = form.over(_known(file, form.key) if form.key else None)
        if step == "add":
            done = _kept(file, form.key, given)
            return RedirectResponse(f"/rules?{urlencode({'done': done})}", 303)
        rule = file.with_rule(given, form.key)
    except SettingsError as wrong:
        why = t("pages.rules.not_done", why=plain_line(str(wrong)))
        return _page(request, who, t, notice=why, given=form.given, key=form.key)
    now = clock.now()
    moments = [now - timedelta(days=number) for number in range(_PREVIEW_DAYS - 1, -1, -1)]
    found = list(preview(alerts.rule_store(database), [rule], moments))
    lines = [
        t(
            "pages.rules.would_send",
            day=t.formats.day(one.at.date()),
            name=plain_name(one.reading.object_name, one.reading.object_id),
        )
        for one in found
        if not isinstance(one, RuleGap)
    ]
    gaps = len({one.reading.object_id for one in found if isinstance(one, RuleGap)})
    tried = {
        "meaning": _meaning(rule, t),
        "lines": lines[:_MOST_SHOWN],
        "count": t("pages.rules.matches", count=len(lines)),
    }
    tried["gaps"] = t("pages.rules.gaps", count=gaps) if gaps else ""
    return _page(request, who, t, given=form.given, tried=tried, key=form.key)


def _known(file: RuleFile, key: str) -> dict[str, object]:
    """Raises PageProblem 404 where the file has no such rule."""
    found = file.given(key)
    if found is None:
        raise PageProblem(404)
    return found


def _kept(file: RuleFile, key: str, given: Mapping[str, object]) -> str:
    """Whether it was added or changed."""
    if not key:
        file.add(given)
        return "added"
    try:
        file.change(key, given)
    except KeyError:  # somebody took it away in the meantime
        raise PageProblem(404) from None
    return "changed"


@router.post("/rules/remove")
def remove_rule(request: Request, who: AdminDep, key: Annotated[str, Form(max_length=80)]) -> Response:
    """Take a rule out of the file."""
    try:
        if not _file(request).remove(key):
            raise PageProblem(404)
    except SettingsError as wrong:
        return RedirectResponse(f"/rules?{urlencode({'why': str(wrong)[:300]})}", 303)
    return RedirectResponse(f"/rules?{urlencode({'done': 'removed'})}", 303)


def _file(request: Request) -> RuleFile:
    return alerts.rule_file(request.app.state.settings)


def _page(
    request: Request,
    who: Principal,
    t: Localizer,
    *,
    notice: str | None = None,
    given: Mapping[str, object] | None = None,
    tried: Mapping[str, Any] | None = None,
    key: str = "",
) -> Response:
    try:
        rules, wrong = _file(request).rules(), ""
    except SettingsError as fault:
        rules, wrong = [], plain_line(str(fault))
    return render(
        request,
        "rules.html.j2",
        who,
        "rules",
        rules=[_shown(one, t) for one in rules],
        key=key,
        wrong=wrong,
        may=may_set_up(who),
        metrics=[(name, t(f"metrics.{name}")) for name in OFFERED_METRICS],
        comparisons=[(name, t(f"pages.rules.comparison.{name}")) for name in COMPARISONS],
        levels=[(name, t(f"pages.rules.level.{name}")) for name in ("campaign", "adset", "ad", "account")],
        severities=[(name, t(f"reports.severity.{name}")) for name in ("warning", "critical", "info")],
        windows=_with([(one, t(f"pages.rules.window.{one}")) for one in _WINDOWS], (given or {}).get("window")),
        cooldowns=_with([(one, t(f"pages.rules.cooldown.{one}")) for one in _COOLDOWNS], (given or {}).get("cooldown")),
        given=_typed(given or {}),
        tried=tried,
        notice=notice,
    )


def _shown(rule: UserRule, t: Localizer) -> dict[str, Any]:
    """can_edit: whether the form has its metric."""
    name, meaning = plain_line(rule.name), _meaning(rule, t)
    return {"key": rule.key, "name": name, "meaning": meaning, "can_edit": rule.metric in OFFERED_METRICS}


def _with(offered: list[tuple[str, str]], value: object) -> list[tuple[str, str]]:
    """With what a rule has in the file and the form does not offer, as it stands there."""
    is_offered = value is None or any(str(value) == one for one, _ in offered)
    return offered if is_offered else [*offered, (str(value), plain_line(str(value)))]


def _typed(given: Mapping[str, object]) -> dict[str, Any]:
    """What was typed, for the form that is shown again."""
    guard = given.get("guard")
    comparison = next((one for one in COMPARISONS if one in given), "above")
    return {
        **dict.fromkeys(_FIELDS, ""),
        "window": "7d",
        "cooldown": "24h",
        **given,
        "comparison": comparison,
        "threshold": given.get(comparison, ""),
        **(guard if isinstance(guard, Mapping) else {}),
    }


def _meaning(rule: UserRule, t: Localizer) -> str:
    """The rule as a sentence."""
    unit: Unit = "ratio" if rule.is_of_change else written_unit(rule.metric, METRICS[rule.metric].unit)
    guards = [
        t(
            "pages.rules.guard",
            metric=t(f"metrics.{name}"),
            least=t.cell(least, "money" if name == "spend" else "count", rule.currency),
        )
        for name, least in rule.guard.items()
    ]
    return t(
        "pages.rules.meaning",
        metric=t(f"metrics.{rule.metric}"),
        level=t(f"pages.rules.level.{rule.level}"),
        comparison=t(f"pages.rules.comparison.{rule.comparison}"),
        threshold=t.cell(rule.threshold, unit, rule.currency),
        window=t("pages.rules.window.today") if rule.days == 0 else t("pages.rules.days", count=rule.days),
        more="".join(f"; {one}" for one in guards),
        severity=t(f"reports.severity.{rule.severity}"),
    )


def _plain(text: str) -> str:
    """A number as the file has it, of 1.234,5 or 30 % as people type it."""
    plain = text.replace("\xa0", "").replace(" ", "")
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    return plain
